#!/bin/sh
# tests/e2e_artificial_data.sh - the program from data to edited models at tiny scale, then what it does with bad input,
# interruptions and full disks. Works from the repository root on build/artificial_data; the real-data part is
# tests/e2e_artificial_real.sh.
P=$(pwd)/${BUILD:-build}/artificial_data
ROOT=$(pwd)
C=$ROOT/examples/configs
passed=0; failed=0; skipped=0
[ -x "$P" ] || { echo "FAIL build/artificial_data is missing: make first"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
T=$(mktemp -d "${TMPDIR:-/tmp}/nn_e2e.XXXXXX") || exit 1
trap 'umount "$T/disk" 2>/dev/null; chmod -R u+w "$T"; rm -rf "$T"' EXIT
cd "$T" || exit 1
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $1"; }
skip() { skipped=$((skipped + 1)); echo "skip $1"; }
# run NAME COMMAND...: must end with 0
run() { name=$1; shift; if "$@" >out.txt 2>err.txt; then ok; else bad "$name: status $?: $(tail -n 3 err.txt)"; fi; }
# refuse NAME STATUS WORDS COMMAND...: must end with STATUS and say WORDS on stderr; nothing new is left in left/
refuse() {
    name=$1; want=$2; words=$3; shift 3
    "$@" >out.txt 2>err.txt; rc=$?
    if [ "$rc" -ne "$want" ]; then bad "$name: expected status $want, got $rc: $(tail -n 2 err.txt)"; return; fi
    if ! grep -q "^artificial_data: " err.txt; then bad "$name: no message: $(cat err.txt)"; return; fi
    if ! grep -qi -- "$words" err.txt; then bad "$name: expected '$words' in: $(cat err.txt)"; return; fi
    left=$(find . -path ./killed -prune -o -name '.nntmp-*' -print)
    if [ -n "$left" ]; then bad "$name: a half-written file was left: $left"; return; fi
    ok
}
has() { for f in "$@"; do if [ -s "$f" ]; then ok; else bad "file $f is missing or empty"; fi; done; }
value() { sed -n "s/^$1 //p" "$2"; }
small="--n-samples 400 --n-features 12 --n-informative 6 --class-sep 2 --quiet"

# ---- the happy path
run generate1 "$P" generate --name d1 --n-classes 3 $small --out data --format both
run generate2 "$P" generate --name d2 --n-classes 4 $small --random-state 7 --out data
has data/d1_train.csv data/d1_test.csv data/d1_train.npz data/d1_truth.json data/d1_run.json data/d1_report.html data/d2_test.csv
if [ "$(wc -l < data/d1_train.csv)" -eq 321 ] && [ "$(head -n 1 data/d1_train.csv)" = "0,1,2,3,4,5,6,7,8,9,10,11,target" ]; then ok; else bad "header or rows of d1_train.csv"; fi
fit="--arch 16,16 --init he --epochs 12 --standardize --seed 3"
run train "$P" train --train data/d1_train.csv --test data/d1_test.csv $fit --out ck --quiet
cp out.txt train.txt
has ck/mlp_d1_model.pth ck/mlp_d1_head.pth ck/mlp_d1_model.json ck/mlp_d1_state.pth ck/mlp_d1_model.safetensors ck/mlp_d1_history.csv ck/mlp_d1_confusion.csv \
    ck/mlp_d1_classification_report.txt ck/mlp_d1_report.html ck/mlp_d1_metrics.json ck/mlp_d1_run.json ck/plots/mlp_d1_loss.png
H1=$(value weights_sha256 train.txt)
case $H1 in ????????????????????????????????????????????????????????????????) ok ;; *) bad "no weight hash: '$H1'" ;; esac
# the epoch of the highest validation accuracy is kept, of equal ones that of the lowest loss; --monitor loss: that of the lowest
# loss. The history says which; both runs say both, and the same
awk -F, 'NR > 1 { if (NR == 2 || $5 > a || ($5 == a && $4 < al)) { a = $5; al = $4; ae = $1 } if (NR == 2 || $4 < l) { l = $4; la = $5; le = $1 } }
    END { print "epoch_by_loss", le; print "val_accuracy_by_loss", la; print "epoch_by_accuracy", ae; print "val_accuracy_by_accuracy", a }' ck/mlp_d1_history.csv >choices.txt
