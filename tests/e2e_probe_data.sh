#!/bin/sh
# tests/e2e_probe_data.sh - probe_data as a user runs it: every strategy, the probes, resume, and what goes wrong.
# Faults that once were there, and where each is held down (here, or in tests/interop: P test_probe.py, U test_probe_use.py):
#   F1  a constant target scored R2 1                  here "undefined is undefined"
#   F2  95 % intervals covered 43 to 89 %              P sim_intervals.py in its reduced form, and its formula on scikit-learn's predictions
#   F3  a library file ignored flags                   here "a library and flags"
#   F4  a library entry without target_layer           here "needs --target-layer (target_layer in a library)"
#   F5  rows of one sentence, interleaved, leaked      P "groups of 4, shuffled rows" (StratifiedGroupKFold), here "groups of a matrix"
#   F6  3-d arrays                                     P "anybody's arrays", here "arrays of three dimensions"
#   F7  object-dtype labels                            P "object strings"
#   F8  Fortran-order members                          P the folder "others"
#   F9  the original's key names                       P "the original's own names"
#   F10 --tune: no value of the grid, no control       P "--tune is nested"; permutation of blocks: P "the permutation test of noise"
#   F11 --tune was slow                                P "--tune is nested" holds what it chooses; its cost, not yet settled, is in docs/numbers.md
#   F12 --features scored the first                    here "several features", P "several features"
#   F13 a flipped byte passed                          here "a damaged file"
#   F14 compare: equal stems, other rows, order        here "two models' files of one name"
#   F15 float labels, NaN targets                      P "--task classify", "NaN labels", "probe: NaN targets"
#   F16 --resume and a removed file, its hint, PCA     e2e_silent.sh "holds no sentence_", here "an interrupted probe", P "components"
#   F17 missing or float average_l0s                   P "missing average_l0s"
# What was missing: axes, shards and {l} (P "anybody's arrays"); --groups, --task, object labels (P); apply and matrix (P, U); permutation p,
# intervals, paired differences (P, here "layers that do not differ"); k-sparse and AUC per feature (U, P); balanced accuracy, macro F1,
# calibration (P); control tasks (P); LEACE and steering in raw columns (U). Not there by choice: class weights in the fit (balanced accuracy
# says what they would buy), ordinal probes (classes, or --task regress), description length (selectivity and k-sparse curves answer it
# without a coding scheme of our own), INLP (LEACE removes the same by one projection, provably), CCS (its direction is no better than a
# supervised one where labels are there), pairs of files with pos and neg (one file and --labels).
set -u
P=$(pwd)/${BUILD:-build}/probe_data
tmp=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
ok()   { if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL ($?) $*"; tail -n 3 "$tmp/log"; fi; }
# bad STATUS TEXT COMMAND...: the status, and the text on stderr
bad() {
    want=$1; text=$2; shift 2
    "$@" >"$tmp/out" 2>"$tmp/log"; rc=$?
    if [ $rc -eq "$want" ] && grep -qF -- "$text" "$tmp/log"; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "FAIL status $rc (expected $want), wanted '$text': $*"; tail -n 3 "$tmp/log"; fi
}
same() { if cmp -s "$1" "$2"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1 and $2 differ"; fi; }
cd "$tmp" || exit 1
S="--sentences 40 --layers 6 --dim 24 --features 40 --planted 3,4 --strength 4 --quiet"
ok "$P" synthesize --out s $S
ok "$P" synthesize --out s1 $S --threads 1
for f in 000000 000017 000039; do same s/sentence_$f.npz s1/sentence_$f.npz; done
ok "$P" synthesize --out sd $S --deflate
# every strategy; stored and deflated files give the same set, threads too
for args in "--strategy embedding-to-feature --target-layer 3 --target-feature 2" "--strategy hidden-to-feature --target-layer 3 --features 0,1,2" \
            "--strategy hidden-to-concept --layer 3" "--strategy hidden-to-concept --layers 0-2,4 --rows all" "--strategy hidden-to-concept --layers 1,4 --combine diff --rows last:2" \
            "--strategy embedding-to-concept --normalize minmax" "--strategy activation-to-concept --layers 3 --pca 5 --fit-rows train"; do
    # shellcheck disable=SC2086
    ok "$P" $args --input s --output a.npz --overwrite --quiet
    # shellcheck disable=SC2086
    ok "$P" $args --input sd --output b.npz --overwrite --quiet --threads 1
    same a.npz b.npz
done
[ -s a_report.html ] && [ -s a_run.json ]; ok test $? -eq 0
# the layer sweep finds the planted layers
ok "$P" --strategy hidden-to-concept --input s --layers 0-5 --each-layer --output d/h.npz --quiet
ok "$P" compare d/h_l0.npz d/h_l1.npz d/h_l2.npz d/h_l3.npz d/h_l4.npz d/h_l5.npz --out cmp --quiet
"$P" compare d/h_l*.npz --out cmp --overwrite --quiet >figures 2>/dev/null
ok grep -qE '^best h_l[34]$' figures
ok awk '/^accuracy_h_l[34] /{ if ($2 < 0.7) exit 1 } /^accuracy_h_l[015] /{ if ($2 > 0.6) exit 1 }' figures
for probe in logistic mlp mean-difference; do ok "$P" probe d/h_l3.npz --probe $probe --out p --overwrite --quiet --save p/probe.npz; done
ok "$P" probe d/h_l3.npz --tune --seeds 2 --out p --overwrite --quiet
ok "$P" --strategy hidden-to-feature --input s --target-layer 3 --target-feature 2 --output f.npz --quiet
ok "$P" probe f.npz --probe ridge --out p --overwrite --quiet
ok "$P" --strategy hidden-to-concept --input s --layer 3 --norm-from d/h_l3.npz --output n.npz --quiet
# undefined is undefined: a dead feature, one label, a label with fewer rows than folds; never the best, null in JSON
has() { if grep -qE -- "$1" "$2"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL no '$1' in $2"; head -n 12 "$2"; fi; }
hasnt() { if grep -qE -- "$1" "$2"; then failed=$((failed + 1)); echo "FAIL '$1' in $2"; else passed=$((passed + 1)); fi; }
ok "$P" synthesize --out few --sentences 20 --layers 2 --dim 8 --features 8 --active 0 --planted 1 --strength 60 --quiet
"$P" --strategy hidden-to-feature --input few --target-layer 1 --target-feature 7 --output dead.npz --quiet >/dev/null 2>warned
has "warning: dead.npz: constant target: y is 0 in all 20 rows" warned
ok "$P" --strategy hidden-to-feature --input few --target-layer 1 --target-feature 2 --output alive.npz --quiet
"$P" probe dead.npz --out u --quiet >figures 2>/dev/null; ok test $? -eq 0
has "^r2 undefined: constant target$" figures
hasnt "^r2_lo|^shuffled" figures
"$P" probe dead.npz --out u --overwrite --quiet --json >figures 2>/dev/null
has '"r2": null, "r2_undefined": "constant target"' figures
"$P" compare dead.npz alive.npz --out u --quiet >figures 2>/dev/null
has "^r2_dead undefined: constant target$" figures
has "^best alive$" figures
"$P" compare dead.npz --out u --overwrite --quiet >figures 2>/dev/null
has "^best undefined: no set has a score$" figures
"$P" probe alive.npz --out u --quiet >figures 2>/dev/null
for k in active_share active_auc active_auc_lo active_auc_hi active_average_precision; do has "^$k [0-9.]+$" figures; done
ok "$P" --strategy hidden-to-concept --input few --layer 1 --output sure.npz --quiet
awk 'BEGIN { print "c"; for (i = 0; i < 20; i++) print "same" }' >one.csv
awk 'BEGIN { print "c"; for (i = 0; i < 20; i++) print i < 3 ? "rare" : i % 2 ? "odd" : "even" }' >rare.csv
ok "$P" --array sure.npz:X --labels one.csv:c --output one.npz --quiet
ok "$P" --array sure.npz:X --labels rare.csv:c --output rare.npz --quiet
"$P" probe one.npz --out u --quiet >figures 2>/dev/null
has "^accuracy undefined: constant target$" figures
bad 1 "constant target: there is no probe to save" "$P" probe one.npz --out u --overwrite --quiet --save one_probe.npz
"$P" probe rare.npz --out u --quiet >figures 2>/dev/null
has "^accuracy undefined: label rare has 3 rows, fewer than the 5 folds$" figures
"$P" probe rare.npz --folds 3 --out u --overwrite --quiet >figures 2>/dev/null
has "^accuracy_lo [0-9.]+$" figures
# 20 of 20 right: not certainty (Wilson's bound); 5 of 5 in the rarest class
"$P" probe sure.npz --out u --quiet >figures 2>/dev/null
has "^accuracy 1$" figures
has "^accuracy_lo 0.838875$" figures
has "^balanced_accuracy_lo 0.565518$" figures
# every row of a sentence in one fold, and other folds for other seeds, for real targets too
ok "$P" --strategy hidden-to-feature --input s --target-layer 3 --target-feature 2 --rows all --output tokens.npz --quiet
for k in 1 2; do "$P" probe tokens.npz --fold-seed $k --out u --overwrite --quiet >figures$k 2>/dev/null; done
has "^sentences 40$" figures1
ok sh -c '! cmp -s figures1 figures2'
ok "$P" probe tokens.npz --seeds 3 --out u --overwrite --quiet
# several features: each is scored, as it would be alone, and the mean of those that vary
ok "$P" --strategy hidden-to-feature --input s --target-layer 3 --features 2,0,3 --rows all --output many.npz --quiet
"$P" probe many.npz --shuffles 3 --out u --overwrite --quiet >figures 2>/dev/null
for k in 2 0 3; do
    ok "$P" --strategy hidden-to-feature --input s --target-layer 3 --target-feature $k --rows all --output one_f.npz --overwrite --quiet
    "$P" probe one_f.npz --out u --overwrite --quiet >figures1 2>/dev/null
    for end in "" _lo _hi; do
        ok test "$(sed -n "s/^r2_feature_$k$end //p" figures)" = "$(sed -n "s/^r2$end //p" figures1)" -a -n "$(sed -n "s/^r2$end //p" figures1)"
    done
    has "^permutation_p_feature_$k " figures
done
ok awk '/^r2 / { mean = $2 } /^r2_feature_[0-9]* / { sum += $2; n++ } END { d = mean - sum / n; exit !(n == 3 && d * d < 1e-10) }' figures
ok "$P" --strategy hidden-to-feature --input few --target-layer 1 --features 7,2 --output half.npz --quiet
"$P" probe half.npz --out u --overwrite --quiet >figures 2>/dev/null
has "^r2_feature_7 undefined: constant target$" figures
has "^targets_scored 1$" figures
ok test "$(sed -n "s/^r2 //p" figures)" = "$(sed -n "s/^r2_feature_2 //p" figures)"
# a damaged file: only the wanted bytes are read, unless asked to verify
A="$P --strategy activation-to-concept --input damaged --layers 0-5 --output v.npz --overwrite --quiet"
cp -r s damaged
ok $A
cp v.npz sound.npz
ok $A --verify
same v.npz sound.npz
at=$(wc -c <s/sentence_000007.npz); at=$((at * 3 / 5))
printf '\001' | dd of=damaged/sentence_000007.npz bs=1 seek=$at conv=notrunc 2>/dev/null
cmp -s s/sentence_000007.npz damaged/sentence_000007.npz && printf '\002' | dd of=damaged/sentence_000007.npz bs=1 seek=$at conv=notrunc 2>/dev/null
bad 1 "sentence_000007.npz" $A --verify
has "activations" log
ok $A --verify --skip-bad
rm -rf damaged v.npz
# arrays of three dimensions, tables, shards and layers in names; each refusal says what would do
W=s/sentence_000000.npz
bad 1 "hidden_states: 3 dimensions: say what to take of axis 1, which has" "$P" --array $W:hidden_states --labels $W:layers --output x.npz --quiet
bad 2 "axis: expected names of axes like layer=1,token=2, got 'layer'" "$P" --array $W:hidden_states --axis layer --labels $W:layers --output x.npz --quiet
bad 2 "take: expected AXIS=K, mean, max, last, all or each, got '1=some'" "$P" --array $W:hidden_states --take 1=some --labels $W:layers --output x.npz --quiet
bad 1 "no axis '2' before the last of 3" "$P" --array $W:hidden_states --take 2=0 --labels $W:layers --output x.npz --quiet
bad 1 "axis 1 has " "$P" --array $W:hidden_states --take 1=99 --labels $W:layers --output x.npz --quiet
bad 1 "leaves no axis for the rows" "$P" --array $W:hidden_states --take 0=0,1=0 --labels $W:layers --output x.npz --quiet
for take in last -1 mean max; do ok "$P" --array $W:hidden_states --take 1=$take --labels $W:layers --output take_$take.npz --quiet; done
same take_last.npz take_-1.npz
ok sh -c '! cmp -s take_last.npz take_mean.npz && ! cmp -s take_max.npz take_mean.npz'
ok "$P" --array $W:hidden_states --axis layer=0 --take layer=each --labels $W:token_positions --output each.npz --quiet
ok test -s each_l0.npz -a -s each_l5.npz -a ! -e each.npz
ok "$P" --array d/h_l{l}.npz:X --labels d/h_l3.npz:y --output by_name.npz --quiet
ok "$P" --array d/h_l3.npz:X --labels d/h_l3.npz:y --output one.npz --overwrite --quiet
ok sh -c "$P probe by_name_l3.npz --out u --overwrite --quiet >figures; $P probe one.npz --out u --overwrite --quiet >figures1"
same figures figures1
bad 1 "nothing there fits, with a number in place of {l}" "$P" --array d/k_l{l}.npz:X --labels d/h_l3.npz:y --output x.npz --quiet
ok "$P" --array d/h_l{l}.npz:X --labels d/h_l3.npz:y --output by_name.npz --overwrite --dry-run --quiet
awk 'BEGIN { print "a,b,label"; for (i = 0; i < 40; i++) print i * 0.5 "," (i * 7) % 11 "," (i % 2 ? "x" : "y") }' >table.csv
ok "$P" --array table.csv --labels table.csv:label --output table.npz --quiet
bad 1 "column 'label': expected numbers, got text" "$P" --array table.csv --labels one.csv --output x.npz --quiet
ok "$P" --array table.csv --labels table.csv --task classify --output table.npz --overwrite --quiet
bad 1 "text labels are classes: --task regress needs numbers" "$P" --array table.csv --labels table.csv:label --task regress --output x.npz --quiet
bad 1 "--task classify expects whole numbers or text, got 0.5" "$P" --array d/h_l3.npz:X --labels table.csv:a --task classify --output x.npz --quiet
echo PAR1 >x.parquet
bad 1 "expected a .npy, .npz, .pt (.pth, .bin, .th, .ckpt), .safetensors or .csv file" "$P" --array x.parquet --labels table.csv:a --output x.npz --quiet
mkdir parts; for k in 2 10 1; do cp s/sentence_00000$((k % 7)).npz parts/part_$k.npz; done
ok "$P" --array "parts/part_*.npz:embeddings" --labels "parts/part_*.npz:token_positions" --output parts.npz --quiet
ok "$P" --array parts:embeddings --labels parts:token_positions --output parts2.npz --quiet
same parts.npz parts2.npz
bad 1 "no .npy, .npz, .pt or .safetensors file of that name here" "$P" --array "parts/none_*.npz" --labels table.csv --output x.npz --quiet
# groups of a matrix: the same folds in any order of the rows, and they split as one
awk 'BEGIN { print "g,who"; for (i = 0; i < 40; i++) print int(i / 4) ",text" int(i / 4) }' >near.csv
awk 'BEGIN { print "g"; for (i = 0; i < 40; i++) print i % 10 }' >far.csv
awk 'BEGIN { print "c"; for (i = 0; i < 40; i++) print int(i / 4) % 2 }' >near_y.csv
awk 'BEGIN { print "c"; for (i = 0; i < 40; i++) print i % 10 % 2 }' >far_y.csv
for k in near far; do
    ok "$P" --array d/h_l3.npz:X --labels ${k}_y.csv:c --groups $k.csv:g --output $k.npz --quiet
    "$P" probe $k.npz --out u --overwrite --quiet >figures 2>/dev/null
    has "^sentences 10$" figures
done
ok "$P" --array d/h_l3.npz:X --labels near_y.csv:c --groups near.csv:who --output who.npz --quiet
ok "$P" --array d/h_l3.npz:X --labels near_y.csv:c --groups near.csv:g --output near.npz --overwrite --quiet
same near.npz who.npz
bad 1 "groups: expected 40 of them, one per row of the array, got 20" "$P" --array d/h_l3.npz:X --labels near_y.csv:c --groups one.csv --output x.npz --quiet
# a stored split, used when asked: no folds, Wilson's interval of the tested rows
bad 1 "expected split_train and split_test with all rows: --fit-rows train stores them" "$P" probe d/h_l3.npz --stored-split --out u --overwrite --quiet
ok "$P" --strategy hidden-to-concept --input s --layer 3 --fit-rows train --test-size 0.5 --output split.npz --quiet
"$P" probe split.npz --stored-split --out u --overwrite --quiet >figures 2>/dev/null
has "^rows_tested 20$" figures
ok awk '/^accuracy / { p = $2 } /^accuracy_lo / { lo = $2 } /^accuracy_hi / { hi = $2 }
    END { n = 20; z = 1.959964; m = (p + z * z / (2 * n)) / (1 + z * z / n); h = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
          exit !(p > 0.5 && (lo - m + h) ^ 2 < 1e-10 && (hi - m - h) ^ 2 < 1e-10) }' figures
bad 2 "--folds" "$P" probe split.npz --stored-split --folds 3 --out u --overwrite --quiet
ok "$P" compare split.npz split.npz --stored-split --out u --overwrite --quiet
# a saved probe on other rows: a folder and its data set give the same; what was fitted otherwise is refused by name
mkdir old new; for f in s/sentence_*.npz; do case $f in *_0000[01]?.npz) cp $f old ;; *) cp $f new ;; esac; done
for args in "--strategy hidden-to-concept --layer 3" "--strategy hidden-to-concept --layers 2,3 --pca 4 --normalize minmax" \
            "--strategy hidden-to-concept --layers 3,4 --combine diff --rows last:2 --normalize none" "--strategy embedding-to-concept" \
            "--strategy hidden-to-feature --target-layer 3 --target-feature 2 --input-layer 4" "--strategy hidden-to-feature --target-layer 3 --features 2,0 --rows all"; do
    for probe in auto mlp mean-difference; do
        case "$args $probe" in *feature*mean-difference) continue ;; esac
        # shellcheck disable=SC2086
        ok "$P" $args --input old --output old.npz --overwrite --quiet
        # shellcheck disable=SC2086
        ok "$P" $args --input new --output new.npz --overwrite --quiet
        ok "$P" probe old.npz --probe $probe --out u --overwrite --quiet --save applied.npz
        ok "$P" apply applied.npz --input new --out ap --overwrite --quiet
        "$P" apply applied.npz --input new --out ap --overwrite --quiet >figures 2>/dev/null
        "$P" apply applied.npz --input new.npz --out ap2 --overwrite --quiet >figures1 2>/dev/null
        same figures figures1
        same ap/applied_on_new_predictions.csv ap2/applied_on_new_predictions.csv
    done
