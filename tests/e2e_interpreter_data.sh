#!/bin/sh
# tests/e2e_interpreter_data.sh - interpreter_data end to end at tiny scale: one seed, one data set, over threads, shards, kill -9; refusals; a full disk.
# Where each finding about the program stands (numbers of the list of faults; a file without a path is in tests/interop):
#   F0a a seed that a file hides        e2e_silent.sh, part b            F0b sets without negatives          here: the rows that are asked for
#   F1  methods that a file lists       test_original_configs.py         F2  configurations of the original  test_original_configs.py, all 31
#   F3  labels and behaviour            test_records_judge.py            F4  no gate without modification    test_records_judge.py: one task alone
#   F5  degraded by the flips alone     test_records_judge.py: the twin, clean labels, two placebos, training anew
#   F6  damaged parts                   here: 20 damaged folders         F7  size                            here: columns, packed parts, --dry-run
#   F8  context                         test_tokens.py                   F9  the bar, of both tasks          test_baseline.py
#   F10 repeats                         test_records_judge.py: rows of a record; open: 12 of 200 probes and 40 of 490 benchmark sequences
#   F11 skewed targets                  here: balanced targets           F12 answers as models write them    ../test_sig.c; here: score
#   F13 an overwritten probe set        e2e_silent.sh, part c            F14 uploads that fail               here: no program, no token; test_hub.py
#   F15 weights after each epoch        here: show --every-epoch         F16 names in interwoven prompts     here: default training
#   F17 figures of refusals             here: refused.jsonl, targets that can be none; test_original_configs.py: what a refusal names
#   F18 schema, resume, device          test_load.py; here: one task has no null column, a set does not shrink; test_original_configs.py: cuda
#   What was missing: splits, growth, verify --all, rows, licence, what rejected.jsonl says: here. An edit of one number: test_baseline.py
P=${BUILD:-build}/interpreter_data
passed=0; failed=0; skipped=0
D=$(mktemp -d) || exit 1
trap 'rm -rf "$D"' EXIT INT TERM
ok()  { if [ "$1" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $2"; fi; }
end() { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" -eq 0 ]; exit; }
[ -x "$P" ] || { echo "FAIL $P is not built"; failed=1; end; }
# small subjects, easy patterns: an attempt takes a few milliseconds
S="--preset v0.1 --num_layers 2:3 --neurons_per_layer 8:12 --patterns all_same,sorted_ascending,starts_with,ends_with,has_majority,contains_abc --target_total_examples 900 --checkpoint_interval 4 --no-tensorboard.enabled --quiet"
same() {  # same A B: the promised bytes
    for f in data rejected.jsonl README.md config.yaml signature_dataset.json; do diff -r "$1/$f" "$2/$f" >/dev/null 2>&1 || { echo "  differs: $f"; return 1; }; done
}
$P run-data-gen $S --length 11 --threads 1 --out "$D/a" >"$D/log" 2>&1; ok $? "run-data-gen: $(cat "$D/log")"
grep -q '^acceptance ' "$D/log"; ok $? "prints its acceptance"
[ "$(cat "$D"/a/data/train-*.jsonl | wc -l)" -eq 11 ] && [ "$(ls "$D/a/data" | wc -l)" -eq 3 ]; ok $? "11 records in parts of 4"
foretold() {  # foretold BYTES RECORDS OPTIONS: --dry-run says the size of a record within 15 %
    b=$1 n=$2; shift 2
    e=$($P run-data-gen $S "$@" --dry-run --out "$D/none" 2>&1 | sed -n 's/.* at \([0-9.]*\) KB a record.*/\1/p')
    awk -v e="$e" -v b="$b" -v n="$n" 'BEGIN { r = 1000 * e * n / b; exit !(r > 0.85 && r < 1.15) }' && [ ! -e "$D/none" ]; ok $? "--dry-run $*: $e KB a record, $b bytes in $n"
}
foretold "$(cat "$D"/a/data/*.jsonl | wc -c)" 11 --length 11
$P run-data-gen $S --length 12 --columns prompts --gzip --threads 1 --out "$D/az" >/dev/null 2>&1; foretold "$(cat "$D"/az/data/*.gz | wc -c)" 12 --length 12 --columns prompts --gzip
for f in report.html stats.json run.json README.md config.yaml signature_dataset.json rejected.jsonl journal.txt; do [ -s "$D/a/$f" ] || [ $f = rejected.jsonl ]; ok $? "$f is there"; done
[ ! -e "$D/a/pending" ]; ok $? "no temporary files are left"
$P run-data-gen $S --length 11 --threads 2 --out "$D/b" >/dev/null 2>&1; same "$D/a" "$D/b"; ok $? "two threads make the same bytes"
$P run-data-gen $S --length 11 --threads 4 --out "$D/b4" >/dev/null 2>&1; same "$D/a" "$D/b4"; ok $? "four threads make the same bytes"
$P run-data-gen $S --length 3 --threads 1 --out "$D/r2" >/dev/null 2>&1
for isa in ref avx2 avx512; do
    [ $isa = ref ] || grep -q "$isa" /proc/cpuinfo 2>/dev/null || { skipped=$((skipped + 1)); echo "skip $isa: isa $isa is not on this machine"; continue; }
    NN_ISA=$isa $P run-data-gen $S --length 3 --threads 1 --out "$D/r-$isa" >/dev/null 2>&1; same "$D/r-$isa" "$D/r2"; ok $? "the $isa path makes the same bytes"
done
for i in 0 1 2; do SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=3 $P run-data-gen $S --length 11 --threads 1 --out "$D/s" >/dev/null 2>&1; done
$P merge "$D/s/shard-2-of-3" "$D/s/shard-0-of-3" "$D/s/shard-1-of-3" --out "$D/m" --quiet >/dev/null 2>"$D/log"; same "$D/a" "$D/m"; ok $? "three shards of an array, merged: $(cat "$D/log")"
for n in 1 7; do
    i=0; while [ $i -lt $n ]; do $P run-data-gen $S --length 11 --threads 1 --shard $i/$n --out "$D/s$n" >/dev/null 2>&1; i=$((i + 1)); done
    $P merge "$D/s$n"/shard-*-of-$n --out "$D/m$n" --quiet >/dev/null 2>"$D/log"; same "$D/a" "$D/m$n"; ok $? "$n shards, merged: $(cat "$D/log")"
done
$P merge "$D/s/shard-2-of-3" "$D/s/shard-0-of-3" --out "$D/m2" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'are missing' "$D/log"; ok $? "merge refuses a gap"
$P merge "$D/s/shard-0-of-3" "$D/s/shard-0-of-3" --out "$D/m2" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'twice' "$D/log"; ok $? "merge refuses duplicates"
$P run-data-gen $S --length 11 --seed 5 --shard 2/3 --threads 1 --out "$D/t" >/dev/null 2>&1
$P merge "$D/s/shard-0-of-3" "$D/s/shard-1-of-3" "$D/t/shard-2-of-3" --out "$D/m2" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'different configs' "$D/log"; ok $? "merge refuses another seed"
# kill -9 at 20 chance moments (of a fixed seed), resumed each time
K="$S --length 60 --checkpoint_interval 7 --threads 2"
$P run-data-gen $K --out "$D/ka" >/dev/null 2>&1; ok $? "60 records"
n=0
for t in $(awk 'BEGIN { srand(4); for (i = 0; i < 20; i++) printf "%.3f ", 0.012 + 0.06 * rand() }'); do
    $P run-data-gen $K --out "$D/k" --resume >/dev/null 2>&1 &
    pid=$!
    sleep "$t"
    kill -9 $pid 2>/dev/null && wait $pid 2>/dev/null; [ $? -eq 137 ] && n=$((n + 1))
done
[ $n -ge 5 ]; ok $? "only $n of 20 kills met a running program"
$P run-data-gen $K --out "$D/k" --resume >/dev/null 2>"$D/log"; same "$D/ka" "$D/k"; ok $? "20 x kill -9 ($n while running) and resume: $(cat "$D/log")"
$P run-data-gen $K --out "$D/k" >/dev/null 2>"$D/log"; [ $? -eq 1 ]; ok $? "a finished folder is refused without --resume or --overwrite"
$P run-data-gen $K --length 59 --out "$D/k" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'output_dataset_length 60, now 59' "$D/log"; ok $? "a set does not shrink: $(cat "$D/log")"
$P run-data-gen $K --checkpoint_interval 8 --out "$D/k" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'checkpoint_interval' "$D/log"; ok $? "resume refuses another config"
$P run-data-gen $S --length 11 --threads 1 --out "$D/k" --overwrite >/dev/null 2>&1; same "$D/a" "$D/k"; ok $? "--overwrite starts again"
# ---- what a resume finds is checked: u = the first 6 of 11 records, the second of three parts open; its file knows 8
tree() { (cd "$1" && find . -type f ! -name .lock -exec cksum {} + | sort); }
unfinished() { rm -rf "$D/u"; cp -r "$D/a" "$D/u"; awk -v n="${1:-6}" '$2 == "R" && ++k > n { exit } { print }' "$D/a/journal.txt" >"$D/u/journal.txt"; rm -f "$D/u/data/train-00002.jsonl"; }
again() { $P run-data-gen $S --length 11 --threads 1 --out "$D/u" --resume >/dev/null 2>"$D/log" && same "$D/a" "$D/u" && $P verify "$D/u" --sample 2 >/dev/null 2>>"$D/log" && { [ -z "$1" ] || grep -q -- "$1" "$D/log"; }; }
refused() {  # refused WORD: exit 1, the word, and not a byte is written
    before=$(tree "$D/u"); $P run-data-gen $S --length 11 --threads 1 --out "$D/u" --resume >/dev/null 2>"$D/log"; rc=$?
    [ $rc -eq 1 ] && grep -q -- "$1" "$D/log" && [ "$before" = "$(tree "$D/u")" ]
}
head -n 1 "$D/a/journal.txt" | grep -qx 'nn-journal 2' && [ "$(grep -c ' P [012] ' "$D/a/journal.txt")" -eq 3 ]; ok $? "the journal's form: $(head -n 2 "$D/a/journal.txt")"
sum=$(sha256sum "$D/a/data/train-00001.jsonl" 2>/dev/null | cut -d' ' -f1); [ -z "$sum" ] || grep -q " P 1 $(wc -c <"$D/a/data/train-00001.jsonl") $sum 0 -" "$D/a/journal.txt"; ok $? "P has the length and the SHA-256 of a closed part"
unfinished; again ''; ok $? "6 of 11 records, the rest: $(cat "$D/log")"
unfinished 8; again ''; ok $? "killed before the part was closed: $(cat "$D/log")"
unfinished 4; again ''; ok $? "killed before the first part was closed: $(cat "$D/log")"
second=$D/u/data/train-00001.jsonl; end5=$(sed -n 1p "$D/a/data/train-00001.jsonl" | wc -c)
unfinished; dd if=/dev/zero of="$second" bs=1 seek=$((end5 + 100)) count=5000 conv=notrunc 2>/dev/null; again 'record 5 is not as it was written'; ok $? "zeros in the open part: $(cat "$D/log")"
unfinished; rm "$second"; again 'record 4 is not as it was written'; ok $? "the open part is missing: $(cat "$D/log")"
unfinished; dd if="$D/a/data/train-00001.jsonl" of="$second" bs=1 count=$((end5 + 9)) 2>/dev/null; again 'record 5 is not'; ok $? "the open part is short: $(cat "$D/log")"
unfinished; printf '{"torn": ' >>"$second"; printf '00112233 R 6 0' >>"$D/u/journal.txt"; again ''; ok $? "a torn record and a torn line: $(cat "$D/log")"
first=$D/u/data/train-00000.jsonl
unfinished; dd if="$D/a/data/train-00000.jsonl" of="$first" bs=1000 count=9 2>/dev/null; refused 'train-00000.jsonl: expected [0-9]* bytes as when it was closed'; ok $? "a closed part is short: rc $rc $(cat "$D/log")"
$P verify "$D/u" --sample 1 >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'as when it was closed' "$D/log"; ok $? "verify sees the short part: $(cat "$D/log")"
$P stats "$D/u" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'as when it was closed' "$D/log"; ok $? "stats sees the short part: $(cat "$D/log")"
unfinished; rm "$first"; refused 'train-00000.jsonl: is missing'; ok $? "a closed part is missing: rc $rc $(cat "$D/log")"
unfinished; dd if=/dev/zero of="$first" bs=1 seek=700 count=1 conv=notrunc 2>/dev/null; refused 'train-00000.jsonl: was changed: sha256'; ok $? "a byte of a closed part is another: rc $rc $(cat "$D/log")"
$P verify "$D/u" --sample 1 >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'was changed' "$D/log"; ok $? "verify sees the byte: $(cat "$D/log")"
unfinished; sed '3s/ R 0 / R 1 /' "$D/a/journal.txt" >"$D/u/journal.txt"; refused 'journal.txt:3: damaged journal record'; ok $? "a damaged journal: rc $rc $(cat "$D/log")"
unfinished; rm "$D/u/run.json"; $P run-data-gen $S --length 11 --seed 5 --threads 1 --out "$D/u" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'random_seed 42 and 5' "$D/log"; ok $? "without run.json the journal knows the seed: $(cat "$D/log")"
$P run-data-gen $S --length 11 --threads 1 --out "$D/u" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'holds a data set' "$D/log"; ok $? "without run.json it is still a data set: $(cat "$D/log")"
mkdir "$D/fl"; cp -r "$D/s/shard-1-of-3" "$D/fl/1"; for f in "$D"/fl/1/data/train-*; do dd if=/dev/zero of="$f" bs=1 seek=900 count=1 conv=notrunc 2>/dev/null; break; done
$P merge "$D/s/shard-0-of-3" "$D/fl/1" "$D/s/shard-2-of-3" --out "$D/m3" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'was changed' "$D/log"; ok $? "merge sees another byte in a shard: $(cat "$D/log")"
$P merge "$D/s/shard-0-of-3" "$D/s/shard-1-of-3" "$D/s/shard-2-of-3" --out "$D/s/shard-1-of-3" --overwrite --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'is one of the shards' "$D/log" && [ -s "$D/s/shard-1-of-3/journal.txt" ]; ok $? "merge into one of its shards: $(cat "$D/log")"
# ---- a set grows: 10 records, then 25, are the bytes of 25; the short last part is open again
big="$S --test_fraction 0.3 --length 25"; ten="$S --test_fraction 0.3 --length 10"
$P run-data-gen $big --threads 2 --out "$D/g25" >/dev/null 2>"$D/log"; ok $? "25 records: $(cat "$D/log")"
for t in 1 2; do
    $P run-data-gen $ten --threads $t --out "$D/g$t" >/dev/null 2>&1; cp -r "$D/g$t" "$D/g10"
    $P run-data-gen $big --threads $t --out "$D/g$t" --resume >/dev/null 2>"$D/log" && same "$D/g25" "$D/g$t"; ok $? "10 records grow to 25, $t threads: $(cat "$D/log")"
    $P verify "$D/g$t" --sample 9 >/dev/null 2>"$D/log"; ok $? "the grown set is verified: $(cat "$D/log")"
    [ $t = 2 ] || mv "$D/g10" "$D/gten"
done
grown() { $P run-data-gen $big --threads 2 --out "$D/gk" --resume >/dev/null 2>"$D/log" && same "$D/g25" "$D/gk"; }
# killed: after the line that says so, within the part that was short, and with a part that was not closed
stop_at() { rm -rf "$D/gk"; cp -r "$D/g1" "$D/gk"; awk -v n="$1" '$2 == "R" && ++k > n { exit } { print } $2 == "G" { g = 1; if (n == 10) exit }' "$D/g1/journal.txt" >"$D/gk/journal.txt"; rm -f "$D"/gk/data/*-0000[3-6].jsonl; }
grep -q ' G 0 25 25 4 ' "$D/g1/journal.txt"; ok $? "the journal says that the set grew"
for n in 3 7 9 10 11 14; do stop_at $n; grown; ok $? "growing, killed after $n records: $(cat "$D/log")"; done
stop_at 11; for f in "$D"/gk/data/*-00002.jsonl; do dd if=/dev/zero of="$f" bs=1 seek=90 count=9 conv=notrunc 2>/dev/null; done
grown && grep -q 'is not as it was written' "$D/log"; ok $? "damage in the part that is open again: $(cat "$D/log")"
rm -rf "$D/gk"; cp -r "$D/gten" "$D/gk"; for f in "$D"/gk/data/*-00002.jsonl; do dd if=/dev/zero of="$f" bs=1 seek=90 count=9 conv=notrunc 2>/dev/null; break; done
before=$(tree "$D/gk"); grown; [ $? -ne 0 ] && grep -q 'was changed: sha256' "$D/log" && [ "$before" = "$(tree "$D/gk")" ]; ok $? "a set with a changed part does not grow: $(cat "$D/log")"
rm -rf "$D/gk"; cp -r "$D/gten" "$D/gk"; $P run-data-gen $big --negative_ratio 0.9 --out "$D/gk" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'negative_ratio' "$D/log"; ok $? "a set grows by its own config alone: $(cat "$D/log")"
rm "$D/gk/run.json"; $P run-data-gen $big --negative_ratio 0.9 --out "$D/gk" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'made with another config' "$D/log"; ok $? "so says the journal alone: $(cat "$D/log")"
for i in 0 1; do $P run-data-gen $ten --shard $i/2 --threads 1 --out "$D/gs" >/dev/null 2>&1; done
$P run-data-gen $big --shard 0/2 --threads 1 --out "$D/gs" --resume >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'a shard does not grow' "$D/log"; ok $? "a shard does not grow: $(cat "$D/log")"
$P merge "$D/gs/shard-0-of-2" "$D/gs/shard-1-of-2" --out "$D/gk2" --quiet >/dev/null 2>&1; $P run-data-gen $big --threads 2 --out "$D/gk2" --resume >/dev/null 2>"$D/log" && same "$D/g25" "$D/gk2"; ok $? "the merged set grows: $(cat "$D/log")"
# ---- train, validation and test by each record's own draw: the test rows stay when other shares or the length change
V="$S --length 25 --threads 2"
$P run-data-gen $V --test_fraction 0.3 --validation_fraction 0.3 --out "$D/p1" >/dev/null 2>"$D/log"; ok $? "three splits: $(cat "$D/log")"
count() { cat "$D/$1"/data/$2-*.jsonl 2>/dev/null | wc -l; }
ids() { cat "$D/$1"/data/$2-*.jsonl | sed 's/{"example_id": \([0-9]*\).*/\1/'; }
[ $(($(count p1 train) + $(count p1 validation) + $(count p1 test))) -eq 25 ] && [ "$(count p1 validation)" -gt 0 ] && [ "$(count p1 test)" -gt 0 ]; ok $? "$(count p1 train) + $(count p1 validation) + $(count p1 test) of 25 records"
[ "$(for f in train validation test; do ids p1 $f; done | sort -n | tr '\n' ' ')" = "$(awk 'BEGIN { for (i = 0; i < 25; i++) printf "%d ", i }')" ]; ok $? "every record stands in one split"
for f in "$D"/g25/data/test-*; do cmp -s "$f" "$D/p1/data/$(basename "$f")" || echo "$f differs"; done >"$D/log"; [ ! -s "$D/log" ] && [ "$(count g25 test)" -eq "$(count p1 test)" ]; ok $? "the test rows do not move for validation rows: $(cat "$D/log")"
$P run-data-gen $V --test_fraction 0.3 --validation_fraction 0.5 --out "$D/p2" >/dev/null 2>&1; [ "$(ids p1 test)" = "$(ids p2 test)" ] && [ "$(count p2 validation)" -gt "$(count p1 validation)" ] && for i in $(ids p1 validation); do ids p2 validation | grep -qx "$i" || exit 1; done; ok $? "a larger validation share takes from train alone"
[ "$(sed -n 's/^  - split: //p' "$D/p1/README.md" | tr '\n' ' ')" = 'train validation test ' ]; ok $? "the card names the splits that there are"
for i in 0 1 2; do $P run-data-gen $V --test_fraction 0.3 --validation_fraction 0.3 --shard $i/3 --out "$D/ps" >/dev/null 2>&1; done
$P merge "$D"/ps/shard-*-of-3 --out "$D/pm" --quiet >/dev/null 2>"$D/log"; same "$D/p1" "$D/pm"; ok $? "three splits, three shards, merged: $(cat "$D/log")"
for n in 6 13 24; do
    rm -rf "$D/pk"; cp -r "$D/p1" "$D/pk"; awk -v n=$n '$2 == "R" && ++k > n { exit } { print }' "$D/p1/journal.txt" >"$D/pk/journal.txt"
    $P run-data-gen $V --test_fraction 0.3 --validation_fraction 0.3 --out "$D/pk" --resume >/dev/null 2>"$D/log"; same "$D/p1" "$D/pk"; ok $? "three splits, killed after $n records: $(cat "$D/log")"
done
f=$(ls "$D"/pk/data/validation-* | head -n 1); dd if=/dev/zero of="$f" bs=1 seek=90 count=1 conv=notrunc 2>/dev/null
$P verify "$D/pk" --sample 1 >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'validation-0000[0-9].jsonl: was changed' "$D/log"; ok $? "verify sees a byte of a validation part: $(cat "$D/log")"
$P verify "$D/pm" --sample 25 >/dev/null 2>"$D/log"; ok $? "three splits, every record verified: $(cat "$D/log")"
$P run-data-gen $V --test_fraction 0.6 --validation_fraction 0.4 --out "$D/x" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'leave nothing to train on' "$D/log"; ok $? "shares that leave nothing: $(cat "$D/log")"
# ---- columns: prompts, fields, all: one set of records, and what reads them finds the same in each
C="$S --length 24 --checkpoint_interval 24 --threads 2"
for c in all prompts fields; do $P run-data-gen $C --columns $c --out "$D/c-$c" >/dev/null 2>"$D/log"; ok $? "columns $c: $(cat "$D/log")"; done
$P run-data-gen $C --out "$D/c-old" >/dev/null 2>&1; same "$D/c-all" "$D/c-old"; ok $? "preset v0.1 has all columns"
has() { head -n 1 "$D/$1/data/train-00000.jsonl" | grep -q "\"$2\": "; }
has c-prompts modification_prompt && has c-prompts classification_completion && has c-prompts improved_signature && ! has c-prompts modification_text && ! has c-prompts improved_model_weights; ok $? "columns prompts"
has c-fields improved_model_weights && has c-fields degraded_model_weights && has c-fields classification_completion && ! has c-fields modification_prompt && ! has c-fields modification_completion; ok $? "columns fields"
grep -q '`improved_signature` (JSON in strings' "$D/c-prompts/README.md" && ! grep -q '_text`\|_model_weights`' "$D/c-prompts/README.md" && ! grep -q '_prompt`' "$D/c-fields/README.md"; ok $? "the card names the columns that there are"
head -n 3 "$D/c-all/data/train-00000.jsonl" | sed 's/.*"example_id": \([0-9]*\).*"classification_completion": "\([^"]*\)".*/{"example_id": \1, "task": "classification", "completion": "\2"}/' >"$D/gold.jsonl"
for c in all prompts fields; do
    $P baseline "$D/c-$c" >"$D/base-$c" 2>"$D/log" && cmp -s "$D/base-all" "$D/base-$c"; ok $? "baseline reads columns $c: $(cat "$D/log")"
    $P score "$D/c-$c" --completions "$D/gold.jsonl" --overwrite >"$D/log" 2>&1 && grep -qx 'classification_exact 1' "$D/log"; ok $? "score reads columns $c: $(cat "$D/log")"
    $P verify "$D/c-$c" --sample 3 >/dev/null 2>"$D/log"; ok $? "verify, columns $c: $(cat "$D/log")"
done
W="$C --no-include_modification --preset default --num_layers 1 --neurons_per_layer 8 --target_total_examples 300 --max_elsewhere 1 --label_threshold 0.3 --length 20"
for c in "all" "prompts" "prompts --style interwoven"; do rm -rf "$D/w"; $P run-data-gen $W --columns $c --out "$D/w" >/dev/null 2>"$D/log" && $P baseline "$D/w" >"$D/base-w" 2>>"$D/log" && { [ "$c" = all ] && cp "$D/base-w" "$D/base-w0" || cmp -s "$D/base-w" "$D/base-w0"; }; ok $? "classification only: baseline reads the weights in prompts, $c: $(cat "$D/log")"; done
$P run-data-gen $C --columns fields --chat --out "$D/x" >/dev/null 2>"$D/log"; [ $? -eq 2 ] && grep -q 'chat' "$D/log"; ok $? "messages without prompts: $(cat "$D/log")"
# ---- closed parts as .jsonl.gz: the same lines, whatever happened on the way
Z="$S --test_fraction 0.3 --validation_fraction 0.3 --gzip"
$P run-data-gen $Z --length 25 --threads 2 --out "$D/z" >/dev/null 2>"$D/log"; ok $? "packed parts: $(cat "$D/log")"
[ "$(ls "$D/z/data" | grep -c '\.jsonl\.gz$')" -eq "$(ls "$D/z/data" | wc -l)" ] && [ "$(ls "$D/z/data" | wc -l)" -eq "$(ls "$D/p1/data" | wc -l)" ]; ok $? "every part is packed: $(ls "$D/z/data" | tr '\n' ' ')"
unpacked() {  # unpacked A B: the packed parts of A hold the plain parts of B
    for f in "$2"/data/*; do gzip -dc "$1/data/$(basename "$f").gz" 2>/dev/null | cmp -s - "$f" || { echo "  differs: $f"; return 1; }; done
}
if command -v gzip >/dev/null; then unpacked "$D/z" "$D/p1"; ok $? "gzip finds the plain set's lines in them"
else skipped=$((skipped + 1)); echo "skip packed parts: gzip is not installed"; fi
for f in "$D"/z/data/*.gz; do [ "$(dd if="$f" bs=1 count=10 2>/dev/null | od -An -tx1 | tr -d ' \n' | cut -c1-16)" = 1f8b080000000000 ] || echo "$f"; done >"$D/log"; [ ! -s "$D/log" ]; ok $? "the header has no time and no name: $(cat "$D/log")"
$P run-data-gen $Z --length 25 --threads 1 --out "$D/z1" >/dev/null 2>&1; same "$D/z" "$D/z1"; ok $? "packed, one thread: the same bytes"
for i in 0 1 2; do $P run-data-gen $Z --length 25 --threads 1 --shard $i/3 --out "$D/zs" >/dev/null 2>&1; done
$P merge "$D"/zs/shard-*-of-3 --out "$D/zm" --quiet >/dev/null 2>"$D/log"; same "$D/z" "$D/zm"; ok $? "packed shards, merged: $(cat "$D/log")"
$P merge "$D"/ps/shard-*-of-3 --gzip --out "$D/zp" --quiet >/dev/null 2>"$D/log"; same "$D/z" "$D/zp" && $P verify "$D/zp" --sample 3 >/dev/null 2>>"$D/log"; ok $? "plain shards, merged with --gzip: $(cat "$D/log")"
$P merge "$D"/zs/shard-*-of-3 --no-gzip --out "$D/zn" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'has packed parts' "$D/log"; ok $? "packed shards, merged with --no-gzip: $(cat "$D/log")"
$P run-data-gen $Z --length 10 --threads 1 --out "$D/z10" >/dev/null 2>&1; cp -r "$D/z10" "$D/zg"
$P run-data-gen $Z --length 25 --threads 2 --out "$D/zg" --resume >/dev/null 2>"$D/log"; same "$D/z" "$D/zg"; ok $? "a packed set grows: $(cat "$D/log")"
# killed at each step: the open part is plain; its packed form, or the plain one of a closed part, may be there already
for n in 0 3 4 6 10 13 24; do
    rm -rf "$D/zk"; cp -r "$D/zg" "$D/zk"; awk -v n=$n '$2 == "R" && ++k > n { exit } { print }' "$D/z/journal.txt" >"$D/zk/journal.txt"
    [ "$n" -gt 0 ] || sed -n 1,2p "$D/z/journal.txt" >"$D/zk/journal.txt"
    # every part lies there in both forms
    cp "$D"/p1/data/* "$D/zk/data"
    $P run-data-gen $Z --length 25 --threads 2 --out "$D/zk" --resume >/dev/null 2>"$D/log"; same "$D/z" "$D/zk"; ok $? "packed, killed after $n records: $(cat "$D/log")"
done
rm -rf "$D/zk"; cp -r "$D/z10" "$D/zk"; cp "$D"/p1/data/*-00002.jsonl "$D/zk/data"; $P run-data-gen $Z --length 25 --threads 2 --out "$D/zk" --resume >/dev/null 2>"$D/log"; same "$D/z" "$D/zk"; ok $? "killed while the last part was unpacked: $(cat "$D/log")"
for v in "verify $D/z --sample 25" "stats $D/z" "baseline $D/z"; do $P $v >"$D/log" 2>&1; ok $? "$v: $(cat "$D/log")"; done
$P baseline "$D/p1" >"$D/base-p" 2>/dev/null; $P baseline "$D/z" 2>/dev/null | cmp -s - "$D/base-p"; ok $? "baseline: the same figures from packed parts"
for f in "$D"/p1/data/*; do cat "$f"; done | sed 's/.*"example_id": \([0-9]*\).*"classification_completion": "\([^"]*\)".*/{"example_id": \1, "task": "classification", "completion": "\2"}/' >"$D/goldz.jsonl"
$P score "$D/z" --completions "$D/goldz.jsonl" >"$D/log" 2>&1 && grep -qx 'classification_exact 1' "$D/log" && grep -qx 'classification_completions 25' "$D/log"; ok $? "score reads packed parts, in any order: $(cat "$D/log")"
f=$(ls "$D"/zk/data/test-*.gz | head -n 1); dd if=/dev/zero of="$f" bs=1 seek=200 count=1 conv=notrunc 2>/dev/null
for v in verify "run-data-gen $Z --length 25 --resume --out"; do $P $v "$D/zk" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'test-0000[0-9].jsonl.gz: was changed' "$D/log"; ok $? "$v sees a byte of a packed part: $(cat "$D/log")"; done
$P merge "$D/zk" --out "$D/zm2" --quiet >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'test-0000[0-9].jsonl.gz' "$D/log"; ok $? "merge sees it: $(cat "$D/log")"
# ---- 20 damaged folders: whatever reads the set as a whole refuses it and names the part
$P verify "$D/p1" --all >"$D/log" 2>&1 && grep -qx 'verified 25' "$D/log"; ok $? "verify --all makes every record again: $(cat "$D/log")"
part() { ls "$D/dm/data/$1"-* | sed -n "$2p"; }
zero() { [ "$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tx1 | tr -d ' ')" != 00 ] && dd if=/dev/zero of="$1" bs=1 seek="$2" count=1 conv=notrunc 2>/dev/null; }
swap() { mv "$1" "$D/aside"; mv "$2" "$1"; mv "$D/aside" "$2"; }
damage() {
    case $1 in
    short)   f=$(part train 2); dd if="$f" of="$D/aside" bs=100 count=9 2>/dev/null; mv "$D/aside" "$f" ;;
    empty)   f=$(part train 1); : >"$f" ;;
    longer)  f=$(part train 3); echo >>"$f" ;;
    gone)    f=$(part train 2); rm "$f" ;;
    byte)    f=$(part train 1); zero "$f" 333 ;;
    last)    f=$(part train 4); len=$(wc -c <"$f"); zero "$f" $((len - 3)) || zero "$f" $((len - 5)) || zero "$f" $((len - 6)) ;;
    test)    f=$(part test 1); rm "$f" ;;
    held)    f=$(part validation 2); zero "$f" 150 ;;
    swapped) f=$(part train 1); swap "$f" "$(part train 2)" ;;
    splits)  f=$(part test 1); swap "$f" "$(part validation 1)" ;;
    esac
}
n=0
for set in p1 z; do
    for what in short empty longer gone byte last test held swapped splits; do
        rm -rf "$D/dm" "$D/dm2"; cp -r "$D/$set" "$D/dm"; damage $what; ok $? "damage $what"; n=$((n + 1)); g=; [ $set = p1 ] || g=--gzip
        before=$(tree "$D/dm")
        for c in "run-data-gen $V --test_fraction 0.3 --validation_fraction 0.3 $g --resume --out" "verify --all" "stats" "merge --quiet --out $D/dm2"; do
            $P $c "$D/dm" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q "$(basename "$f")" "$D/log"; ok $? "$set, $what: $c: $(cat "$D/log")"
        done
        [ "$before" = "$(tree "$D/dm")" ]; ok $? "$set, $what: nothing is written"
    done