run by_loss "$P" train --train data/d1_train.csv --test data/d1_test.csv $fit --monitor loss --out ck_loss --quiet
for f in train.txt out.txt; do grep _by_ $f | cmp -s - choices.txt && ok || bad "$f: what each choice keeps: $(grep _by_ $f | diff - choices.txt)"; done
[ "$(value best_epoch train.txt)" = "$(value epoch_by_accuracy choices.txt)" ] && ok || bad "accuracy kept epoch $(value best_epoch train.txt): $(cat choices.txt)"
[ "$(value best_epoch out.txt)" = "$(value epoch_by_loss choices.txt)" ] && ok || bad "--monitor loss kept epoch $(value best_epoch out.txt): $(cat choices.txt)"
[ "$(value epoch_by_loss choices.txt)" != "$(value epoch_by_accuracy choices.txt)" ] && ok || bad "both choices keep the same epoch here: nothing was told apart"
grep -q "What each choice of the best epoch keeps" ck/mlp_d1_report.html && ok || bad "the report does not say what each choice keeps"
run train_npz "$P" train --train data/d1_train.npz --test data/d1_test.npz $fit --out ck_npz --quiet --threads 2
[ "$(value weights_sha256 out.txt)" = "$H1" ] && ok || bad "NPZ or two threads give other weights than CSV"
# controls: the majority class of the training rows is counted here again; on these sets the network is better than it
awk -F, 'NR == FNR { if (FNR > 1) n[$NF]++; next } FNR == 1 { for (c in n) if (n[c] > n[top] || (n[c] == n[top] && c < top)) top = c } FNR > 1 { all++; hit += $NF == top } END { print hit / all }' \
    data/d1_train.csv data/d1_test.csv >majority.txt
awk -v a="$(value majority_accuracy train.txt)" -v b="$(cat majority.txt)" 'BEGIN { exit !(a != "" && a - b < 0.02 && b - a < 0.02) }' && ok || bad "majority_accuracy $(value majority_accuracy train.txt), here $(cat majority.txt)"
awk -v a="$(value logistic_accuracy train.txt)" 'BEGIN { exit !(a > 0.6 && a <= 1) }' && ok || bad "logistic_accuracy $(value logistic_accuracy train.txt)"
case $(value verdict train.txt) in *"logistic regression") ok ;; *) bad "verdict '$(value verdict train.txt)'" ;; esac
grep -q "majority class" ck/mlp_d1_report.html && grep -q '"verdict"' ck/mlp_d1_run.json && ok || bad "no controls in the report or in run.json"
# labels that no column knows are at chance, and that is said; without controls nothing is
awk -F, -v OFS=, 'NR > 1 { $NF = (NR * 7 + int(NR / 3)) % 3 } { print }' data/d1_train.csv >noise_train.csv
run chance "$P" train --train noise_train.csv --test-size 0.3 --arch 8 --epochs 3 --out ck_noise --quiet
[ "$(value verdict out.txt)" = "at chance" ] && grep -q "at chance" ck_noise/mlp_noise_report.html && ok || bad "noise: $(cat out.txt)"
run no_controls "$P" train --train noise_train.csv --test-size 0.3 --arch 8 --epochs 3 --no-controls --out ck_none --quiet
grep -q "verdict\|majority\|logistic" out.txt && bad "--no-controls: $(cat out.txt)" || ok
refuse controls_without 2 "controls" "$P" train --train noise_train.csv --val-size 0 --no-controls --epochs 1 --arch 8 --out left --quiet
run finetune "$P" finetune --from ck/mlp_d1_model.pth --train data/d2_train.csv --test data/d2_test.csv --epochs 5 --lr 1e-3 --out ck --quiet
has ck/mlp_d2_finetuned_model.pth ck/mlp_d2_finetuned_head.pth
for k in majority_accuracy logistic_accuracy scratch_accuracy random_backbone_accuracy transfer_gain transfer_gain_low transfer_gain_high transfer; do [ -n "$(value $k out.txt)" ] && ok || bad "fine-tuning without $k"; done
# the gain is what it is called, on the same rows
awk -v a="$(value accuracy out.txt)" -v s="$(value scratch_accuracy out.txt)" -v g="$(value transfer_gain out.txt)" -v l="$(value transfer_gain_low out.txt)" -v h="$(value transfer_gain_high out.txt)" \
    'BEGIN { d = a - s - g; exit !(d < 0.02 && d > -0.02 && l <= g && g <= h) }' && ok || bad "transfer gain: $(cat out.txt)"
