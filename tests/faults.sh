#!/bin/sh
# tests/faults.sh - lack of memory: in the smallest job of each command each allocation fails once, one thread.
# Right is exit 1 (or 2 while options are read) with a message, or exit 0 with every promised file byte-equal; no crash, no temporary,
# no file that a whole run does not have. Every k up to 2,000, a sample of a fixed seed beyond.
#   SECONDS_FOR=60   time for all of it; jobs that are cut off say so. Closes with "N passed, N failed, N skipped".
set -u
root=$(pwd)
B=$root/${BUILD:-build}/faults
most=${SECONDS_FOR:-60}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
passed=0; failed=0; skipped=0; tried=0
A="$B/artificial_data"; F="$B/fair_tasks"; I="$B/interpreter_data"; P="$B/probe_data"; N="$B/nnfmt"
cd "$tmp" || exit 1
small="--n-samples 40 --n-features 3 --n-informative 2 --n-redundant 0 --n-classes 2 --n-clusters-per-class 1"
body="--num_layers 2:2 --neurons_per_layer 4:4 --max-degraded-epochs 2 --improvement-epochs 2 --min_degradation_threshold 0"
# what the jobs read
{
    "$A" generate $small --out gen --name d
    "$A" train --train gen/d_train.csv --test gen/d_test.csv --arch 4 --epochs 2 --out model --name m
    "$F" generate --n-tasks 2 --n-samples 40:40 --n-features 5:5 --out tasks
    "$P" synthesize --sentences 40 --layers 2 --dim 3 --features 4 --out sent
    "$P" --strategy hidden-to-concept --input sent --layer 1 --output set/x.npz
} >log 2>&1 || { echo "FAIL the jobs' inputs:"; tail -n 3 log; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
model=$(ls model/*_model.pth | head -n 1)

# NAME WORDS...: files of a run are those below out/ but what holds times
files() { [ ! -d out ] || find out -type f ! -name '*run.json' ! -name '*report.html' ! -name '.lock' ! -name '*history.csv' ! -name '*.log' ! -name '*tfevents*' | sort; }
# figures that hold a time are left out
sums() { files | while read -r f; do echo "$(sed 's/, "records_per_minute": [0-9.e+]*//; s/"seconds": [0-9.e+-]*//' "$f" | sha256sum) $f"; done; }
jobs_='generate train finetune taskvec evaluate predict summary tasks test meta build probe compare synthesize sig bench show json check convert diff record'
job() {
    case $1 in
    generate) "$A" generate $small --out out --name d --threads 1 ;;
    train) "$A" train --train gen/d_train.csv --test gen/d_test.csv --arch 4 --epochs 1 --out out --threads 1 ;;
    finetune) "$A" finetune --from "$model" --train gen/d_train.csv --test gen/d_test.csv --epochs 1 --out out --threads 1 ;;
    taskvec) "$A" taskvec --pretrained "$model" --finetuned "$model" --test gen/d_test.csv --scale 0:1:1 --out out --threads 1 ;;
    evaluate) "$A" evaluate --model "$model" --test gen/d_test.csv --out out --threads 1 ;;
    predict) mkdir -p out; "$A" predict --model "$model" --input gen/d_test.csv --output out/p.csv --threads 1 ;;
    summary) "$A" summary --model "$model" ;;
    tasks) "$F" generate --n-tasks 2 --n-samples 40:40 --n-features 5:5 --out out --threads 1 ;;
    test) "$F" test --tasks tasks --ids 0,1 --inits 1 --out out --threads 1 ;;
    meta) "$F" meta-train --tasks tasks --train 1 --val 1 --iterations 1 --seeds 1 --out out --threads 1 ;;
    build) "$P" --strategy hidden-to-concept --input sent --layer 1 --output out/x.npz --threads 1 ;;
    probe) "$P" probe set/x.npz --out out --threads 1 ;;
    compare) "$P" compare set/x.npz --out out --threads 1 ;;
    synthesize) "$P" synthesize --sentences 3 --layers 2 --dim 3 --features 4 --out out --threads 1 ;;
    sig) mkdir -p out; "$I" create-sig-dataset --size 20 --filename out/s.json ;;
    bench) mkdir -p out; "$I" create-benchmark-dataset --samples-per-pattern 2 --filename out/b.json ;;
    record) "$I" run-data-gen --length 1 $body --out out --threads 1 ;;
    show) "$N" show set/x.npz ;;
    json) "$N" json gen/d_train.csv ;;
    check) "$N" check set/x.npz gen/d_train.csv "$model" ;;
    convert) mkdir -p out; "$N" convert gen/d_train.csv out/y.npy ;;
    diff) "$N" diff set/x.npz set/x.npz ;;
    esac
}
t0=$(date +%s)
n_jobs=$(echo $jobs_ | wc -w); j_done=0
for j in $jobs_; do
    j_done=$((j_done + 1))
    left=$((most - ($(date +%s) - t0))); share=$((left / (n_jobs - j_done + 1))); [ $share -lt 1 ] && share=1
    rm -rf out
    NN_FAULT_COUNT=count job $j >whole.out 2>whole.err; rc=$?
    if [ $rc -ne 0 ]; then echo "FAIL $j: status $rc without a fault: $(tail -n 1 whole.err)"; failed=$((failed + 1)); continue; fi
    n=$(cat count); sums >whole; files >names; job_bad=0; began=$(date +%s)
    [ -d out ] && find out ! -name '*run.json' ! -name pending ! -path '*tensorboard/*' | sort >tree
    # every k when there is time for it, else a sample of a fixed seed over all of them
    for k in $(awk -v n="$n" 'BEGIN { srand(7); m = n < 2000 ? n : 2000; for (i = 1; i <= m; i++) print rand(), i; for (i = 0; i < 200 && n > 2000; i++) print rand(), 2001 + int(rand() * (n - 2000)) }' | sort | cut -d' ' -f2); do
        rm -rf out
        NN_FAULT=$k job $j >out.txt 2>err.txt; rc=$?
        tried=$((tried + 1)); why=
        case $rc in
        0) if [ -s whole ] && ! { sums | cmp -s - whole; }; then why="exit 0 and another $(sums | diff - whole | sed -n 's/^[<>].*- //p' | head -n 1)"
           elif [ ! -s whole ] && ! cmp -s out.txt whole.out; then why="exit 0 and other words"; fi ;;
        1|2) [ -s err.txt ] || [ $j = check ] || why="exit $rc and no message" ;;
        *) why="status $rc" ;;
        esac
        if [ -d out ]; then
            [ -z "$(find out -name '.nntmp-*')" ] || why="a temporary stays"
            odd=$(find out ! -name '*run.json' ! -name pending ! -path '*tensorboard/*' | sort | comm -23 - tree | head -n 1); [ -z "$odd" ] || why="$odd, which a whole run has not"
        fi
        if [ -n "$why" ]; then job_bad=$((job_bad + 1)); [ $job_bad -gt 3 ] || echo "FAIL $j: allocation $k of $n: $why: $(tail -n 1 err.txt | cut -c1-120)"; fi
        [ $(($(date +%s) - began)) -ge $share ] && break
    done
    if [ $job_bad -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "     $j: $job_bad wrong"; fi
done
echo "$tried failing allocations in $(($(date +%s) - t0)) s"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