done
[ $n -eq 20 ]; ok $? "$n damaged folders"
# interrupted: says how to go on
$P run-data-gen $S --length 2000 --threads 1 --out "$D/i" >/dev/null 2>"$D/log" & pid=$!
sleep 0.4
$P run-data-gen $S --length 2000 --threads 1 --out "$D/i" --resume >/dev/null 2>"$D/log2"; [ $? -eq 1 ] && grep -q 'locked' "$D/log2"; ok $? "a second process on the folder is refused: $(cat "$D/log2")"
kill -INT $pid; wait $pid; [ $? -eq 1 ] && grep -q -- '--resume' "$D/log"; ok $? "SIGINT saves and says how to go on: $(cat "$D/log")"
# a full disk (file size limit, in blocks of 512 bytes): stops with an error, goes on when there is room
(ulimit -f 700; $P run-data-gen $S --length 11 --threads 1 --checkpoint_interval 11 --out "$D/f" >/dev/null 2>"$D/log"); rc=$?; [ $rc -eq 1 ] && [ -s "$D/log" ]; ok $? "full disk: rc $rc $(cat "$D/log")"
$P run-data-gen $S --length 11 --threads 1 --checkpoint_interval 11 --out "$D/f" --resume >/dev/null 2>&1; cat "$D"/a/data/* | cmp -s - "$D/f/data/train-00000.jsonl"; ok $? "full disk, then room: the same records"
# today's training: labels by behaviour, a twin as the control, no repeats; over threads and shards
N="--num_layers 2 --neurons_per_layer 16 --patterns palindrome,sorted_ascending,starts_with,has_majority --target_total_examples 6000 --checkpoint_interval 2 --no-tensorboard.enabled --quiet"
$P run-data-gen $N --length 4 --threads 1 --out "$D/n1" >/dev/null 2>"$D/log"; ok $? "default training: $(cat "$D/log")"
$P run-data-gen $N --length 4 --threads 2 --out "$D/n2" >/dev/null 2>&1; same "$D/n1" "$D/n2"; ok $? "default training: two threads make the same bytes"
for i in 0 1; do $P run-data-gen $N --length 4 --threads 1 --shard $i/2 --out "$D/ns" >/dev/null 2>&1; done
$P merge "$D"/ns/shard-*-of-2 --out "$D/nm" --quiet >/dev/null 2>"$D/log"; same "$D/n1" "$D/nm"; ok $? "default training: two shards, merged: $(cat "$D/log")"
$P verify "$D/n1" --sample 2 >"$D/log" 2>&1; ok $? "default training: verify: $(cat "$D/log")"
for w in behaviour partial_patterns accepted_elsewhere control_accuracy relative_weight_change distinct_train_sequences; do [ "$(cat "$D"/n1/data/*.jsonl | grep -c "\"$w\": ")" -eq 4 ]; ok $? "default training: every record has $w"; done
# the placebo: without corruption the twin is the degraded model, and no attempt passes
$P run-data-gen $N --length 1 --corruption_rate 0 --max_attempts 5 --max_cells 1 --threads 1 --out "$D/n0" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'no attempt of 5 passed' "$D/log"; ok $? "corruption_rate 0: $(cat "$D/log")"
[ "$(grep -c '"reason": "[a-z_]*", "num_layers": 2, .*"learning_rate": 0.00' "$D/n0/refused.jsonl")" -eq 5 ]; ok $? "refused.jsonl says what was drawn and why it was refused"
$P run-data-gen $N --length 1 --style interwoven --seed 3 --threads 1 --out "$D/ni" >/dev/null 2>"$D/log" && grep -q 'network.0\\nWeights:\\n```json\\n{\\"network.0.weight\\": \[\[' "$D/ni/data/train-00000.jsonl" && grep -q ', \\"network.4.bias\\": \[' "$D/ni/data/train-00000.jsonl"; ok $? "interwoven prompts name the tensors: $(cat "$D/log")"
# balanced targets: drawn first, kept when an attempt is refused; where none of 2 passes the record draws again
BT="$N --max_attempts 2"
$P run-data-gen $BT --length 6 --threads 1 --out "$D/bt" >/dev/null 2>"$D/log"; ok $? "balanced targets: $(cat "$D/log")"
awk '{ k = $2 + 0; t = $0; sub(/.*"target_pattern": "/, "", t); sub(/[":].*/, "", t) }
    /"cell": / { n = $0; sub(/.*"n_patterns": /, "", n); cell = t " " n + 0; if (tries[k] != 2 || drawn[k] != cell) print "cell", $0; if (seen[k, cell]++) print "again", $0
                 tries[k] = 0; drawn[k] = ""; given_up++; next }
    { m = $0; n = gsub(/"pattern": /, "", m); if (drawn[k] != "" && drawn[k] != t " " n) print "not kept", $0; drawn[k] = t " " n; tries[k]++ }
    END { if (given_up < 3) print "too few given up:", given_up + 0 }' "$D/bt/rejected.jsonl" >"$D/log"; [ ! -s "$D/log" ]; ok $? "the target and the number of patterns stay for 2 attempts: $(cat "$D/log")"
