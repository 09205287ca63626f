#!/bin/sh
# tests/e2e_artificial_findings.sh - what was found in artificial_data, nn_mlp.h and nn_train.h, and where each finding is a test
# 1   columns by name                                e2e_columns.sh
# 2   a description of other classes                 e2e_columns.sh, e2e_artificial_data.sh (other_json), test_sig.c (model_files)
# 3   --resume with another rate, seed, file         e2e_silent.sh, e2e_resume.sh
# 4   activations: merged, unknown, of a stranger    here; e2e_options.sh (--act), test_sig.c (every activation)
# 5   options of other operations                    e2e_options.sh: used, or exit 2
# 6   leaky_relu with a negative slope               test_mlp.c (sorted_names)
# 7   by_order on sorted names                       test_mlp.c (sorted_names); safetensors here
# 8   --drop of no column                            here
# 9   a refused --resume keeps the run's record      here
# 10  --val in a folder called _train                e2e_silent.sh
# 11  weights that the JSON is not of                e2e_columns.sh (--ignore-hash), test_sig.c (model_files)
# 12  checkpoints with buffers                       tests/interop/test_artificial.py: refused by name (open: a pattern to leave them out)
# 13  what generate writes train reads               here: 70,000 columns
# 14  more generators, merging                       the merging issue
# 15  headers say what is so                         e2e_quick_start.sh, check_docs.py, test_mlp.c (heads_and_freezing, sorted_names)
# 16  regression from a CSV                          open
# 17  standardize in run.json of all --demo          e2e_silent.sh
# 18  scikit-learn's values                          tests/interop/test_sklearn.py
# 19  cosines, many models, one row, NaN             here; e2e_artificial_data.sh (taskvec_many)
set -u
root=$(pwd)
A=$root/${BUILD:-build}/artificial_data
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
cd "$tmp" || exit 1
passed=0; failed=0
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; tail -n 3 said | cut -c1-200; }
# ends STATUS WORDS COMMAND...
ends() {
    want=$1; words=$2; shift 2
    "$@" >said 2>&1 </dev/null; rc=$?
    if [ $rc -eq "$want" ] && grep -qF -- "$words" said; then good; else bad "status $rc (expected $want), wanted '$words': $*"; fi
}
ends 0 "rows" "$A" generate --name a --n-samples 200 --n-features 8 --n-informative 4 --class-sep 2 --n-classes 3 --no-plots --out .
ends 0 "weights_sha256" "$A" train --train a_train.csv --arch 6,6 --act tanh --epochs 6 --no-plots --out m --name t
ends 0 "weights_sha256" "$A" finetune --from m/mlp_t_model.pth --train a_train.csv --epochs 2 --no-plots --no-controls --out m --name u
cp m/mlp_u_finetuned_model.pth x.pth
V="--pretrained m/mlp_t_model.pth --finetuned x.pth --test a_test.csv --no-plots --out tv"
# 4
sed 's/"tanh"/"relu"/' m/mlp_u_finetuned_model.json >x.json
ends 1 "expected the activation tanh of the pretrained model, got relu" "$A" taskvec $V
sed 's/"tanh"/"elu"/' m/mlp_u_finetuned_model.json >x.json
ends 1 "activation: expected one such as relu or gelu, got 'elu'" "$A" taskvec $V
rm x.json
ends 0 "exact_at_1 yes" "$A" taskvec $V
# 7: twelve layers, whose names a safetensors file sorts as text
ends 0 "weights_sha256" "$A" train --train a_train.csv --test a_test.csv --arch 8,8,8,8,8,8,8,8,8,8,8 --init he --standardize --epochs 4 --no-plots --out m --name deep
sed -n 's/^accuracy /accuracy /p' said >deep
ends 0 "$(cat deep)" "$A" evaluate --model m/mlp_deep_model.safetensors --test a_test.csv --no-plots --out ev
ends 0 "$(cat deep)" "$A" evaluate --model m/mlp_deep_model.pth --test a_test.csv --no-plots --out ev2
# 8
ends 1 "nosuch" "$A" train --train a_train.csv --drop nosuch --arch 4 --epochs 1 --no-plots --out d
# 9
ends 0 "weights_sha256" "$A" train --train a_train.csv --arch 4 --epochs 5 --no-plots --out r
cp r/mlp_a_run.json kept.json; cp r/mlp_a_model.pth kept.pth
ends 1 "epochs" "$A" train --train a_train.csv --arch 4 --epochs 3 --no-plots --out r --resume
cmp -s kept.json r/mlp_a_run.json && cmp -s kept.pth r/mlp_a_model.pth && good || bad "a refused --resume changed the record or the weights"
# 19: NaN among the weights is said
ends 0 "parameters" "$A" summary --model m/mlp_t_model.pth
grep -q nonfinite said && bad "whole weights are called NaN" || good
# safetensors: length, header, floats. The first float of the data becomes NaN
n=$(LC_ALL=C od -An -tu8 -N8 m/mlp_t_model.safetensors | tr -d ' ')
{ head -c $((8 + n)) m/mlp_t_model.safetensors; printf '\000\000\300\177'; tail -c +$((8 + n + 5)) m/mlp_t_model.safetensors; } >nan.safetensors
ends 0 "nonfinite_parameters 1" "$A" summary --model nan.safetensors --ignore-hash
ends 0 "1 of 117 weights are NaN or infinite" "$A" summary --model nan.safetensors --ignore-hash
ends 1 "describes other weights (--ignore-hash)" "$A" summary --model nan.safetensors
# 13
ends 0 "w_rows 24" "$A" generate --name w --n-samples 24 --n-features 70000 --n-informative 5 --n-classes 2 --no-truth --no-plots --out .
ends 0 "parameters 140008" "$A" train --train w_train.csv --arch 2 --epochs 1 --val-size 0 --no-plots --out w
# 19: a class of one row names the file and the cure
{ cat a_train.csv; echo "1,2,3,4,5,6,7,8,9"; } >one.csv
ends 1 "one.csv: class '9' has only 1 row" "$A" train --train one.csv --arch 4 --epochs 1 --no-plots --out o
ends 0 "weights_sha256" "$A" train --train one.csv --val-size 0 --arch 4 --epochs 1 --no-plots --out o2
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
