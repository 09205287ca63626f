#!/bin/sh
# tests/e2e_fair_shards.sh - fair_tasks in shares (--shard I/N) put together (--shards): the bytes of one run, or refused by name
prog=${BUILD:-build}/fair_tasks
passed=0; failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $1"; }
run() { out=$1; shift; $prog "$@" --out "$dir/$out" --no-plots --quiet >"$dir/$out.txt" 2>"$dir/$out.err" || { bad "$out: exit $?"; head -n 1 "$dir/$out.err"; }; }
# refused NAME TEXT WORDS...
refused() { name=$1; want=$2; shift 2; if $prog "$@" --out "$dir/refused" --overwrite --no-plots --quiet >"$dir/log" 2>&1; then bad "$name: exit 0"; elif grep -qF -- "$want" "$dir/log"; then ok; else bad "$name: $(head -n 1 "$dir/log")"; fi; }
# same NAME A B: every file but run.json and the report, which tell how they were made, and what was printed
same() {
    a=$(cd "$dir/$2" && ls | grep -v -e run.json -e report.html -e shard.npz); b=$(cd "$dir/$3" && ls | grep -v -e run.json -e report.html -e shard.npz)
    [ -n "$a" ] && [ "$a" = "$b" ] || { bad "$1: other files"; return; }
    for f in $a; do [ -d "$dir/$2/$f" ] || cmp -s "$dir/$2/$f" "$dir/$3/$f" || { bad "$1: $f differs"; return; }; done
    cmp -s "$dir/$2.txt" "$dir/$3.txt" && ok || bad "$1: other words"
    sed '/How to repeat it/,$d' "$dir/$2/report.html" >"$dir/one.html"; sed '/How to repeat it/,$d' "$dir/$3/report.html" >"$dir/two.html"
    cmp -s "$dir/one.html" "$dir/two.html" && ok || bad "$1: another report"
}

# suites: both streams of tasks
for how in "" --compat; do
    g="generate --n-tasks 11 --n-samples 40:90 --n-features 5:7 --seed 9 $how"
    run "g1$how" $g
    for i in 0 1 2; do run "s$i$how" $g --shard $i/3; done
    [ "$(ls "$dir/s1$how" | grep -c '^task_')" = 4 ] && [ "$(ls "$dir/s2$how" | grep -c '^task_')" = 3 ] && ok || bad "suite $how: how many tasks a share has"
    run "g2$how" $g --threads 2 --shards "$dir/s2$how" "$dir/s0$how" "$dir/s1$how"
    same "suite $how" "g1$how" "g2$how"
    run "g3$how" $g --shards "$dir/s1$how"                  # the rest is made
    same "suite $how from one share" "g1$how" "g3$how"
done
g="generate --n-tasks 11 --n-samples 40:90 --n-features 5:7 --seed 9"
refused "other options" "was made with 'n_samples:  max: 90', now '  max: 91'" generate --n-tasks 11 --n-samples 40:91 --n-features 5:7 --seed 9 --shards "$dir/s0"
refused "another seed" "was made with 'seed: 9', now 'seed: 8'" generate --n-tasks 11 --n-samples 40:90 --n-features 5:7 --seed 8 --shards "$dir/s0"
refused "one share twice" "hold the same unit 0" $g --shards "$dir/s0" "$dir/s0"
refused "no shard" "no finished shard" $g --shards "$dir/g1"
refused "a shard of shards" "--shard" $g --shards "$dir/s0" --shard 1/3
for x in 3/3 a/3 1 1/ -1/3 1/3x; do refused "--shard $x" "expected I/N with 0 <= I < N, got '$x'" $g --shard "$x"; done
refused "an empty share" "share 11/12 of 11 is empty" $g --shard 11/12
cp -r "$dir/s0" "$dir/changed"; cp "$dir/s0/task_003.npz" "$dir/changed/task_000.npz"
refused "a changed task" "task_000.npz: is not the file that the shard wrote" $g --shards "$dir/changed"
cp -r "$dir/s0" "$dir/torn"; head -c 400 "$dir/s0/shard.npz" >"$dir/torn/shard.npz"
refused "a torn shard" "shard.npz" $g --shards "$dir/torn"
cp -r "$dir/s0" "$dir/foreign"; cp "$dir/s0/task_000.npz" "$dir/foreign/shard.npz"
refused "a file of another kind" "expected what --shard writes" $g --shards "$dir/foreign"
rm "$dir/changed/task_000.npz"
refused "a task that is gone" "task_000.npz" $g --shards "$dir/changed"
cp -r "$dir/s0" "$dir/self"
if $prog $g --shards "$dir/self" --out "$dir/self" --overwrite --no-plots --quiet >"$dir/log" 2>&1; then bad "a shard that is the output: exit 0"
elif grep -q 'is the --out of this run too' "$dir/log" && cmp -s "$dir/self/shard.npz" "$dir/s0/shard.npz"; then ok; else bad "a shard that is the output: $(head -n 1 "$dir/log")"; fi
# a whole run over a shard leaves no shard behind
cp -r "$dir/s0" "$dir/whole"; run whole $g --overwrite; [ ! -e "$dir/whole/shard.npz" ] && ok || bad "--overwrite keeps shard.npz"