[ "$(value backbone_before_sha256 out.txt)" != "$(value backbone_after_sha256 out.txt)" ] && ok || bad "fine-tuning did not move the backbone"
run freeze "$P" finetune --from ck/mlp_d1_model.safetensors --train data/d2_train.csv --freeze-backbone --epochs 3 --name d2f --out ck --quiet
[ "$(value backbone_before_sha256 out.txt)" = "$(value backbone_after_sha256 out.txt)" ] && ok || bad "a frozen backbone moved"
run finetune_self "$P" finetune --from ck/mlp_d1_model.pth --train data/d1_train.csv --epochs 4 --lr 3e-3 --name d1b --out ck --quiet
for op in add subtract multiply divide negate sum interpolate analogy ties dare; do
    run "taskvec $op" "$P" taskvec --pretrained ck/mlp_d1_model.pth --finetuned ck/mlp_d2_finetuned_model.pth ck/mlp_d1b_finetuned_model.pth --op $op --scale 0:1:0.5 \
        --test data/d2_test.csv,data/d1_test.csv --val data/d2_train.csv,data/d1_train.csv --out tv --quiet
done
[ "$(value exact_at_1 out.txt)" = yes ] && ok || bad "coefficient 1 is not exact"
# as many models as are given; every pair of task vectors has its cosine
many=""; sets=""; i=0
while [ $i -lt 20 ]; do many="$many ck/mlp_d1b_finetuned_model.pth"; sets="$sets,data/d1_test.csv"; i=$((i + 1)); done
run taskvec_many "$P" taskvec --pretrained ck/mlp_d1_model.pth --finetuned $many --op ties --scale 0:1:1 --test "${sets#,}" --out tv_many --quiet --no-plots
[ "$(grep -c "^cosine_" out.txt)" -eq 190 ] && [ "$(value cosine_19_20 out.txt)" = 1 ] && ok || bad "20 models: $(grep -c "^cosine_" out.txt) cosines, the last $(value cosine_19_20 out.txt)"
run taskvec_three "$P" taskvec --pretrained ck/mlp_d1_model.pth --finetuned ck/mlp_d1b_finetuned_model.pth ck/mlp_d2_finetuned_model.pth ck/mlp_d1b_finetuned_model.pth \
    --op sum --scale 0:1:1 --test data/d1_test.csv,data/d2_test.csv,data/d1_test.csv --out tv_three --quiet --no-plots