n=$(grep -c '"reason": "no_attempt_passed"' "$D/bt/rejected.jsonl"); $P stats "$D/bt" >"$D/st" 2>/dev/null
[ "$(sed -n 's/.*"given_up": //p' "$D/st" | awk '{ s += $1 } END { print s }')" -eq "$n" ] && [ "$(sed -n '/"cells"/,/\]/s/.*"attempts": \([0-9]*\).*/\1/p' "$D/st" | awk '{ s += $1 } END { print s }')" -eq "$(sed -n '1,3s/.*"attempts": \([0-9]*\).*/\1/p' "$D/st")" ]; ok $? "stats: $n cells given up, attempts per cell add up"
grep -q '^| palindrome | [0-9]* / [0-9]*' "$D/bt/README.md" && grep -q '^| target | 2 patterns | 3 patterns | 4 patterns |$' "$D/bt/README.md"; ok $? "the card says what was accepted per cell"
$P run-data-gen $BT --length 6 --threads 2 --out "$D/bt2" >/dev/null 2>&1; same "$D/bt" "$D/bt2"; ok $? "balanced targets: two threads make the same bytes"
for i in 0 1; do $P run-data-gen $BT --length 6 --threads 1 --shard $i/2 --out "$D/bts" >/dev/null 2>&1; done
$P merge "$D"/bts/shard-*-of-2 --out "$D/btm" --quiet >/dev/null 2>"$D/log"; same "$D/bt" "$D/btm" && $P stats "$D/btm" 2>/dev/null | cmp -s - "$D/st"; ok $? "balanced targets: two shards, merged: $(cat "$D/log")"
for n in 1 3 4; do
    rm -rf "$D/btk"; cp -r "$D/bt" "$D/btk"; awk -v n=$n '$2 == "R" && ++k > n { exit } { print }' "$D/bt/journal.txt" >"$D/btk/journal.txt"
    $P run-data-gen $BT --length 6 --threads 2 --out "$D/btk" --resume >/dev/null 2>"$D/log"; same "$D/bt" "$D/btk"; ok $? "balanced targets, killed after $n records: $(cat "$D/log")"
