#!/bin/sh
# tests/e2e_silent.sh - nothing silent: one row for each command that once gave a wrong result with exit 0, over the five programs
#   row KIND STATUS TEXT COMMAND...    the status, and TEXT somewhere in what it says (on both streams)
#   value KIND WHAT WANT COMMAND...    exit 0, and the line "WHAT WANT" on standard output
#   unchanged KIND COMMAND...          exit 0, and not one file or byte of the folder is other than before
# Kinds: a options used or refused, b precedence of seeds, c dry runs and overwriting, d resume, e locks and names, f closed streams,
# g memory, h lost output, i masking and paths.
set -u
root=$(pwd)
B=$root/${BUILD:-build}; D=$root/tests/data
A="$B/artificial_data"; F="$B/fair_tasks"; I="$B/interpreter_data"; P="$B/probe_data"; N="$B/nnfmt"
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; tail -n 2 "$tmp/said" | cut -c1-200; }
row() {
    kind=$1 want=$2 text=$3; shift 3
    "$@" >"$tmp/said" 2>&1 </dev/null; rc=$?
    if [ $rc -eq "$want" ] && grep -qF -- "$text" "$tmp/said"; then good; else bad "$kind: status $rc (expected $want), wanted '$text': $*"; fi
}
value() {
    kind=$1 what=$2 want=$3; shift 3
    "$@" >"$tmp/out" 2>"$tmp/said" </dev/null; rc=$?
    if [ $rc -eq 0 ] && grep -qx -- "$what $want" "$tmp/out"; then good; else bad "$kind: status $rc, wanted '$what $want', got '$(grep "^$what " "$tmp/out")': $*"; fi
}
tree() { find . -type f -exec sha256sum {} + | sort; find . | sort; }
unchanged() {
    kind=$1; shift
    before=$(tree)
    "$@" >"$tmp/said" 2>&1 </dev/null; rc=$?
    if [ $rc -eq 0 ] && [ "$before" = "$(tree)" ]; then good; else bad "$kind: status $rc, or files changed: $*"; fi
}
# same KIND A B: equal files; differ: not
same() { if cmp -s "$2" "$3"; then good; else echo >"$tmp/said"; bad "$1: $2 and $3 differ"; fi; }
differ() { if [ -f "$2" ] && [ -f "$3" ] && ! cmp -s "$2" "$3"; then good; else echo >"$tmp/said"; bad "$1: $2 and $3 are the same, or missing"; fi; }
gone() { if [ -z "$(find "$2" -name '.nntmp-*')" ]; then good; else echo >"$tmp/said"; bad "$1: temporaries stay in $2"; fi; }
mkdir "$tmp/w" && cd "$tmp/w" || exit 1
quiet() { "$@" >"$tmp/said" 2>&1 </dev/null || bad "setting up: $*"; }