[ "$(value cosine_1_3 out.txt)" = 1 ] && [ "$(value cosine_1_2 out.txt)" = "$(value cosine_2_3 out.txt)" ] && ok || bad "three models: $(grep "^cosine_" out.txt)"
has tv/taskvec_add_sweep.csv tv/taskvec_ties_model.pth tv/taskvec_add_report.html tv/taskvec_add_tau1.pth
run taskvec_one "$P" taskvec --pretrained ck/mlp_d1_model.pth --finetuned ck/mlp_d2_finetuned_model.pth --op add --scale 1 --test data/d2_test.csv --out tv1 --quiet
cp out.txt one.txt
run evaluate "$P" evaluate --model ck/mlp_d2_finetuned_model.pth --test data/d2_test.csv --out ev --quiet
[ "$(value accuracy out.txt)" = "$(value d2_accuracy one.txt)" ] && ok || bad "coefficient 1 evaluates to $(value d2_accuracy one.txt), the fine-tuned model to $(value accuracy out.txt)"
run evaluate_st "$P" evaluate --model ck/mlp_d2_finetuned_model.safetensors --test data/d2_test.csv --out ev2 --quiet --json
grep -q '"accuracy"' out.txt && ok || bad "--json printed no object"
run evaluate_parts "$P" evaluate --backbone ck/mlp_d1_model.pth --head ck/mlp_d2f_finetuned_head.pth --test data/d2_test.csv --out ev3 --quiet
# a checkpoint that is moved without the JSON beside it keeps classes, scaler, columns and activation; so does a head
run tanh "$P" train --train data/d1_train.csv --test data/d1_test.csv $fit --act tanh --name tanh --out ck_tanh --quiet
cp out.txt tanh.txt; mkdir moved; cp ck_tanh/mlp_tanh_model.pth moved/m.pth; cp ck_tanh/mlp_tanh_head.pth moved/h.pth
awk -F, -v OFS=, '{ print $12, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13 }' data/d1_test.csv >turned.csv
run moved "$P" evaluate --model moved/m.pth --test turned.csv --out ev_moved --quiet
[ "$(value accuracy out.txt)" = "$(value accuracy tanh.txt)" ] && ok || bad "moved: trained to $(value accuracy tanh.txt), evaluates to $(value accuracy out.txt)"
run moved_parts "$P" evaluate --backbone moved/m.pth --head moved/h.pth --test turned.csv --out ev_parts --quiet
[ "$(value accuracy out.txt)" = "$(value accuracy tanh.txt)" ] && ok || bad "moved parts: $(value accuracy out.txt)"
# the JSON beside it is read first; one about other things is passed over; a damaged record is refused
echo '{"about": "something else"}' >moved/m.json
run moved_beside "$P" evaluate --model moved/m.pth --test turned.csv --out ev_beside
[ "$(value accuracy out.txt)" = "$(value accuracy tanh.txt)" ] && grep -q "describes no model" err.txt && ok || bad "a JSON about other things: $(value accuracy out.txt), $(cat err.txt)"
sed 's/"tanh"/"relu"/' ck_tanh/mlp_tanh_model.json >moved/m.json
run moved_json "$P" summary --model moved/m.pth --quiet
grep -q relu out.txt && ok || bad "the JSON beside a checkpoint was not read"
LC_ALL=C sed 's/"format":"nn_mlp 1"/"format":"nn_mlp 9"/' ck_tanh/mlp_tanh_model.pth >damaged.pth
refuse damaged_record 1 "checksum" "$P" summary --model damaged.pth --quiet
run predict "$P" predict --model ck/mlp_d1_model.pth --input data/d1_test.csv --output pred.csv --quiet
[ "$(wc -l < pred.csv)" -eq 81 ] && ok || bad "predictions: $(wc -l < pred.csv) lines"
run summary "$P" summary --model ck/mlp_d1_model.pth --quiet
grep -q "layers.0.0" out.txt && ok || bad "summary names no layer"
run dry_run "$P" train --train data/d1_train.csv $fit --out nowhere --dry-run --quiet
[ ! -e nowhere ] && grep -q estimated_seconds out.txt && ok || bad "--dry-run made files or no estimate"
run print_config "$P" train --train data/d1_train.csv $fit --print-config
cp out.txt back.yaml
run config "$P" train --config back.yaml --out ck_yaml --quiet
[ "$(value weights_sha256 out.txt)" = "$H1" ] && ok || bad "--print-config, read back, trains other weights"
for c in generate train finetune taskvec all; do
    "$P" $c --print-config >plain.yaml 2>err.txt; "$P" $c --config "$C/artificial_data.yaml" --print-config >documented.yaml 2>>err.txt
    cmp -s plain.yaml documented.yaml && ok || bad "artificial_data.yaml does not hold the defaults of $c: $(diff plain.yaml documented.yaml | head -n 3)"