done
$P verify "$D/bt" --all >"$D/log" 2>&1; ok $? "balanced targets: every record once more: $(cat "$D/log")"
# what no draw makes is tried in each cell once, or in as many as --max_cells says
$P run-data-gen $N --patterns palindrome,starts_with --length 1 --corruption_rate 0 --max_attempts 2 --threads 1 --out "$D/n00" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'no attempt of 4 passed' "$D/log"; ok $? "all cells are tried: $(cat "$D/log")"
$P run-data-gen $N --length 1 --min_pattern_improvement 0.6 --out "$D/x" >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'palindrome can be no target' "$D/log" && grep -q 'no pattern can be a target' "$D/log" && [ ! -e "$D/x/data" ]; ok $? "patterns that can be no target are named before the run: $(cat "$D/log")"
# an upload needs its program and a token: looked for before anything is made
printf '#!/bin/sh\nexit 0\n' >"$D/hub.sh"; chmod +x "$D/hub.sh"
up() { env -u HF_TOKEN HOME="$D" HF_HOME="$D/hub-home" $P run-data-gen $S --length 1 --hub.dataset_name me/set "$@" --out "$D/hub" >/dev/null 2>"$D/log"; }
up --hub.program no-such-program; [ $? -eq 1 ] && grep -q "'no-such-program' was not found" "$D/log" && [ ! -e "$D/hub/data" ]; ok $? "no program: $(cat "$D/log")"
up --hub.program "$D/hub.sh"; [ $? -eq 1 ] && grep -q 'no token' "$D/log" && [ ! -e "$D/hub/data" ]; ok $? "no token: $(cat "$D/log")"
mkdir "$D/hub-home"; echo hf_x >"$D/hub-home/token"
up --hub.program "$D/hub.sh" --hub.license mit --hub.tags small,letters --hub.description "Small nets." && grep -q '^license: mit$' "$D/hub/README.md" && grep -q '^- letters$' "$D/hub/README.md" && grep -q '^Small nets\.$' "$D/hub/README.md"; ok $? "a stored token; licence, tags, description in the card: $(cat "$D/log")"
# what grows is uploaded again: the part that was short, the card, config.yaml, rejected.jsonl; nothing else
for g in "" --gzip; do
    rm -rf "$D/hub"; up --hub.program "$D/hub.sh" --length 6 $g; ok $? "6 records uploaded: $(cat "$D/log")"
    up --hub.program "$D/hub.sh" --length 9 $g --resume; ok $? "9 records uploaded: $(cat "$D/log")"
    sed -n 's/^[0-9a-f]* U //p' "$D/hub/journal.txt" | sort | uniq -c | sed 's/^ *//' | tr '\n' ' ' >"$D/log"
    e=${g:+.gz}; [ "$(cat "$D/log")" = "2 README.md 2 config.yaml 1 data/train-00000.jsonl$e 2 data/train-00001.jsonl$e 1 data/train-00002.jsonl$e 2 rejected.jsonl 1 signature_dataset.json " ]; ok $? "how often each file went out: $(cat "$D/log")"
