#!/bin/sh
# tests/bench/callgrind.sh - make callgrind: instruction counts of seven fixed workloads (NN_ISA=avx2: valgrind shows no AVX-512) within
# 3 % of the recorded ones. Counts belong to one series of gcc (Debian 12's, 12.x): gcc or gcc-SERIES must be of it, another compiler is a
# failure, not a skip. Then growth.sh: no quadratic step. `make callgrind-record` writes new values, with whatever gcc is here; say why in the commit.
set -u
record=tests/bench/callgrind.txt
skip() { echo "skip callgrind: $1"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
command -v valgrind >/dev/null 2>&1 || skip "valgrind is not installed"
command -v gcc >/dev/null 2>&1 || skip "gcc is not installed"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
want=$(sed -n 's/^gcc //p' $record)
cc=gcc
if [ "${1:-}" != --record ] && [ "$(gcc -dumpversion | cut -d. -f1)" != "$want" ]; then
    cc=gcc-$want
    if ! command -v "$cc" >/dev/null 2>&1; then
        echo "FAIL callgrind: counts are recorded for gcc $want, here is gcc $(gcc -dumpversion) and no $cc: install it, or make callgrind-record and say why"
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
fi
version=$($cc -dumpversion | cut -d. -f1)
$cc -std=c99 -O2 tests/bench/callgrind.c -o "$tmp/p" -lm || exit 1
NN_ISA=avx2 "$tmp/p" 0 || skip "isa avx2: this machine has none"
count() {
    NN_ISA=avx2 valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=work "$tmp/p" "$1" 2>&1 | sed -n 's/^.*Collected : \([0-9]*\).*$/\1/p'
}
i=0; passed=0; failed=0
: >"$tmp/new"
echo "gcc $version" >>"$tmp/new"
for name in nt_bias_relu nn_drelu tn_adam packed math update_reduce small_step; do
    got=$(count $i)
    echo "$name $got" >>"$tmp/new"
    if [ "${1:-}" != --record ]; then
        want=$(sed -n "s/^$name //p" $record)
        if [ -n "$got" ] && [ -n "$want" ] && [ $((got * 100)) -le $((want * 103)) ] && [ $((got * 100)) -ge $((want * 97)) ]; then passed=$((passed + 1))
        else failed=$((failed + 1)); echo "FAIL $name: $got instructions, recorded $want"; fi
    fi
    i=$((i + 1))
done
if [ "${1:-}" = --record ]; then cp "$tmp/new" $record; cat $record; exit 0; fi
# nor a quadratic step anywhere
sh tests/bench/growth.sh "$cc" >"$tmp/growth"
grep -v ' passed, ' "$tmp/growth"
last=$(grep ' passed, ' "$tmp/growth"); more=${last#*passed, }
case $last in
    '') failed=$((failed + 1)); echo "FAIL growth: no closing line" ;;
    *) passed=$((passed + ${last%% passed*})); failed=$((failed + ${more%% failed*})) ;;
esac
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