done
run seeds "$P" train --train data/d1_train.csv --test data/d1_test.csv $fit --seeds 2 --epochs 2 --out ck_seeds --quiet
[ -n "$(value accuracy_mean out.txt)" ] && ok || bad "--seeds gave no mean"
run select "$P" train --train data/d1_train.csv --test data/d1_test.csv $fit --select 8 --out ck_sel --quiet
cp out.txt sel.txt
run select_eval "$P" evaluate --model ck_sel/mlp_d1_model.pth --test data/d1_test.csv --out ev4 --quiet
[ "$(value accuracy out.txt)" = "$(value accuracy sel.txt)" ] && ok || bad "--select: trained to $(value accuracy sel.txt), evaluates to $(value accuracy out.txt)"
# --select auto finds the number by itself: d2 has 6 informative and 2 redundant of 12 columns, two of which tell the
# classes apart by chance only
run select_auto "$P" train --train data/d2_train.csv --test data/d2_test.csv $fit --select auto --out ck_auto --quiet
grep -c '"role": "\(informative\|redundant\)"' data/d2_truth.json >carry.txt
[ "$(value columns_kept out.txt)" -le "$(cat carry.txt)" ] && [ "$(value columns_kept out.txt)" -ge 5 ] && ok || bad "--select auto keeps $(value columns_kept out.txt) of $(cat carry.txt) columns that carry"
tr -d ' \n' <ck_auto/mlp_d2_model.json | sed 's/.*"selected":\[//; s/\].*//' | tr , '\n' >kept.txt; echo >>kept.txt
tr -d ' \n' <data/d2_truth.json | sed 's/{"column":/\n/g' | sed -n 's/^\([0-9]*\),"role":"useless".*/\1/p' | sort >useless.txt
[ "$(sort kept.txt | comm -12 - useless.txt | grep -c .)" -eq 0 ] && [ -s useless.txt ] && ok || bad "--select auto keeps a useless column: $(cat kept.txt)"
# where no class mean differs (exclusive or), nothing is thrown away
awk 'BEGIN { print "a,b,target"; for (i = 0; i < 400; i++) { a = i % 2; b = int(i / 2) % 2; print a "," b "," (a + b) % 2 } }' >xor.csv
run select_none "$P" train --train xor.csv --arch 8 --epochs 2 --select auto --out ck_xor
[ "$(value columns_kept out.txt)" = 2 ] && grep -q "all 2 stay" err.txt && ok || bad "--select auto on exclusive or: $(value columns_kept out.txt) columns; $(cat err.txt)"
for k in autos 3x -1 1e6 2000000 ""; do refuse "select '$k'" 2 "expected auto or a whole number" "$P" train --train xor.csv --arch 8 --epochs 2 --select "$k" --out left --quiet; done
run stable "$P" generate --stable --name s --n-samples 300 --n-features 8 --n-informative 4 --n-classes 3 --out st --quiet
run stable2 "$P" generate --stable --name s --n-samples 500 --n-features 8 --n-informative 4 --n-classes 3 --out st2 --quiet
head -c "$(wc -c < st/s_train.csv)" st2/s_train.csv | cmp -s - st/s_train.csv && ok || bad "a longer stable set does not start with the shorter one"
# related sets: the description in the truth file makes the base again, a related set says whose it is, and a longer one starts
# with the shorter one; tests/interop/test_artificial.py judges that they share what they say
rel="--related-to data/d1_truth.json --quiet"
run related "$P" generate $rel --name r --n-samples 300 --share-clusters 0.5 --out rel
has rel/r_train.csv rel/r_truth.json
[ "$(wc -l <rel/r_train.csv | tr -d ' ')" -gt 200 ] && [ "$(head -n 1 rel/r_train.csv)" = "$(head -n 1 data/d1_train.csv)" ] && ok || bad "related: other columns than the base's"
tr -d ' \n' <rel/r_truth.json >r.txt
from=$(sed 's/.*"from":\[//; s/\].*//' r.txt | tr , '\n' | grep -vc -- -1)
[ "$from" -eq 3 ] && grep -q '"share_clusters":0.5' r.txt && ok || bad "related: $from of 6 clusters are the base's, not half"
run related_longer "$P" generate $rel --name r --n-samples 500 --share-clusters 0.5 --out rel2
head -c "$(wc -c <rel/r_train.csv)" rel2/r_train.csv | cmp -s - rel/r_train.csv && ok || bad "a longer related set does not start with the shorter one"
run related_classes "$P" generate $rel --name r --n-samples 300 --n-classes 5 --weights 0.4,0.3,0.1,0.1,0.1 --random-state 9 --out rel3
[ "$(sed 1d rel3/r_train.csv | awk -F, '{ print $NF }' | sort -u | wc -l)" -eq 5 ] && ok || bad "related: not the 5 classes that were asked for"
refuse related_again 1 "related set itself" "$P" generate --related-to rel/r_truth.json --name rr --out left --quiet
refuse related_state 2 "random-state" "$P" generate $rel --random-state 42 --name r --out left
refuse related_size 2 "n-features" "$P" generate $rel --n-features 20 --name r --out left
refuse related_shares 2 "share-columns" "$P" generate --share-columns 0.5 --name r --out left --quiet
refuse related_none 1 "nothing.json" "$P" generate --related-to nothing.json --name r --out left --quiet
for k in n_samples n_features n_informative n_redundant n_repeated n_classes n_clusters weights flip_y class_sep hypercube shift scale shuffle random_state stable; do
    sed "s/\"$k\":/\"no_$k\":/" data/d1_truth.json >broken_truth.json
    refuse "related without $k" 1 "$k: expected" "$P" generate --related-to broken_truth.json --name r --out left --quiet