done
up --hub.program "$D/hub.sh" --hub.license 'a b: c' --overwrite; [ $? -eq 1 ] && grep -q 'hub.license' "$D/log"; ok $? "a licence that is no name: $(cat "$D/log")"
$P run-data-gen $N --length 2 --no-include_modification --threads 1 --out "$D/nc" >/dev/null 2>"$D/log"; ok $? "classification only: $(cat "$D/log")"
[ "$(grep -c 'degraded\|modification_prompt\|null' "$D/nc/data/train-00000.jsonl")" -eq 0 ]; ok $? "classification only: no column of the other task, no null"
# the split by chance may leave a small pattern no sequence to validate by: that attempt is refused, not the run
O="--patterns alternating,starts_with --num_layers 1 --neurons_per_layer 8 --target_total_examples 300 --no-include_modification --max_elsewhere 1 --label_threshold 0.1 --partial_threshold 0.05 --validation_split 0.05 --no-tensorboard.enabled --quiet --threads 1"
$P run-data-gen $O --length 12 --out "$D/nr" >/dev/null 2>"$D/log"; ok $? "a pattern without a validation row: $(cat "$D/log")"
n=$(grep -c '"reason": "no_rows"' "$D/nr/rejected.jsonl"); [ "$n" -gt 0 ] && grep -q "^| rejected: no_rows | $n |\$" "$D/nr/README.md" && $P stats "$D/nr" | grep -q "\"no_rows\": $n" && $P verify "$D/nr" --sample 2 >/dev/null 2>&1; ok $? "$n attempts without rows, in the journal too"
# the rows that are asked for, negatives among them, or a refusal with the sum
$P run-data-gen --length 1 --negative_ratio 0 --out "$D/x" >/dev/null 2>"$D/log"; [ $? -ne 0 ] && grep -q 'expected negatives' "$D/log"; ok $? "no negatives: $(cat "$D/log")"
$P run-data-gen --length 1 --target_total_examples 5000 --max_total_examples 2500 --out "$D/x" >/dev/null 2>"$D/log"; [ $? -ne 0 ] && grep -q 'above max_total' "$D/log"; ok $? "more rows than the most: $(cat "$D/log")"
# looking
$P verify "$D/a" --sample 4 >"$D/log" 2>&1; ok $? "verify: $(cat "$D/log")"
$P show 5 --config-path "$D/a/config.yaml" 2>"$D/log" >"$D/five"; sed -n 2p "$D/a/data/train-00001.jsonl" | cmp -s - "$D/five"; ok $? "show 5 is record 5: $(cat "$D/log")"
cp -r "$D/a" "$D/v"; sed '1s/"example_id": 0/"example_id": 9/' "$D/a/data/train-00000.jsonl" >"$D/v/data/train-00000.jsonl"
$P verify "$D/v" --sample 11 >/dev/null 2>"$D/log"; [ $? -eq 1 ] && grep -q 'train-00000.jsonl: was changed' "$D/log"; ok $? "verify sees a changed record: $(cat "$D/log")"
$P stats "$D/a" | grep -q '"records": 11'; ok $? "stats"
$P show 1 --config-path "$D/a/config.yaml" --export "$D/m.pth" >/dev/null 2>&1 && [ -s "$D/m.pth" ]; ok $? "show --export"
$P show 1 --config-path "$D/n1/config.yaml" --export "$D/epochs.pth" --every-epoch >"$D/one" 2>"$D/log" && sed -n 2p "$D/n1/data/train-00000.jsonl" | cmp -s - "$D/one"; ok $? "show --every-epoch makes the same record: $(cat "$D/log")"
losses=$(sed 's/.*"stage2_train_loss": \[\([^]]*\)\].*/\1/' "$D/one" | tr ',' '\n' | wc -l); seen() { grep -a -o "$1.epoch[0-9]*.network.0.weight" "$D/epochs.pth" | sort -u | wc -l; }
[ "$(seen stage1)" -eq 8 ] && [ "$(seen stage2)" -eq "$losses" ] && [ "$losses" -gt 1 ]; ok $? "weights after each of $(seen stage1) and $(seen stage2) epochs, $losses losses"
$P show 1 --config-path "$D/n1/config.yaml" --every-epoch >/dev/null 2>"$D/log"; [ $? -eq 2 ] && grep -q 'read with --export' "$D/log"; ok $? "show --every-epoch without --export: $(cat "$D/log")"
$P show 1 --config-path "$D/a/config.yaml" --export-rows "$D/rows.csv" >/dev/null 2>&1 && [ "$(head -n 1 "$D/rows.csv")" = sequence,part,label,stage1_label ] && [ "$(grep -c '^[A-G]\{7\},train,1,0$' "$D/rows.csv")" -gt 0 ] && [ "$(grep -c ',validation,0,0$' "$D/rows.csv")" -gt 0 ]; ok $? "show --export-rows"
# answers as people write them; what the set's own columns tell a plain classifier
head -n 3 "$D/ka/data/train-00000.jsonl" | sed 's/.*"example_id": \([0-9]*\).*"classification_completion": "\([^"]*\)".*/{"example_id": \1, "task": "classification", "completion": "<think>all_same?<\/think>The patterns are: \2."}/' >"$D/answers.jsonl"
echo '{"example_id": 3, "task": "classification", "completion": null}' >>"$D/answers.jsonl"; head -n 1 "$D/answers.jsonl" >>"$D/answers.jsonl"
$P score "$D/ka" --completions "$D/answers.jsonl" >"$D/log" 2>&1; ok $? "score: $(cat "$D/log")"
for w in 'classification_completions 5' 'classification_repeated_ids 1' 'classification_nulls 1' 'classification_exact 0' 'classification_flexible_exact 0.8' 'classification_flexible_malformed 1'; do grep -qx "$w" "$D/log"; ok $? "score: $w in $(cat "$D/log")"; done
$P baseline "$D/ka" >"$D/log" 2>&1; ok $? "baseline: $(cat "$D/log")"
for k in majority signature weights both; do grep -q "^$k.jaccard 0\.[0-9]" "$D/log" && grep -q "^$k.exact_high " "$D/log"; ok $? "baseline: $k"; done
# probe and benchmark sets
$P create-sig-dataset --filename "$D/sig.json" --size 200 >/dev/null 2>&1; [ "$(grep -o '"sequence"' "$D/sig.json" | wc -l)" -eq 200 ]; ok $? "200 probes"
$P create-sig-dataset --filename "$D/sig2.json" --size 200 --compat >/dev/null 2>&1; [ "$(grep -o '"sequence"' "$D/sig2.json" | wc -l)" -eq 195 ]; ok $? "195 probes with --compat"
$P create-benchmark-dataset --filename "$D/b.json" --samples-per-pattern 5 --patterns palindrome,no_repeats >/dev/null 2>&1; [ "$(grep -o '"sequence"' "$D/b.json" | wc -l)" -eq 15 ]; ok $? "benchmark set"
$P run-data-gen $S --length 2 --threads 1 --signature.dataset_path "$D/sig.json" --preset original --compat --out "$D/c" >/dev/null 2>"$D/log"; ok $? "compat runs: $(cat "$D/log")"
$P run-data-gen $S --length 2 --threads 1 --quantization ternary --precision bfloat16 --min_pattern_improvement 0 --min_degradation_threshold 0 --no-pattern_specific --max_other_degradation 1 --out "$D/q" >/dev/null 2>"$D/log"; ok $? "quantized: $(cat "$D/log")"
# straight-through training beats quantizing afterwards: the default task, seed 42, ternary weights, every attempt a record
T="--preset v0.1 --length 5 --quantization ternary --min_pattern_improvement 0 --min_degradation_threshold 0 --no-pattern_specific --max_other_degradation 1 --no-tensorboard.enabled --quiet --threads 2"
after=$($P run-data-gen $T --out "$D/q0" 2>"$D/log" | sed -n 's/^median_improved_accuracy //p'); through=$($P run-data-gen $T --quantization_aware --out "$D/q1" 2>>"$D/log" | sed -n 's/^median_improved_accuracy //p')
awk -v a="$after" -v b="$through" 'BEGIN { exit !(a > 0.5 && b > a + 0.01) }'; ok $? "ternary weights: median accuracy $through trained through the quantizer, $after quantized afterwards $(cat "$D/log")"
[ "$(grep -c '"quantization": "ternary".*"float_improved_accuracy"\|"float_improved_accuracy".*"quantization": "ternary"' "$D/q1/data/train-00000.jsonl")" -eq 5 ]; ok $? "accuracies before and after quantization in every record"
# the original's switches; TensorBoard beside the run
printf 'signature:\n  neuron_profile_methods:\n    mean: true\n    std: false\n    pca: {enabled: true, components: 2}\nmetrics:\n  tensorboard: {enabled: true, auto_launch: true, port: 6123}\n' >"$D/o.yaml"
mkdir "$D/bin"; printf '#!/bin/sh\necho "$@" >"%s/board"\nsleep 30 & trap "kill $!; exit 0" TERM; wait\n' "$D" >"$D/bin/tensorboard"; chmod +x "$D/bin/tensorboard"
PATH="$D/bin:$PATH" $P run-data-gen --config-path "$D/o.yaml" --num_layers 2 --neurons_per_layer 8 --preset v0.1 --patterns all_same,sorted_ascending --target_total_examples 900 --length 2 --out "$D/o" >/dev/null 2>"$D/log"; ok $? "the original's short switches: $(cat "$D/log")"
grep -q -- '--logdir .*/o/tensorboard --port 6123' "$D/board"; ok $? "auto_launch runs tensorboard: $(cat "$D/log")"
grep -q 'profile_methods\\": \[\\"mean\\", \\"pca\\"\]' "$D/o/data/train-00000.jsonl"; ok $? "mean: true, std: false"
if [ -x /usr/bin/tensorboard ] || [ -x /bin/tensorboard ]; then skipped=$((skipped + 1)); echo "skip auto_launch without tensorboard: /usr/bin has it"
else
    PATH=/usr/bin:/bin $P run-data-gen --config-path "$D/o.yaml" --num_layers 2 --neurons_per_layer 8 --preset v0.1 --patterns all_same,sorted_ascending --target_total_examples 900 --length 2 --out "$D/o2" >/dev/null 2>"$D/log"
    [ $? -eq 0 ] && grep -q 'tensorboard was not found' "$D/log"; ok $? "auto_launch without tensorboard: a warning: $(cat "$D/log")"
