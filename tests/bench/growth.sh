#!/bin/sh
# tests/bench/growth.sh [CC] - no quadratic step: instructions of nnfmt under callgrind on 8k, 16k and 32k arrays, 2.2 times as many per doubling
# at most. `make callgrind` runs it behind callgrind.sh, two jobs at a time.
set -u
command -v valgrind >/dev/null 2>&1 || { echo "skip growth: valgrind is not installed"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
${1:-${CC:-cc}} -std=c99 -O2 examples/nnfmt.c -o "$tmp/nnfmt" -lm || exit 1
# torch.save's stream before 1.6 with N tensors of one element: legacy N FILE
cat >"$tmp/legacy.c" <<'LEGACY'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void text(FILE *f, const char *s)
{
    fprintf(f, "X%c%c%c%c%s", (int)strlen(s), 0, 0, 0, s);
}
int main(int argc, char **argv)
{
    FILE *f = argc == 3 ? fopen(argv[2], "wb") : NULL;
    int n = argc == 3 ? atoi(argv[1]) : 0, i;
    char b[128];
    if (!f) return 1;
    fwrite("\x80\2\x8a\12\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}.\x80\2}(", 1, 29, f);
    for (i = 0; i < n; i++) {
        sprintf(b, "model.encoder.layers.%d.attention.output.dense.weight", i);
        text(f, b);
        fprintf(f, "ctorch._utils\n_rebuild_tensor_v2\n((");
        text(f, "storage");
        fprintf(f, "ctorch\nFloatStorage\n");
        sprintf(b, "%d", 94000000 + i);
        text(f, b);
        text(f, "cpu");
        fwrite("K\1NtQK\0K\1\x85K\1\x85\x89}tR", 1, 17, f);
    }
    fwrite("u.\x80\2](", 1, 6, f);
    for (i = 0; i < n; i++) {
        sprintf(b, "%d", 94000000 + i);
        text(f, b);
    }
    fwrite("e.", 1, 2, f);
    for (i = 0; i < n; i++) fwrite("\1\0\0\0\0\0\0\0\0\0\x80\x3f", 1, 12, f);
    return fclose(f) != 0;
}
LEGACY
${1:-${CC:-cc}} "$tmp/legacy.c" -o "$tmp/legacy" || exit 1
cd "$tmp" || exit 1
export NN_ISA=ref OMP_NUM_THREADS=1                  # valgrind shows no AVX-512
for n in 8192 16384 32768; do
    awk -v n=$n 'BEGIN { for (r = 0; r < 3; r++) for (i = 0; i < n; i++) printf "%s%d%s", r ? "" : "column", i + r, i + 1 < n ? "," : "\n" }' >$n.csv
    for o in npz pth safetensors; do ./nnfmt convert $n.csv $n.$o || exit 1; done
    ./legacy $n $n.old.pth && ./nnfmt check $n.old.pth || exit 1
done
# one job a line, the longest first: COMMAND, where N is the number of arrays
cat >jobs <<'JOBS'
diff N.npz N.safetensors
convert N.csv N_new.npz
check N.pth
check N.old.pth
check N.npz
check N.safetensors
check N.csv
JOBS
for n in 32768 16384 8192; do sed "s/N/$n/g" jobs; done >runs
xargs -P 2 -I @ sh -c 'valgrind --tool=callgrind --callgrind-out-file=/dev/null ./nnfmt $1 2>&1 >/dev/null |
    sed -n "s/^.*Collected : \([0-9]*\).*\$/$1: \1/p" >"$(echo "$1" | tr -c "a-z0-9\n" _).n"' - @ <runs
cat ./*.n >counts
passed=0; failed=0
while read -r job; do
    a=; b=; c=
    for n in 8192 16384 32768; do
        line=$(echo "$job" | sed "s/N/$n/g")
        k=$(awk -v line="$line: " 'index($0, line) == 1 { print $NF }' counts)
        a=$b; b=$c; c=${k:-0}
        [ $n = 8192 ] && continue
        if [ "$b" -gt 0 ] && [ "$c" -gt 0 ] && [ $((c * 10)) -le $((b * 22)) ]; then passed=$((passed + 1))
        else failed=$((failed + 1)); echo "FAIL growth: $line: $c instructions, $b for half as many arrays"; fi
    done
    echo "$job: $a $b $c"
done <jobs
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