done
ok "$P" --strategy hidden-to-concept --layer 3 --input old --output old.npz --overwrite --quiet
ok "$P" --strategy hidden-to-concept --layer 3 --input new --output new.npz --overwrite --quiet
ok "$P" probe old.npz --out u --overwrite --quiet --save applied.npz
"$P" apply applied.npz --input new --out ap --overwrite --quiet >figures 2>/dev/null
ok awk '/^accuracy / { p = $2 } /^accuracy_lo / { lo = $2 } /^accuracy_hi / { hi = $2 }
    END { n = 20; z = 1.959964; m = (p + z * z / (2 * n)) / (1 + z * z / n); h = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
          exit !(p > 0.5 && (lo - m + h) ^ 2 < 1e-10 && (hi - m - h) ^ 2 < 1e-10) }' figures
ok test "$(grep -c . ap/applied_on_new_predictions.csv)" = 21
ok awk -F, 'NR > 1 { n++; right += $4 == $5 } END { printf "accuracy %g\n", right / n }' ap/applied_on_new_predictions.csv
grep '^accuracy ' figures >want; cp log got; same got want
ok "$P" --strategy hidden-to-concept --layer 4 --input new --output new4.npz --quiet
bad 1 "new4.npz: input layer: expected 3, for which the probe was fitted, got 4" "$P" apply applied.npz --input new4.npz --out ap --overwrite --quiet
ok "$P" --strategy embedding-to-concept --input new --output new_e.npz --quiet
bad 1 "source of x: expected hidden_states, for which the probe was fitted, got embeddings" "$P" apply applied.npz --input new_e.npz --out ap --overwrite --quiet
bad 1 "columns: expected 24, for which the probe was fitted, got 2" "$P" apply applied.npz --input table.npz --out ap --overwrite --quiet
ok "$P" --array d/h_l3.npz:X --labels near.csv:who --output words.npz --quiet
bad 1 "is none of those of the probe" "$P" apply applied.npz --input words.npz --out ap --overwrite --quiet
ok "$P" --strategy hidden-to-feature --target-layer 3 --target-feature 2 --input new --output new_f.npz --quiet
bad 1 "expected labels, for which the probe was fitted, got 1 real targets" "$P" apply applied.npz --input new_f.npz --out ap --overwrite --quiet
bad 1 "expected a probe that probe --save has written" "$P" apply new.npz --input new --out ap --overwrite --quiet
bad 2 "expected --input" "$P" apply applied.npz --out ap --overwrite --quiet
ok "$P" --strategy hidden-to-concept --layer 3 --input old --pca 3 --no-raw --output pca.npz --quiet
bad 1 "pca.npz: x holds the components" "$P" apply applied.npz --input pca.npz --out ap --overwrite --quiet
# the best columns alone; all of them are the probe itself. Directions, which a probe of components has not
"$P" probe d/h_l3.npz --k-sparse 1,4,24 --steering steer.npz --out u --overwrite --quiet >figures 2>/dev/null
ok test "$(sed -n 's/^k_sparse_accuracy_24 //p' figures)" = "$(sed -n 's/^accuracy //p' figures)" -a -n "$(sed -n 's/^accuracy //p' figures)"
ok test "$(sed -n 's/^k_sparse_accuracy_24_hi //p' figures)" = "$(sed -n 's/^accuracy_hi //p' figures)"
has "^k_sparse_columns_4 [0-9]+,[0-9]+,[0-9]+,[0-9]+$" figures
ok grep -q 'k-sparse probes' u/h_l3_report.html
ok test -s steer.npz
ok "$P" probe d/h_l3.npz --erase erased.npz --out u --overwrite --quiet
"$P" probe erased.npz --out u --overwrite --quiet >figures 2>/dev/null
ok awk '/^accuracy / { exit !($2 < 0.4) }' figures
"$P" probe erased.npz --erase again.npz --out u --overwrite --quiet >figures 2>/dev/null
has "^erased_of_rank 24$" figures
"$P" probe pca.npz --erase x.npz --out u --overwrite --quiet >figures 2>log; has "holds the components of a PCA" log
bad 1 "erased.npz: is there already" "$P" probe d/h_l3.npz --erase erased.npz --out nowhere --quiet
"$P" probe pca.npz --steering x.npz --out u --overwrite --quiet >figures 2>log; has "holds the components of a PCA" log
bad 2 "--k-sparse: 25 columns of 24" "$P" probe d/h_l3.npz --k-sparse 1,25 --out u --overwrite --quiet
bad 2 "read with --steering" "$P" probe d/h_l3.npz --steering-by normal --out u --overwrite --quiet
bad 1 "steer.npz: is there already" "$P" probe d/h_l3.npz --steering steer.npz --out nowhere --quiet
bad 1 "an mlp has no single direction" "$P" probe d/h_l3.npz --probe mlp --epochs 2 --steering x.npz --steering-by normal --out u --overwrite --quiet
# shuffles: where the concept is, none reaches the figure; where it is not, p is no extreme
"$P" probe d/h_l3.npz --shuffles 39 --out u --overwrite --quiet >figures 2>/dev/null
has "^permutation_p 0.025$" figures
has "^shuffled_accuracy_p95 0[.][2-5]" figures
"$P" probe d/h_l0.npz --shuffles 39 --out u --overwrite --quiet >figures 2>/dev/null
ok awk '/^permutation_p / { p = $2 } END { exit !(p > 0.05 && p <= 1) }' figures
# fitted on one set, judged on another: the diagonal is compare's figure, other rows are apply's, the same rows keep their folds
"$P" matrix old.npz new.npz --out mx --overwrite --quiet >figures 2>/dev/null
for k in old new; do
    "$P" probe $k.npz --out u --overwrite --quiet >figures1 2>/dev/null
    ok test "$(sed -n "s/^accuracy_${k}_on_$k //p" figures)" = "$(sed -n 's/^accuracy //p' figures1)" -a -n "$(sed -n 's/^accuracy //p' figures1)"