done
# the sets of the preset: what was learned on the first is of use on the others, which have a tenth of its rows and epochs
run all_related "$P" all --demo --preset related --no-plots --out demo --quiet
for k in dataset2_finetuned dataset3_finetuned dataset3_frozen; do
    [ "$(value ${k}_transfer out.txt)" = helps ] && ok || bad "$k: transfer '$(value ${k}_transfer out.txt)'"
done
awk -v a="$(value dataset3_frozen_accuracy out.txt)" -v b="$(value dataset3_frozen_majority_accuracy out.txt)" 'BEGIN { exit !(a > 2 * b && b > 0) }' && ok || bad "frozen backbone: $(grep dataset3_frozen out.txt)"
grep -q "_sets_improved [23]" out.txt && ok || bad "no task-vector operation improves two sets: $(grep _sets_improved out.txt)"
run help "$P" train --help
[ "$(awk '{ if (length($0) > 80) n++ } END { print n + 0 }' out.txt)" -eq 0 ] && ok || bad "--help is wider than 80 columns"

# ---- who decides: the test rows never change the weights
awk -F, 'NR == 1 { print } NR > 1 { $NF = ($NF + 1) % 3; print }' OFS=, data/d1_test.csv > wrong_test.csv
run test_only_reported "$P" train --train data/d1_train.csv --test wrong_test.csv $fit --out ck_wrong --quiet
[ "$(value weights_sha256 out.txt)" = "$H1" ] && ok || bad "the test file changed the weights"