# evaluations: tasks of a suite, with a policy; seeds on a table
t="--ids 0,3,7,8 --inits 2 --query-size 10"
run m meta-train --tasks "$dir/g1" --train 4 --val 1 --iterations 2 --inits 1 --query-size 6
p=$dir/m/policy_best.pth
run t1 test --tasks "$dir/g1" $t --policy "$p"
for i in 0 1; do run "t1_$i" test --tasks "$dir/g1" $t --policy "$p" --shard $i/2; done
run t2 test --tasks "$dir/g2" $t --policy "$p" --shards "$dir/t1_0" "$dir/t1_1"
same "tasks" t1 t2
grep -q '^task7_' "$dir/t1_0.txt" && ! grep -q '^task3_' "$dir/t1_0.txt" && ok || bad "tasks: share 0 is not tasks 0 and 7"
run g4 generate --n-tasks 11 --n-samples 40:90 --n-features 5:7 --seed 10
refused "another suite" "is not the one that the shard was made from" test --tasks "$dir/g4" $t --policy "$p" --shards "$dir/t1_0"
run m2 meta-train --tasks "$dir/g1" --train 4 --val 1 --iterations 3 --inits 1 --query-size 6 --seed 3
refused "another policy" "was made with 'contents of --policy" test --tasks "$dir/g1" $t --policy "$dir/m2/policy_best.pth" --shards "$dir/t1_0"
refused "rows of every task" "--shards: has no effect here; --predictions needs the rows of every task" test --tasks "$dir/g1" $t --policy "$p" --shards "$dir/t1_0" --predictions "$dir/x.csv"

awk 'BEGIN { s = 7; print "y,x1,x2,c,g"; for (i = 0; i < 260; i++) { for (k = 0; k < 4; k++) { s = s * 16807 % 2147483647; u[k] = s / 2147483647 } y = u[0] < 0.5
             printf "%d,%.3f,%.3f,%s,%s\n", y, y + 2 * u[1], u[2], u[2] < 0.3 ? "p" : u[2] < 0.6 ? "q" : "r", u[3] < (y ? 0.6 : 0.4) ? "a" : "b" } }' >"$dir/t.csv"
e="evaluate --dataset csv --csv $dir/t.csv --label y=1 --group g=a --noise 0.1 --seeds 5 --inits 1 --bootstrap 20 --policy $p"
run e1 $e --predictions "$dir/e1.csv" --selected "$dir/e1s.csv"
for i in 0 1 2; do run "e1_$i" $e --shard $i/3; done
run e2 $e --predictions "$dir/e2.csv" --selected "$dir/e2s.csv" --shards "$dir/e1_1" "$dir/e1_2" "$dir/e1_0"
same "seeds" e1 e2
cmp -s "$dir/e1.csv" "$dir/e2.csv" && cmp -s "$dir/e1s.csv" "$dir/e2s.csv" && ok || bad "seeds: other rows"
run e3 $e --threads 2 --shards "$dir/e1_2" --predictions "$dir/e3.csv" --selected "$dir/e3s.csv"
same "seeds, one share" e1 e3
sed 's/^1,/0,/' "$dir/t.csv" | sed '2s/^0/1/;3s/^0/1/;4s/^0/1/' >"$dir/u.csv"
refused "another table" "was made with 'contents of --csv" evaluate --dataset csv --csv "$dir/u.csv" --label y=1 --group g=a --noise 0.1 --seeds 5 --inits 1 --bootstrap 20 --policy "$p" --shards "$dir/e1_0"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