done
"$P" apply applied.npz --input new --out ap --overwrite --quiet >figures1 2>/dev/null
ok test "$(sed -n 's/^accuracy_old_on_new_lo //p' figures)" = "$(sed -n 's/^accuracy_lo //p' figures1)" -a -n "$(sed -n 's/^accuracy_lo //p' figures1)"
"$P" matrix d/h_l3.npz d/h_l4.npz d/h_l0.npz --out mx --overwrite --quiet >figures 2>/dev/null
has "^accuracy_h_l3_on_h_l4 [0-9.]+$" figures
ok awk '/^accuracy_h_l0_on_h_l[34] / { n++; if ($2 > 0.6) exit 1 } END { exit n != 2 }' figures
bad 1 "expected 24 columns before any PCA and labels" "$P" matrix d/h_l3.npz table.npz --out mx --overwrite --quiet
bad 1 "10 labels, d/h_l3.npz has 4" "$P" matrix d/h_l3.npz words.npz --out mx --overwrite --quiet
bad 2 "got 1 arguments" "$P" matrix d/h_l3.npz --out mx --overwrite --quiet
# layers that do not differ: those without the concept, and those with it
"$P" compare d/h_l5.npz d/h_l0.npz d/h_l3.npz d/h_l4.npz --out u --overwrite --quiet >figures 2>/dev/null
has "^layers_alike 3-4$" figures
ok grep -q 'Layers 3 to 4 do not differ' u/compare_report.html
ok grep -q 'Paired differences' u/compare_report.html
has "^layers_above_chance 3-4$" figures
ok grep -q 'layers above chance' u/compare_report.html
ok grep -q '"difference_h_l3_h_l0_hi"' u/compare_metrics.json
# an interrupted probe has nothing to go on with: no hint at --resume
"$P" probe d/h_l3.npz --shuffles 100000 --out u --overwrite --quiet >/dev/null 2>int.log & pid=$!
sleep 1; kill -INT $pid 2>/dev/null; wait $pid; ok test $? -eq 1
has "nothing is saved of a probe; start it again with: .* --overwrite --quiet$" int.log
hasnt "resume" int.log
# two models' files of one name keep apart; the sets stand in natural order
mkdir ma mb; cp d/h_l3.npz ma/a.npz; cp d/h_l4.npz mb/a.npz
"$P" compare ma/a.npz mb/a.npz --out u --overwrite --quiet >figures 2>/dev/null
has "^accuracy_ma/a.npz " figures; has "^accuracy_mb/a.npz " figures
for k in 10 2 1; do ok "$P" --array d/h_l3.npz:X --labels d/h_l3.npz:y --output layer_$k.npz --quiet; done
"$P" compare layer_10.npz layer_2.npz layer_1.npz --out u --overwrite --quiet >figures 2>/dev/null
ok test "$(sed -n 's/^accuracy_layer_\([0-9]*\) .*/\1/p' figures | tr '\n' ' ')" = "1 2 10 "
has "^tied_with_best layer_2,layer_10$" figures
# a folder that grows: resume gives the bytes of one run over all
mkdir grow; cp s/sentence_00000[0-9].npz s/sentence_00002*.npz grow/
ok "$P" --strategy hidden-to-concept --input grow --layer 3 --output g.npz --quiet
cp s/sentence_*.npz grow/
ok "$P" --strategy hidden-to-concept --input grow --layer 3 --output g.npz --resume --quiet
ok "$P" --strategy hidden-to-concept --input s --layer 3 --output whole.npz --quiet
same g.npz whole.npz
# a library file
cat >lib.yaml <<'YAML'
input: s
datasets:
  - strategy: hidden-to-concept
    layers: 0-2
    output: l/a.npz
  - strategy: hidden-to-feature
    target_layer: 3
    features: [1, 2]
    output: l/b.npz