# ---- interruptions
long="--arch 32,32 --init he --epochs 400 --checkpoint-every 1 --seed 5 --train data/d1_train.csv"
"$P" train $long --out whole --quiet >whole.txt 2>err.txt || bad "long run: $(cat err.txt)"
"$P" train $long --out killed --quiet >out.txt 2>err.txt & pid=$!
i=0; while [ ! -s killed/mlp_d1_state.pth ] && [ $i -lt 200 ]; do sleep 0.02; i=$((i + 1)); done
kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
[ ! -e killed/mlp_d1_model.pth ] && ok || skip "kill -9: the run was faster than the signal"
refuse guard 1 "holds a run" "$P" train $long --out killed --quiet
run resume "$P" train $long --out killed --quiet --resume
[ "$(value weights_sha256 out.txt)" = "$(value weights_sha256 whole.txt)" ] && ok || bad "kill -9 and --resume: other weights"
[ -z "$(find killed -name '.nntmp-*')" ] && ok || bad "--resume left $(find killed -name '.nntmp-*')"
cmp -s killed/mlp_d1_model.pth whole/mlp_d1_model.pth && cmp -s killed/mlp_d1_history.csv whole/mlp_d1_history.csv && ok || bad "kill -9 and --resume: other files"
"$P" train $long --out stopped --quiet >out.txt 2>err.txt & pid=$!
i=0; while [ ! -s stopped/mlp_d1_state.pth ] && [ $i -lt 200 ]; do sleep 0.02; i=$((i + 1)); done
kill -INT $pid 2>/dev/null; wait $pid; rc=$?
if [ $rc -eq 0 ]; then skip "SIGINT: the run was faster than the signal"
else
    [ $rc -eq 1 ] && grep -q -- "--resume" err.txt && ok || bad "SIGINT: status $rc, $(cat err.txt)"
    run resume_int "$P" train $long --out stopped --quiet --resume
    [ "$(value weights_sha256 out.txt)" = "$(value weights_sha256 whole.txt)" ] && ok || bad "SIGINT and --resume: other weights"
fi

# ---- bad input: a message, status 1 or 2, nothing half-written
t="$P train --epochs 1 --arch 8 --quiet --out left"
refuse missing 1 "nofile.csv" $t --train nofile.csv
: > empty.csv;                                       refuse empty_csv 1 "empty.csv" $t --train empty.csv
echo "a,b,target" > header.csv;                      refuse only_header 1 "header.csv" $t --train header.csv
printf 'a,b,target\n1,2,0\n1,2,3,4,1\n2,1,1\n' > ragged.csv;   refuse ragged 1 "ragged.csv:3" $t --train ragged.csv
printf 'a,b,target\n1,2,0\n1,oops,1\n2,1,1\n' > text.csv;      refuse text 1 "oops" $t --train text.csv
printf 'a,b,target\n1,2,0\n1,3,\n2,1,1\n' > nan.csv;           refuse nan_target 1 "nan.csv" $t --train nan.csv
printf 'a,b,target\n1,,0\n1,3,1\n2,1,1\n' > hole.csv;          refuse missing_cell 1 "hole.csv:2" $t --train hole.csv
printf '0,1,2,3,4,5,6,7,8,9,10,11,target\n1,2,3,4,5,6,7,8,9,10,11,12,77\n' > label.csv
refuse unseen_label 1 "77" "$P" evaluate --model ck/mlp_d1_model.pth --test label.csv --out left --quiet
refuse unseen_test 1 "77" $t --train data/d1_train.csv --test label.csv
printf 'a,b,target\n1,2,0\n' > narrow.csv;           refuse columns 1 "columns" "$P" evaluate --model ck/mlp_d1_model.pth --test narrow.csv --out left --quiet
refuse other_arch 1 "expected" "$P" evaluate --model ck/mlp_d1_model.pth --arch 32,8 --test data/d1_test.csv --out left --quiet
cp ck/mlp_d2_finetuned_model.pth other.pth; cp whole/mlp_d1_model.json other.json
refuse other_json 1 "other.json" "$P" evaluate --model other.pth --test data/d1_test.csv --out left --quiet
refuse not_shared 1 "initialisation" "$P" taskvec --pretrained ck_seeds/mlp_d1_model.pth --finetuned whole/mlp_d1_model.pth --test data/d1_test.csv --out left --quiet
size=$(wc -c < ck/mlp_d1_model.pth); at=0; cut_bad=0; cuts=0
while [ $at -lt "$size" ]; do
    head -c $at ck/mlp_d1_model.pth > cut.pth
    "$P" summary --model cut.pth --quiet >out.txt 2>err.txt; rc=$?
    { [ $rc -eq 1 ] && grep -q "cut.pth" err.txt; } || { cut_bad=$((cut_bad + 1)); echo "cut at $at: status $rc: $(cat err.txt)"; }
    cuts=$((cuts + 1)); at=$((at + 1000))