fi
# refusals name the place and the rule
bad() { printf '%b' "$1" >"$D/bad.yaml"; $P run-data-gen --config-path "$D/bad.yaml" --out "$D/x" --quiet >/dev/null 2>"$D/log"; rc=$?; [ $rc -ne 0 ] && grep -q -- "$2" "$D/log"; ok $? "config '$1' (rc $rc): $(cat "$D/log")"; [ ! -e "$D/x/data" ]; ok $? "nothing is written for a bad config"; }
bad 'model:\n  vocab_size: 4\n' 'bad.yaml:2'
bad 'model:\n  sequence_length: 21\n' 'bad.yaml:2'
bad 'model:\n  vocab_sise: 7\n' 'vocab_size'
bad 'model:\n  num_layers: {min: 9, max: 6}\n' 'bad.yaml:2'
bad 'hub:\n  token: hf_abc\n' 'HF_TOKEN'
bad 'model:\n  vocab_size: 5\ndataset:\n  patterns:\n    enabled_patterns: [no_repeats, palindrome]\n' 'no_repeats'
bad 'dataset:\n  patterns:\n    enabled_patterns: [palindrom]\n' 'palindrom'
bad 'dataset:\n  patterns:\n    min_patterns_per_batch: 6\n' 'max_patterns_per_batch'
bad 'dataset:\n  patterns:\n    enabled_patterns: [palindrome]\n' 'min_patterns_per_batch: expected at most 1'
$P run-data-gen --shard 3/3 --out "$D/x" >/dev/null 2>&1; [ $? -eq 2 ]; ok $? "--shard 3/3 is a usage error"
end