YAML
ok "$P" --config lib.yaml --quiet
ok test -s l/a.npz -a -s l/b.npz
sed 's/layers: 0-2/layrs: 0-2/' lib.yaml >bad.yaml
bad 2 "bad.yaml:4: unknown key 'layrs'" "$P" --config bad.yaml --quiet
sed 's/layers: 0-2/layers: 2-0/' lib.yaml >bad.yaml
bad 2 "runs backward" "$P" --config bad.yaml --quiet
# a library and flags: what an entry may say wins over all of them, the rest is refused
ok "$P" --config lib.yaml --overwrite --quiet --normalize none --pca 2
ok grep -q '"normalize": "none"' l/a_run.json
bad 1 "exists already" "$P" --config lib.yaml --quiet
ok "$P" --array l/a.npz:X --labels l/a.npz:y --output l/pca.npz --overwrite --quiet
ok grep -q '40 rows of 2 columns' l/pca_report.html
for flag in "--layer 1" "--layers 0-1" "--strategy hidden-to-concept" "--output x.npz" "--each-layer" "--array a.npz" "--labels a.npz" "--target-layer 1" \
            "--target-feature 1" "--features 1,2" "--input-layer 1"; do
    # shellcheck disable=SC2086
    bad 2 "belongs into its entries" "$P" --config lib.yaml --quiet --overwrite $flag