done
[ $cut_bad -eq 0 ] && [ $cuts -gt 3 ] && ok || bad "$cut_bad of $cuts cut checkpoints"
D=${NN_TEST_DATA:-$ROOT/../shared/data}
if [ -n "$D" ] && [ -f "$D/torch/vae_bernoulli_carsten.pt" ]; then refuse pickled_module 1 "vae_bernoulli" "$P" summary --model "$D/torch/vae_bernoulli_carsten.pt" --quiet
else skip "pickled module: needs NN_TEST_DATA"; fi
refuse epochs 2 "epochs: expected a whole number" $t --train data/d1_train.csv --epochs -1
refuse lr_nan 2 "lr: expected a number" $t --train data/d1_train.csv --lr nan
refuse unknown_flag 2 "did you mean '--epochs'" $t --train data/d1_train.csv --epohcs 3
printf 'train:\n  epohcs: 3\n' > bad.yaml;           refuse unknown_key 2 "bad.yaml:2.*did you mean 'train.epochs'" $t --train data/d1_train.csv --config bad.yaml
refuse enum 2 "did you mean 'adam'" $t --train data/d1_train.csv --optimizer adma
refuse cuda 2 "refused" $t --train data/d1_train.csv --device cuda
refuse required 2 "required" "$P" train --out left
refuse impossible 1 "2^" "$P" generate --n-informative 2 --n-classes 10 --n-features 20 --n-samples 100 --out left --quiet
refuse diverged 1 "epoch" "$P" train --train data/d1_train.csv --optimizer sgd --lr 1e9 --arch 8 --epochs 30 --out left2 --quiet
if [ "$(id -u)" -ne 0 ]; then mkdir ro; chmod a-w ro; refuse unwritable 1 "ro" "$P" train --train data/d1_train.csv --arch 8 --epochs 1 --out ro/x --quiet
else : > plain; refuse unwritable 1 "plain" "$P" train --train data/d1_train.csv --arch 8 --epochs 1 --out plain/x --quiet; fi
[ ! -e left ] || [ -z "$(find left -name '*.pth')" ] && ok || bad "a refused run left a checkpoint: $(find left -name '*.pth')"
mkdir disk
if mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    refuse full_disk 1 "disk/" "$P" train --train data/d1_train.csv --arch 64,64 --epochs 1 --out disk/x --quiet
    umount disk
else
    (ulimit -f 8; trap '' XFSZ; exec "$P" train --train data/d1_train.csv --arch 64,64 --epochs 1 --out disk/x --quiet) >out.txt 2>err.txt; rc=$?
    [ $rc -eq 1 ] && grep -q "disk/x" err.txt && [ -z "$(find disk -name '.nntmp-*')" ] && ok || bad "file size limit: status $rc, $(cat err.txt)"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
