#!/bin/sh
# tests/e2e_resume.sh - kill -9 at chance moments of a fixed seed, --resume, --overwrite: the programs' longest small jobs end in the
# bytes of an undisturbed run, and leave no temporary in any folder. KILLS=20 for more of them.
set -u
B=$(pwd)/${BUILD:-build}
A="$B/artificial_data"; F="$B/fair_tasks"; I="$B/interpreter_data"; P="$B/probe_data"
export OMP_WAIT_POLICY=passive
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
ok() { if [ "$1" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $2"; tail -n 2 "$tmp/log" | cut -c1-200; fi; }
cd "$tmp" || exit 1
# the promised bytes: everything but the record of the run and what tells of it
same() { diff -r -x run.json -x '*_run.json' -x journal.txt -x .lock -x '*report.html' -x stats.json -x metrics.json -x '*_metrics.json' -x tensorboard "$1" "$2" >"$tmp/log" 2>&1; }
none_left() { [ -z "$(find "$1" -name '.nntmp-*')" ]; }
met=0
# killed SECONDS COMMAND...: met counts the kills that met a running program
killed() {
    t=$1; shift
    "$@" >/dev/null 2>&1 & pid=$!
    sleep "$t"
    kill -9 $pid 2>/dev/null && wait $pid 2>/dev/null
    [ $? -eq 137 ] && met=$((met + 1))
}
# chain NAME LONGEST COMMAND...: kills within LONGEST seconds of each start; COMMAND --out NAME
chain() {
    name=$1; longest=$2; shift 2
    "$@" --out "$name.want" >/dev/null 2>"$tmp/log"; ok $? "$name: an undisturbed run"
    for t in $(awk -v n="${KILLS:-3}" -v m="$longest" -v seed="${#name}" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%.3f ", 0.01 + m * rand() }'); do
        killed "$t" "$@" --out "$name" --resume
    done
    "$@" --out "$name" --resume >/dev/null 2>"$tmp/log"; ok $? "$name: --resume after kills"
    same "$name.want" "$name"; ok $? "$name: --resume ends in other bytes"
    none_left "$name"; ok $? "$name: --resume leaves $(find "$name" -name '.nntmp-*')"
    killed "$t" "$@" --out "$name" --overwrite
    "$@" --out "$name" --overwrite >/dev/null 2>"$tmp/log"; ok $? "$name: --overwrite after a kill"
    same "$name.want" "$name"; ok $? "$name: --overwrite ends in other bytes"
    none_left "$name"; ok $? "$name: --overwrite leaves $(find "$name" -name '.nntmp-*')"
}
"$A" generate --n-samples 200 --n-features 6 --n-informative 4 --n-redundant 0 --n-classes 3 --name d --out gen --quiet >/dev/null 2>"$tmp/log"; ok $? "setting up"
"$F" generate --n-tasks 5 --n-samples 60:90 --out tasks --quiet >/dev/null 2>"$tmp/log"; ok $? "setting up"
chain generate 0.1 "$A" generate --n-samples 3000 --n-features 24 --n-informative 4 --n-classes 3 --name e --quiet
chain train 0.3 "$A" train --train gen/d_train.csv --test gen/d_test.csv --arch 16 --epochs 300 --checkpoint-every 1 --quiet
chain suite 0.2 "$F" generate --n-tasks 20 --n-samples 60:90 --quiet
chain policy 0.5 "$F" meta-train --tasks tasks --train 4 --val 1 --iterations 40 --meta-batch 2 --query-size 20 --inits 1 --quiet
chain maml 0.5 "$F" maml --iterations 2100 --meta-batch 2 --inner-hidden 8 --test-tasks 10 --quiet
chain sentences 0.2 "$P" synthesize --sentences 200 --layers 4 --dim 12 --features 200 --quiet
chain records 0.3 "$I" run-data-gen --preset v0.1 --num_layers 2:3 --neurons_per_layer 8:12 --patterns all_same,sorted_ascending,starts_with,ends_with,has_majority,contains_abc --target_total_examples 900 --checkpoint_interval 7 --no-tensorboard.enabled --length 30 --quiet
[ $met -ge 7 ]; ok $? "only $met kills met a running program"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