done
sed '/target_layer/d' lib.yaml >bad.yaml
bad 2 "needs --target-layer (target_layer in a library)" "$P" --config bad.yaml --quiet --overwrite
{ echo 'defaults: 3'; cat lib.yaml; } >bad.yaml
bad 2 "bad.yaml:1: defaults: expected a map of options" "$P" --config bad.yaml --quiet --overwrite
H="$P --input s --output x.npz --quiet --strategy hidden-to-concept --layer 3"
bad 2 "read with --pca" $H --pca-randomized
bad 2 "read with --fit-rows train" $H --test-size 0.3
bad 2 "read with --layers" $H --combine mean
bad 2 "denormalise: expected --output" "$P" denormalise d/h_l3.npz
bad 2 "read with --array" $H --labels a.npz
bad 2 "read without --norm-from" $H --norm-from a.npz --normalize none
bad 2 "read without --array" "$P" --array a.npz:X --labels a.npz:y --output x.npz --skip-bad
# misuse
B="$P --input s --output x.npz --quiet"
bad 2 "needs either --layer or --layers, got neither" $B --strategy hidden-to-concept
bad 2 "either --layer or --layers, got both" $B --strategy hidden-to-concept --layer 1 --layers 2,3
bad 2 "read with --strategy embedding-to-feature|hidden-to-feature" $B --strategy hidden-to-concept --layer 1 --target-layer 3
bad 2 "read with --strategy embedding-to-feature|hidden-to-feature" $B --strategy hidden-to-concept --layer 1 --target-feature 3
bad 2 "needs a target layer and target features" $B --strategy hidden-to-feature
bad 2 "strategy: expected embedding-to-feature" $B --strategy hidden-to-concpt --layer 1
bad 2 "got nothing" $B --strategy hidden-to-concept --layers 1,2,
bad 2 "runs backward" $B --strategy hidden-to-concept --layers 5-2
bad 2 "expected a number or a range" $B --strategy hidden-to-concept --layers 1,x
bad 2 "exactly two layers" $B --strategy hidden-to-concept --layers 1,2,3 --combine diff
bad 2 "expected final, all or last:T" $B --strategy hidden-to-concept --layer 1 --rows last:0
bad 2 "probe_data:" "$P" --strategy hidden-to-concept --layer 1 --output x.npz --no-such-flag
# plans: figures, and nothing written or replaced
: >log; before=$(ls -R | cksum)
cksum <whole.npz >was
for args in "--strategy hidden-to-concept --input s --layers 0-5 --each-layer --output dry/x.npz" "--strategy hidden-to-concept --input s --layer 3 --output whole.npz --overwrite" \
            "probe d/h_l3.npz --tune --out dry" "compare d/h_l0.npz d/h_l3.npz --out dry" "synthesize --out dry"; do
    # shellcheck disable=SC2086
    "$P" $args --dry-run --quiet >dry.plan 2>dry.log
    ok awk '/^seconds_expected [0-9.]+$/ { a = 1 } /^memory_megabytes_expected [0-9.]+$/ { b = 1 } END { exit !(a && b) }' dry.plan