# ==== what the rows read
G="--n-samples 60 --n-features 4 --n-informative 3 --n-redundant 0 --n-classes 2"
quiet "$A" generate $G --name d --out gen
quiet "$A" generate $G --name e --seed 9 --out gen2
T="--train gen/d_train.csv --test gen/d_test.csv --arch 4 --quiet"
quiet "$A" train $T --epochs 2 --out model
M=$(ls model/*_model.pth)
quiet "$F" generate --n-tasks 3 --n-samples 40:60 --out tasks --quiet
quiet "$P" synthesize --sentences 30 --layers 4 --dim 6 --features 8 --out sent --quiet
quiet "$P" --strategy hidden-to-concept --input sent --layer 1 --output set/x.npz --quiet
IS="--num_layers 2:2 --neurons_per_layer 4:6 --threads 1 --quiet"
quiet "$I" run-data-gen --length 2 $IS --out rec

# ==== a. an option is used or refused
row a 2 "taskvec" "$A" train $T --op ties --out z
row a 2 "belongs to" "$A" summary --model "$M" --epochs 3
row a 2 "belongs to" "$A" predict --model "$M" --input gen/d_test.csv --output p.csv --momentum 0.5
# the JSON beside a model: what it says wrongly is refused by the name of the key, whatever stands there
mkdir -p side; cp "$M" side/m.pth; J=${M%.pth}.json; cp "$J" side/m.json
E="$A evaluate --model side/m.pth --test gen/d_test.csv --out side/o --overwrite --quiet --no-plots"
said() { key=$1 from=$2 to=$3; sed "s/$from/$to/" "$J" >side/m.json; cmp -s "$J" side/m.json && bad "a: no $from in $J"; row a 1 "$key" $E; }
row a 0 "accuracy" $E
said "classes: expected a list of 2" '"classes"' '"klasses"'
said "classes: expected a list of 2" '"classes": \[' '"classes": ["x",'
said "activation: expected one such as relu" '"relu"' '"elu"'
said "activation: expected one such as relu" '"activation": "relu",' ''
said "dropout: expected a number" '"dropout": 0.0' '"dropout": "x"'
said "n_in: expected 4" '"n_in": 4' '"n_in": 5'
said "layers: expected the 2" '"layers"' '"lagers"'
said "divide: expected a number" '"divide": 1.0' '"divide": 0'
said "scaler: expected null or a map" '"scaler": null' '"scaler": 3'
said "format: expected 'nn_mlp 1'" '"nn_mlp 1"' '"nn_mlp 2"'
cp gen2/e_train.csv other_train.csv
quiet "$A" train --train other_train.csv --arch 4 --epochs 1 --out side2 --name o --quiet --no-plots
cp "$J" side/m.json; cp side2/mlp_o_model.pth side/m.pth
row a 1 "weights_sha256" $E
cp "$M" side/m.pth
# every line of it in turn as null, a text, a negative number, a list, or gone: never a crash, never a wrong type taken
lines=$(wc -l <"$J"); n=0 crashed=0; k=1
while [ $k -le "$lines" ]; do
    for to in null '"x"' -1 '[]'; do
        sed "${k}s/\(\"[a-z0-9_]*\"\): [^,{[]*\(,*\)\$/\1: $to\2/" "$J" >side/m.json
        cmp -s "$J" side/m.json && continue
        $E >"$tmp/said" 2>&1 </dev/null; rc=$?; n=$((n + 1)); [ $rc -le 1 ] || { crashed=$((crashed + 1)); echo "line $k as $to: status $rc"; }
    done
    sed "${k}d" "$J" >side/m.json
    $E >"$tmp/said" 2>&1 </dev/null; rc=$?; n=$((n + 1)); [ $rc -le 1 ] || { crashed=$((crashed + 1)); echo "without line $k: status $rc"; }
    k=$((k + 1))
done
if [ $n -gt 100 ] && [ $crashed -eq 0 ]; then good; else bad "a: $crashed of $n changed descriptions of a model crashed"; fi
# weights of another activation are not merged, and what nothing says is said
quiet "$A" finetune --from "$M" --train gen2/e_train.csv --epochs 1 --name f --out side3 --quiet --no-plots
F1=side3/mlp_f_finetuned_model
row a 0 "d_accuracy" "$A" taskvec --pretrained "$M" --finetuned $F1.pth --test gen/d_test.csv --op add --out side4 --quiet --no-plots
sed -i.was 's/"activation": "relu"/"activation": "tanh"/' $F1.json
row a 1 "expected the activation relu" "$A" taskvec --pretrained "$M" --finetuned $F1.pth --test gen/d_test.csv --op add --out side4 --overwrite --quiet
# a stranger's file describes nothing: the record that does is called otherwise (names stand under no checksum)
LC_ALL=C sed 's/nn\.json/xx.json/g' "$M" >bare.pth
cp "$M" moved.pth
row a 2 "says what it is" "$A" summary --model moved.pth --act tanh
row a 0 "relu is taken (--act)" "$A" summary --model bare.pth
row a 0 "tanh" "$A" summary --model bare.pth --act tanh
quiet "$A" taskvec --pretrained bare.pth --finetuned bare.pth --test gen/d_test.csv --op add --out relu --quiet --no-plots
quiet "$A" taskvec --pretrained bare.pth --finetuned bare.pth --test gen/d_test.csv --op add --act tanh --out tanh --quiet --no-plots
differ a relu/taskvec_add_sweep.csv tanh/taskvec_add_sweep.csv
# (tests/e2e_options.sh takes every option through every mode)
V="--pretrained $M --finetuned $M --test gen/d_test.csv"
row a 2 "read with --op sum" "$A" taskvec $V --op add --weights 5 --out z
row a 2 "read with --op ties" "$A" taskvec $V --op add --keep 0.5 --out z
row a 2 "read with --op dare" "$A" taskvec $V --op add --drop 0.5 --out z
row a 2 "--seed: has no effect" "$A" taskvec $V --op add --seed 7 --out z
row a 2 "read with --val" "$A" taskvec $V --val-size 0.3 --out z
# weights of zeros only teach nothing; a training file is one by its name, not by the folder that it stands in
row a 2 "all of them are 0" "$A" train $T --class-weights 0,0 --out zw
mkdir -p my_train_data && cp gen/d_test.csv my_train_data/held.csv && cp gen/d_train.csv my_train_data/d_train.csv
row a 2 "read with a training file" "$A" taskvec $V --val my_train_data/held.csv --val-size 0.5 --out z --quiet
row a 0 "its validation part" "$A" taskvec $V --val my_train_data/d_train.csv --val-size 0.5 --out bv --no-plots
row a 0 "monitor: accuracy" "$A" all --compat --print-config
row a 0 "monitor: accuracy" "$A" finetune --from "$M" --train gen/d_train.csv --compat --print-config
row a 0 "monitor: loss" "$A" train $T --compat --monitor loss --print-config
row a 0 "monitor: accuracy" "$A" train $T --print-config
row a 2 "read with --optimizer sgd|rmsprop" "$A" train $T --optimizer adam --momentum .5 --out z
row a 2 "read with --optimizer sgd" "$A" train $T --optimizer adam --nesterov --out z
for o in nadam lion; do row a 2 "read with --optimizer sgd|rmsprop" "$A" train $T --optimizer $o --momentum .5 --out z; done
for o in sgd rmsprop nadam lion; do row a 2 "read with --optimizer adam|adamw" "$A" train $T --optimizer $o --amsgrad --out z; done
row a 2 "read with --schedule step" "$A" train $T --step-every 2 --out z
row a 1 "nosuch" "$A" train $T --drop nosuch --out z
printf 'train:\n  epochs: 1\ntrain.epochs: 2\n' >twice.yaml
row a 2 "train.epochs: stands twice" "$A" train $T --config twice.yaml --out z
printf 'data.val_size: 0.2\ndata:\n  val-size: 0.3\n' >dashed.yaml
row a 2 "stands twice" "$A" train $T --config dashed.yaml --out z
row a 2 "the JSON of" "$A" evaluate --model "$M" --act tanh --test gen/d_test.csv --out z
row a 2 "no tensor's name begins" "$A" evaluate --model "$M" --map nosuch=x --test gen/d_test.csv --out z
row a 2 "belongs to" "$A" summary --model "$M" --seed 3
row a 2 "read for IDX files" "$A" train $T --labels gen/d_test.csv --out z
row a 2 "dtype" "$N" convert gen/d_train.csv z.npy --lossy
row a 2 "read for CSV" "$N" show "$M" --delim ';'
quiet "$A" all --demo --n-samples 60 --n-features 6 --n-informative 3 --n-classes 2 --train.epochs 1 --finetune.epochs 1 --scale 1 --no-plots --out demo
row a 0 '"standardize": true' cat demo/run.json
row a 2 "belongs to" "$F" generate --iterations 2 --out z
row a 2 "belongs to" "$F" maml --tasks tasks --out z
row a 2 "belongs to" "$F" evaluate --n-tasks 3 --out z
row a 2 "belongs to" "$P" probe set/x.npz --strategy hidden-to-concept --out z
row a 2 "belongs to" "$P" synthesize --tune --out z
row a 2 "read with --strategy embedding-to-feature|hidden-to-feature" "$P" --strategy hidden-to-concept --input sent --layer 1 --target-feature 3 --output z.npz
row a 2 "belongs to" "$I" run-data-gen --size 5 $IS --out z
row a 2 "belongs to" "$I" create-sig-dataset --sample 3
printf 'input: sent\ndatasets:\n  - strategy: hidden-to-concept\n    layer: 1\n    output: lib.npz\n' >lib.yaml
# beside a library a flag acts on every entry, or is refused
quiet "$P" --config lib.yaml --quiet
cp lib.npz lib0.npz
for o in "--normalize none" "--pca 4" "--rows all"; do
    # shellcheck disable=SC2086
    quiet "$P" --config lib.yaml $o --overwrite --quiet
    differ a lib0.npz lib.npz
done
row a 2 "'layer' belongs into its entries" "$P" --config lib.yaml --layer 2
row a 2 "'output' belongs into its entries" "$P" --config lib.yaml --output y.npz
row a 2 "'strategy' belongs into its entries" "$P" --config lib.yaml --strategy hidden-to-concept
row a 2 "combine diff needs exactly two layers" "$P" --config lib.yaml --combine diff
printf 'input: sent\ndatasets:\n  - strategy: hidden-to-feature\n    target_feature: 3\n    output: lib2.npz\n' >lib2.yaml
row a 2 "target_layer" "$P" --config lib2.yaml

# an option is read in its mode alone; the message says in which
no() { word=$1; shift; row a 2 "$word" "$@" --out z; }
no "read with --objective meta" "$F" meta-train --tasks tasks --train 2 --val 1 --objective flips --iterations 5
no "read with --objective meta" "$F" meta-train --tasks tasks --train 2 --val 1 --objective flips --outer-lr 0.1
no "read with --objective meta" "$F" meta-train --tasks tasks --train 2 --val 1 --objective flips --policy-features live
no "read with --objective meta" "$F" meta-train --tasks tasks --train 2 --val 1 --objective flips --fair-target 0.5
no "without --no-guard" "$F" meta-train --tasks tasks --train 2 --val 1 --no-guard --fair-target 0.5
no "--policy" "$F" test --tasks tasks --ids 0 --no-guard
no "without --no-group-at-decision" "$F" test --tasks tasks --ids 0 --no-group-at-decision --dp-share 0.5
no "without --compat" "$F" test --tasks tasks --ids 0 --compat --disparity 0.1
no "without --inner-steps 1" "$F" meta-train --tasks tasks --train 2 --val 1 --inner-steps 1 --policy-features live
no "without --inner-steps 1" "$F" maml --momentum 0.5
no "read with --dataset csv" "$F" evaluate --dataset german --csv gen/d_train.csv --label y=1
no "read with --noise" "$F" evaluate --csv gen/d_train.csv --label y=1 --group x=1 --noise-targeted
no "--policy" "$F" evaluate --csv gen/d_train.csv --label y=1 --group x=1 --accuracy-budget 0.1
no "belongs to" "$F" evaluate --csv gen/d_train.csv --label y=1 --group x=1 --lambda-fair 1
no "belongs to" "$F" maml --lambda-fair 1
no "read with --probe auto|logistic|ridge" "$P" probe set/x.npz --probe mean-difference --tune
no "read with --probe auto|logistic|ridge" "$P" probe set/x.npz --probe mlp --penalty 2
no "read with --probe mlp" "$P" probe set/x.npz --hidden 4
no "read with --probe mlp" "$P" compare set/x.npz --epochs 4
no "belongs to probe, compare, synthesize" "$P" --strategy hidden-to-concept --input sent --layer 1
row a 2 "--seed: has no effect" "$P" --strategy hidden-to-concept --input sent --layer 1 --seed 7 --output z.npz
row a 2 "read with --fit-rows train" "$P" --strategy hidden-to-concept --input sent --layer 1 --test-size 0.3 --output z.npz
row a 2 "read with --pca" "$P" --strategy hidden-to-concept --input sent --layer 1 --norm-from set/x.npz --pca-randomized --output z.npz
row a 2 "without --norm-from" "$P" --strategy hidden-to-concept --input sent --layer 1 --norm-from set/x.npz --pca 2 --output z.npz
no "read with --pca" "$I" run-data-gen --pca.components 2 $IS
no "without --quantization none" "$I" run-data-gen --quantization_per_channel $IS
no "without --include-modification" "$I" run-data-gen --epochs 3 $IS
no "with --include-modification" "$I" run-data-gen --no-include_modification --corruption_rate 0.2 $IS
no "read with --distinct" "$I" run-data-gen --preset v0.1 --weight_decimals 3 $IS
no "read with --distinct" "$I" run-data-gen --preset v0.1 --labels behaviour $IS
no "with --include-modification" "$I" run-data-gen --preset original --min_pattern_improvement 0.1 $IS
no "is --preset original" "$I" run-data-gen --preset v0.1 --compat $IS
no "got both" "$I" run-data-gen --output_dir elsewhere $IS
row a 2 "belongs to run-data-gen, show" "$I" verify rec --corruption_rate 0.2
row a 2 "belongs to" "$I" stats rec --vocab_size 6
# --min_improvement_threshold ends stage 1 in every preset; a preset's values are printed and read back
quiet "$I" run-data-gen --length 2 $IS --min_improvement_threshold 0.3 --out early
differ a rec/data/train-00000.jsonl early/data/train-00000.jsonl
row a 0 "target_total_examples: 500" "$I" run-data-gen --preset original --print-config
row a 0 "verified 2" "$I" verify rec

# ==== b. own flag > --seed > own key > seed key > default
printf 'pipeline:\n  random_seed: 42\n' >seed.yaml
quiet "$I" run-data-gen --length 1 $IS --config seed.yaml --seed 43 --out s43
quiet "$I" run-data-gen --length 1 $IS --config seed.yaml --out s42
quiet "$I" run-data-gen --length 1 $IS --seed 43 --out s43b
quiet "$I" run-data-gen --length 1 $IS --config seed.yaml --random_seed 43 --seed 7 --out s43c
differ b s43/data/train-00000.jsonl s42/data/train-00000.jsonl
same b s43/data/train-00000.jsonl s43b/data/train-00000.jsonl
same b s43/data/train-00000.jsonl s43c/data/train-00000.jsonl
printf 'generate:\n  random_state: 3\nseed: 5\n' >gen.yaml
quiet "$A" generate $G --config gen.yaml --name d --out g3
quiet "$A" generate $G --random-state 3 --name d --out g3b --split-seed 5
quiet "$A" generate $G --config gen.yaml --seed 9 --name d --out g9
same b g3/d_train.csv g3b/d_train.csv
same b g9/d_train.csv gen2/e_train.csv
row b 0 "random_seed: 43" "$I" run-data-gen --config seed.yaml --seed 43 --print-config
row b 0 "random_state: 9" "$A" generate --config gen.yaml --seed 9 --print-config
row b 0 "random_state: 3" "$A" generate --config gen.yaml --print-config

# ==== c. a dry run writes nothing, nothing is overwritten unasked
quiet "$I" create-sig-dataset --seed 5 --filename sig.json
unchanged c "$I" create-sig-dataset --seed 6 --filename sig2.json --dry-run
row c 1 "--overwrite" "$I" create-sig-dataset --seed 6 --filename sig.json
unchanged c "$I" create-benchmark-dataset --filename bench.json --dry-run
unchanged c "$I" run-data-gen --length 2 $IS --out dry --dry-run
unchanged c "$A" all --demo --out dry --dry-run
unchanged c "$A" generate $G --out dry --dry-run
unchanged c "$A" train $T --epochs 1 --out dry --dry-run
unchanged c "$A" taskvec --pretrained "$M" --finetuned "$M" --test gen/d_test.csv --out dry --dry-run
unchanged c "$A" evaluate --model "$M" --test gen/d_test.csv --out dry --dry-run
unchanged c "$A" predict --model "$M" --input gen/d_test.csv --output dry.csv --dry-run
unchanged c "$F" generate --n-tasks 2 --out dry --dry-run
unchanged c "$F" meta-train --tasks tasks --train 2 --val 1 --out dry --dry-run
unchanged c "$F" maml --out dry --dry-run
unchanged c "$P" --strategy hidden-to-concept --input sent --layer 1 --output dry.npz --dry-run
unchanged c "$P" probe set/x.npz --out dry --dry-run
unchanged c "$P" synthesize --out dry --dry-run
cp set/x.npz there.npy
row c 1 "--overwrite" "$N" convert gen/d_train.csv there.npy
same c set/x.npz there.npy
row c 1 "--overwrite" "$A" generate $G --name d --out gen
# no record of a run beside it: still nobody's to replace
mkdir -p found && cp gen/d_train.csv found/ && cp sent/sentence_000000.npz tasks/task_000.npz found/
unchanged_but() { kind=$1 text=$2; shift 2; before=$(cksum found/*); row "$kind" 1 "$text" "$@"; if [ "$before" = "$(cksum found/*)" ]; then good; else bad "$kind: files changed: $*"; fi; }
unchanged_but c "d_train.csv: is there already" "$A" generate $G --name d --out found
unchanged_but c "sentence_000000.npz: is there already" "$P" synthesize --sentences 2 --out found --quiet
unchanged_but c "task_000.npz: is there already" "$F" generate --n-tasks 2 --n-samples 40:60 --out found --quiet
mkdir -p found2/artificial_datasets; cp gen/d_train.csv found2/artificial_datasets/dataset2_train.csv
row c 1 "dataset2_train.csv: is there already" "$A" all --demo --out found2
# one file outside of a run folder
echo kept >kept.pth; cp kept.pth kept.csv; cp kept.pth kept.npz; cp kept.pth done.jsonl.scores.jsonl; printf '{"example_id": 0, "task": "classification", "completion": "a"}\n' >done.jsonl
row c 1 "kept.pth: is there already" "$I" show 0 --config rec/config.yaml --export kept.pth
row c 1 "done.jsonl.scores.jsonl: is there already" "$I" score rec --completions done.jsonl --quiet
row c 1 "kept.csv: is there already" "$A" predict --model "$M" --input gen/d_test.csv --output kept.csv
row c 1 "kept.npz: is there already" "$P" probe set/x.npz --out z --save kept.npz --quiet
row c 1 "kept.csv: is there already" "$F" evaluate --csv gen/d_train.csv --label target=1 --group '0>=0' --selected kept.csv --seeds 1 --out z --quiet
row c 1 "kept.csv: is there already" "$F" evaluate --csv gen/d_train.csv --label target=1 --group '0>=0' --predictions kept.csv --seeds 1 --out z --quiet
row c 1 "kept.csv: is there already" "$F" test --tasks tasks --ids 0 --predictions kept.csv --out z --quiet
row c 1 "kept.csv: is there already" "$F" test --tasks tasks --ids 0 --selected kept.csv --out z --quiet
# --resume replaces what its own run made, nothing else
row c 1 "kept.csv: is there already" "$F" test --tasks tasks --ids 0 --selected kept.csv --out z --quiet --resume
row c 1 "kept.npz: is there already" "$P" probe set/x.npz --out z --save kept.npz --quiet --resume
quiet "$P" probe set/x.npz --out own --save own.npz --quiet
row c 0 "accuracy" "$P" probe set/x.npz --out own --save own.npz --quiet --resume
row c 1 "kept.npz: is there already" "$P" probe set/x.npz --out own --save kept.npz --quiet --resume
if grep -q '"state": "done"' own/x_run.json; then good; else bad "c: a refused file spoilt the record of a finished run"; fi
row c 1 "two results would be written into it" "$F" test --tasks tasks --ids 0 --selected two.csv --predictions two.csv --out z --quiet
for f in kept.csv kept.npz done.jsonl.scores.jsonl; do same c kept.pth $f; done
# --overwrite leaves nothing of a larger run behind
quiet "$P" synthesize --sentences 4 --layers 2 --dim 4 --features 4 --out less --quiet
quiet "$P" synthesize --sentences 2 --layers 2 --dim 4 --features 4 --out less --overwrite --quiet
quiet "$F" generate --n-tasks 4 --n-samples 40:60 --out less2 --quiet
quiet "$F" generate --n-tasks 2 --n-samples 40:60 --out less2 --overwrite --quiet
if [ "$(ls less/*.npz less2/*.npz | wc -l)" -eq 4 ]; then good; else bad "c: --overwrite leaves files of a larger run"; fi

# ==== d. a resume goes on with the same run or names what is another one
row d 1 "lr" "$A" train $T --epochs 2 --lr 0.5 --out model --resume
row d 1 "seed" "$A" train $T --epochs 2 --seed 77 --out model --resume
row d 1 "dropout" "$A" train $T --epochs 2 --dropout 0.5 --out model --resume
row d 1 "train" "$A" train --train gen2/e_train.csv --test gen/d_test.csv --arch 4 --epochs 2 --out model --name d --resume
if grep -q '"state": "done"' model/*run.json; then good; else bad "d: a refused --resume spoilt the record of a finished run"; fi
row d 1 "noise_rate" "$F" generate --n-tasks 3 --n-samples 40:60 --noise-rate 0:0.1 --out tasks --resume
# the same name, other content
cp gen/d_train.csv in.csv; cp gen/d_test.csv it.csv; cp "$M" in.pth; cp "${M%.pth}.json" in.json; cp set/x.npz in.npz; cp -r tasks in.d
IT="--train in.csv --test it.csv --epochs 1 --quiet --out same"
quiet "$A" train $IT --arch 4 --name t
quiet "$A" finetune $IT --from in.pth --name f
quiet "$A" taskvec --pretrained in.pth --finetuned in.pth --test it.csv --op add --out same --quiet
quiet "$F" meta-train --tasks in.d --train 2 --val 1 --iterations 1 --seeds 1 --meta-batch 1 --inits 1 --query-size 10 --out samef --quiet
quiet "$P" probe in.npz --out samep --quiet
cp same/mlp_t_run.json was.json
cp gen2/e_train.csv in.csv; cp gen/d_train.csv it.csv; echo '{}' >in.json; touch in.d/task_001.npz; cp sent/sentence_000000.npz in.npz
row d 1 "in.csv is not what the run in same was made from" "$A" train $IT --arch 4 --name t --resume
same d was.json same/mlp_t_run.json
cp gen/d_train.csv in.csv
row d 1 "it.csv is not what" "$A" train $IT --arch 4 --name t --resume
cp gen/d_test.csv it.csv
row d 0 "" "$A" train $IT --arch 4 --name t --resume
cp "${M%.pth}.json" in.json; echo >>in.json
row d 1 "in.json is not what" "$A" finetune $IT --from in.pth --name f --resume
row d 1 "in.json is not what" "$A" taskvec --pretrained in.pth --finetuned in.pth --test it.csv --op add --out same --quiet --resume
sleep 1; touch in.d/task_001.npz
row d 1 "in.d is not what" "$F" meta-train --tasks in.d --train 2 --val 1 --iterations 1 --seeds 1 --meta-batch 1 --inits 1 --query-size 10 --out samef --quiet --resume
# a folder may grow, it may not shrink
cp -r sent in.s
quiet "$P" --strategy hidden-to-concept --input in.s --layer 1 --output grown/x.npz
cp grown/x.npz before.npz; mv in.s/sentence_000003.npz moved.npz
row d 1 "holds no sentence_000003.npz any more" "$P" --strategy hidden-to-concept --input in.s --layer 1 --output grown/x.npz --resume
same d before.npz grown/x.npz
mv moved.npz in.s/sentence_000003.npz
row d 0 "rows 30" "$P" --strategy hidden-to-concept --input in.s --layer 1 --output grown/x.npz --resume
row d 0 "--threads" "$A" train --help
row d 0 "Another value of anything else" "$I" run-data-gen --help
# a longer run goes on where the shorter one ended, a shorter one does not
quiet "$A" train $T --epochs 3 --name e --out e7; cp e7/mlp_e_run.json was.json
row d 1 "the state has 3 epochs behind it, this run has 2" "$A" train $T --epochs 2 --name e --out e7 --resume
same d was.json e7/mlp_e_run.json
quiet "$A" train $T --epochs 7 --name e --out e7 --resume
quiet "$A" train $T --epochs 7 --name e --out e7w
for f in model.pth history.csv; do same d e7/mlp_e_$f e7w/mlp_e_$f; done
quiet "$A" train $T --epochs 3 --schedule cosine --name c --out e7
row d 1 "train.epochs: the run in e7 has '3', now '7'" "$A" train $T --epochs 7 --schedule cosine --name c --out e7 --resume
ML="maml --meta-batch 1 --inner-hidden 4 --test-tasks 4 --threads 1 --quiet"
quiet "$F" $ML --iterations 4 --out ml; quiet "$F" $ML --iterations 6 --out ml --resume; quiet "$F" $ML --iterations 6 --out mlw
same d ml/maml_init.pth mlw/maml_init.pth; cp ml/run.json was.json
row d 1 "at most 5 iterations" "$F" $ML --iterations 5 --out ml --resume
same d was.json ml/run.json
# a record or a state that cannot be read, or is not there
cp -r model dmg; : >dmg/mlp_d_run.json
row d 1 "cannot be read, so what it was made with cannot be compared" "$A" train $T --epochs 2 --seed 9 --out dmg --resume
rm dmg/mlp_d_run.json
row d 1 "is there already, without the record of a run" "$A" train $T --epochs 2 --seed 9 --out dmg --resume
cp model/mlp_d_run.json dmg/; dd if=/dev/zero of=dmg/mlp_d_state.pth bs=1 seek=900 count=60 conv=notrunc 2>/dev/null
row d 1 "checksum differs" "$A" train $T --epochs 2 --out dmg --resume
same d model/mlp_d_run.json dmg/mlp_d_run.json
dd if=/dev/zero of=ml/maml_state.pth bs=1 seek=900 count=60 conv=notrunc 2>/dev/null
row d 1 "--resume: ml/maml_state.pth" "$F" $ML --iterations 6 --out ml --resume
same d was.json ml/run.json
# a new run forgets the state of the one that it replaces, even when it is killed at once
cp -r model new
"$A" train $T --epochs 100000 --checkpoint-every 100000 --seed 5 --out new --overwrite >/dev/null 2>&1 & pid=$!
sleep 0.2; kill -9 $pid; wait $pid 2>/dev/null
if [ ! -e new/mlp_d_state.pth ] && [ ! -e new/mlp_d_model.pth ]; then good; else bad "d: --overwrite keeps the state of the run before"; fi
# temporaries of processes that are gone, in every folder; those of the living, and of other runs, stay
dead=$(sh -c 'echo $$')
quiet "$A" generate $G --name d --out left
mkdir -p left/plots; touch left/.nntmp-$dead-0 left/plots/.nntmp-$dead-1
quiet "$A" generate $G --name d --out left --overwrite
gone d left
quiet "$F" generate --n-tasks 2 --n-samples 40:60 --out left2 --quiet
mkdir -p left2/plots left2/other; touch left2/.nntmp-$dead-0 left2/plots/.nntmp-$dead-1 left2/.nntmp-$$-0 left2/other/.lock left2/other/.nntmp-$dead-0
quiet "$F" generate --n-tasks 2 --n-samples 40:60 --out left2 --overwrite --quiet
if [ -e left2/.nntmp-$$-0 ] && [ -e left2/other/.nntmp-$dead-0 ]; then rm -r left2/.nntmp-$$-0 left2/other; good; else bad "d: --overwrite takes the temporaries of others"; fi
gone d left2

# folders of version b521685 (tests/data/resume_b521685): refused by name, or right
cp -r "$D/resume_b521685" old
here() { (cd old && "$@"); }
O="--num_layers 2:2 --neurons_per_layer 3:3 --patterns all_same,sorted_ascending,starts_with,ends_with --target_total_examples 900 --checkpoint_interval 2 --threads 1 --quiet --no-tensorboard.enabled --signature.dataset_path sig.json --no-include_modification"
before=$(cd old && cksum finished/*.* unfinished/*.* */data/*)
row d 1 "written by version b521685" here "$I" run-data-gen $O --length 1 --out finished --resume
row d 1 "written by version b521685" here "$I" run-data-gen $O --length 3 --out unfinished --resume
row d 1 "--preset v0.1 makes its records" here "$I" run-data-gen --preset v0.1 $O --length 3 --out unfinished --resume
row d 1 "written by version b521685" here "$I" verify finished
row d 1 "written by version b521685" here "$I" stats finished
row d 1 "written by version b521685" here "$I" merge finished --out merged
if [ "$before" = "$(cd old && cksum finished/*.* unfinished/*.* */data/*)" ]; then good; else bad "d: a refused folder was written to"; fi
cp old/unfinished/data/train-00000.jsonl first.jsonl
quiet here "$I" run-data-gen --preset v0.1 $O --length 1 --out unfinished --overwrite
same d first.jsonl old/unfinished/data/train-00000.jsonl
OT="train --train g/d_train.csv --test g/d_test.csv --arch 2 --epochs 400 --checkpoint-every 1 --seed 5 --threads 1 --quiet"
row d 1 "train.lr: the run in train has '0.001', now '0.5'" here "$A" $OT --lr 0.5 --monitor loss --out train --resume
row d 1 "train.monitor: the run in train has 'loss', now 'accuracy'" here "$A" $OT --out train --resume
quiet here "$A" $OT --monitor loss --out train --resume
quiet here "$A" $OT --monitor loss --out whole
for f in model.pth history.csv state.pth; do same d old/train/mlp_d_$f old/whole/mlp_d_$f; done

# ==== e. one lock, never through a link; names stay in the folder
held() { (exec 9>>"$1/.lock"; flock -n 9 || exit 1; shift; "$@") ; }
if command -v flock >/dev/null 2>&1; then
    for c in "$F meta-train --tasks tasks --train 2 --val 1 --iterations 1 --seeds 1" "$F generate --n-tasks 2 --n-samples 40:60" "$P probe set/x.npz" "$P synthesize --sentences 2" "$A generate $G" "$I run-data-gen --length 1 $IS"; do
        mkdir -p held
        # shellcheck disable=SC2086
        row e 1 "lock" held held $c --out held
        rm -rf held
    done
else skipped=$((skipped + 6)); echo "skip locks: no flock"; fi
mkdir shared_out; echo "precious content line" >victim; cp victim victim.was; ln -s ../victim shared_out/.lock
row e 1 "lock" "$A" generate $G --name d --out shared_out
same e victim victim.was
row e 2 "name" "$A" generate $G --name ../../evil --out in/x
row e 2 "name" "$A" train $T --epochs 1 --name a/b --out in/x
for n in '' "$(printf 'COM\302\271')" CON nul.x 'x.' 'x ' 'a:b' '..' 'a\b'; do row e 2 "name" "$A" generate $G --name "$n" --out in/x; done

# ==== f. closed standard streams
"$I" run-data-gen --length 2 $IS --out closed >&- 2>&- <&-
row f 0 "different 0" "$I" verify closed
"$A" generate $G --name d --out closed2 >&- 2>&- <&-
same f gen/d_train.csv closed2/d_train.csv

# ==== h. lost output is failure
if (ulimit -f 1) 2>/dev/null; then
    row h 1 "report" sh -c "ulimit -f 20; exec '$A' generate $G --name d --out small"
    if grep -q '"state": "done"' small/*run.json 2>/dev/null; then bad "h: done without its report"; else good; fi
fi
if [ -c /dev/full ]; then
    full() { "$@" >/dev/full; }
    for c in --help "train --print-config $T" man; do
        # shellcheck disable=SC2086
        row h 1 "standard output" full "$A" $c
    done
else skipped=$((skipped + 3)); echo "skip full standard output: no /dev/full"; fi
mkdir -p plotless; : >plotless/plots
row h 1 "plots" "$A" generate $G --name d --out plotless
if grep -q '"state": "failed"' plotless/*run.json; then good; else bad "h: a run without its plots is not marked failed"; fi
mkdir -p plotless2; : >plotless2/plots
row h 1 "plots" "$F" generate --n-tasks 2 --n-samples 40:60 --out plotless2 --quiet
mkdir -p plotless3; : >plotless3/plots
row h 1 "plots" "$I" run-data-gen --length 1 $IS --out plotless3

# ==== i. control sequences and names that are not UTF-8
esc=$(printf '\033')
plain() {
    "$@" >"$tmp/said" 2>&1 </dev/null
    if grep -q "$esc" "$tmp/said"; then bad "i: an escape reaches the terminal: $*"; else good; fi
}
printf 'a,b\033]0;owned\007\n1,2\n' >esc.csv
plain "$N" show esc.csv
plain "$N" show "$D/formats/esc.safetensors"
plain "$N" diff esc.csv gen/d_train.csv
plain "$A" train --train esc.csv --arch 4 --out z
plain "$A" generate --name "$(printf 'x\033]0;y\007')" --out z
plain "$P" probe "$(printf 'x\033]0;y\007.npz')"
raw=$(printf 'caf\351')
cp gen/d_train.csv "$raw.csv"
row i 0 "done" "$A" train --train "$raw.csv" --arch 4 --epochs 1 --name raw --out rawly
row i 0 "$(printf 'caf\357\277\275.csv (hex 636166e92e637376)')" cat rawly/mlp_raw_run.json
row i 0 "done" "$A" generate $G --name d --out "$raw"
row i 0 "hex 636166e9" "$A" generate --name d --out "$raw" --print-config
row i 0 "hex" "$P" build --input "$raw" --print-config
row i 0 "--filename" "$I" create-benchmark-dataset --filename "$raw" --print-config
row i 0 "hex 636166e9" "$I" create-benchmark-dataset --filename "$raw" --print-config

# ==== wrong values that once came with exit 0
row a 2 "expected at least one task" "$F" test --tasks tasks --ids= --out none
# two results of one name: the second has another, none is lost
quiet "$F" test --tasks tasks --ids 1,1 --out pair --quiet
row h 0 "task1_baseline_accuracy_2" cat pair/metrics.json
for f in pair/metrics.json pair/run.json; do
    if "$N" check $f 2>&1 | grep -q duplicate; then bad "h: a key stands twice in $f"; else good; fi
done
mkdir -p same_name; cp gen/d_test.csv same_name/
row h 0 "d_accuracy_2" "$A" taskvec --pretrained "$M" --finetuned "$M" "$M" --test gen/d_test.csv same_name/d_test.csv --out pair2 --quiet --no-plots
awk 'BEGIN { print "a,b,label"; for (i = 0; i < 40; i++) print i % 7 "," i % 2 ",900719925474099" 2 + i % 2 }' >large.csv
quiet "$A" train --train large.csv --arch 4 --epochs 2 --name large --out large --no-plots
if grep -q 9007199254740993 large/*.json; then good; else bad "a: a label beyond 2^53 lost its name"; fi
row a 1 "different" sh -c "'$N' diff '$D/formats/diff_a.npy' '$D/formats/diff_b.npy' || { rc=\$?; echo different; exit \$rc; }"

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