done
cksum <whole.npz >now; same was now; rm -f dry.plan dry.log now was
[ "$before" = "$(ls -R | cksum)" ]; ok test $? -eq 0
# bad data
bad 1 "layer 77 is not in the file: it has 0,1,2,3,4,5" $B --strategy hidden-to-concept --layer 77
bad 1 "feature 40 is out of range" $B --strategy hidden-to-feature --target-layer 3 --target-feature 40
printf 'a\n1\n' >l.csv; cp d/h_l3.npz arr.npz
bad 1 "which array? write FILE:NAME; it has X, y" "$P" --array arr.npz --labels l.csv --output x.npz --quiet
bad 1 "no array 'Z': it has X, y" "$P" --array arr.npz:Z --labels l.csv --output x.npz --quiet
bad 1 "expected 40 of them, one per row of the array, got 1" "$P" --array arr.npz:X --labels l.csv --output x.npz --quiet
rm -f x_run.json
mkdir empty; bad 1 "no file named sentence_*.npz" "$P" --input empty --output x.npz --quiet --strategy hidden-to-concept --layer 1
bad 1 "none" "$P" --input none --output x.npz --quiet --strategy hidden-to-concept --layer 1
cp -r s cut; head -c 3000 s/sentence_000007.npz >cut/sentence_000007.npz
bad 1 "sentence_000007.npz" "$P" --input cut --output x.npz --quiet --strategy hidden-to-concept --layer 1
: >cut/sentence_000009.npz
ok "$P" --input cut --output skip.npz --quiet --strategy hidden-to-concept --layer 1 --skip-bad
cp -r s mixed; "$P" synthesize --out other --sentences 1 --layers 6 --dim 25 --features 40 --quiet >/dev/null 2>&1; cp other/sentence_000000.npz mixed/sentence_000005.npz
bad 1 "sentence_000000.npz it has 24" "$P" --input mixed --output x.npz --quiet --strategy hidden-to-concept --layer 1
cp -r s twice; cp s/sentence_000003.npz twice/sentence_000100.npz
bad 1 "sentence_index 3 occurs already in" "$P" --input twice --output x.npz --quiet --strategy hidden-to-concept --layer 1
ok test ! -e x.npz
bad 1 "exists already" "$P" --input s --output whole.npz --quiet --strategy hidden-to-concept --layer 3
echo "hello" >not.npz
bad 1 "not.npz" "$P" probe not.npz --out q --quiet
bad 2 "ridge is for features" "$P" probe d/h_l3.npz --probe ridge --out q --overwrite --quiet
if [ "$(id -u)" != 0 ]; then chmod a-w d; bad 1 "d" "$P" --input s --output d/new.npz --quiet --strategy hidden-to-concept --layer 3; chmod u+w d; fi
( ulimit -f 8; "$P" --input s --output full/x.npz --quiet --strategy activation-to-concept --layers 0-5 >/dev/null 2>"$tmp/log" ); rc=$?
ok test $rc -ne 0
ok test ! -e full/x.npz
ok test "$(ls full 2>/dev/null | grep -c nntmp)" -eq 0
# memory: one x (20 MB here, in the file's float32) and a bounded rest, with scaling, X_raw and a train part; several copies would not fit
ok "$P" synthesize --out wide --sentences 100 --layers 12 --dim 4096 --features 8 --fragments 1 --quiet
for args in "" "--fit-rows train" "--normalize minmax --deflate"; do
    # shellcheck disable=SC2086
    if [ -n "${BUILD:-}" ]; then :                    # sanitizers reserve address space of their own
    elif (ulimit -v 1000000) 2>/dev/null; then ok sh -c "ulimit -v 60000; exec $P --strategy hidden-to-concept --input wide --layers 0-11 --output wide.npz --overwrite --quiet --threads 1 $args"
    else skipped=$((skipped + 1)); fi
done
rm -rf wide wide.npz
# a feature set that grows, too; and a resumed run asked for something else is refused
mkdir growf; cp s/sentence_00000[0-9].npz growf/
ok "$P" --strategy hidden-to-feature --input growf --target-layer 3 --features 1,2 --rows last:2 --output gf.npz --quiet
R="$P --strategy hidden-to-feature --input growf --output gf.npz --resume --quiet"
bad 1 "--resume: " $R --target-layer 3 --features 1,3 --rows last:2
bad 1 "--resume: " $R --target-layer 4 --features 1,2 --input-layer 3 --rows last:2
bad 1 "--resume: input_layer" $R --target-layer 3 --features 1,2 --input-layer 4 --rows last:2
bad 1 "--resume: rows" $R --target-layer 3 --features 1,2 --rows last:3
bad 1 "--resume: rows" $R --target-layer 3 --features 1,2
cp s/sentence_*.npz growf/
ok $R --target-layer 3 --features 1,2 --rows last:2
ok "$P" --strategy hidden-to-feature --input s --target-layer 3 --features 1,2 --rows last:2 --output wf.npz --quiet
same gf.npz wf.npz
# ctrl-C leaves whole files only, and resume ends in the same bytes
"$P" synthesize --out k --sentences 300 --layers 6 --dim 24 --features 4000 --quiet >/dev/null 2>&1 & pid=$!
sleep 0.3; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
ok "$P" synthesize --out k --sentences 300 --layers 6 --dim 24 --features 4000 --resume --quiet
ok "$P" --input k --output kk.npz --quiet --strategy hidden-to-concept --layer 3
"$P" --input k --output ki.npz --quiet --strategy hidden-to-concept --layers 0-5 --rows all >/dev/null 2>int.log & pid=$!
sleep 0.03; kill -INT $pid 2>/dev/null; wait $pid; rc=$?
if [ $rc -ne 0 ]; then ok grep -q "interrupted: .*go on with: .* --resume" int.log; ok grep -q '"state": "interrupted"' ki_run.json; ok test ! -e ki.npz; fi
ok "$P" --input k --output ki.npz --quiet --strategy hidden-to-concept --layers 0-5 --rows all --resume
ok "$P" --help
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
