#!/bin/sh
# tests/one_result.sh - make hashes: one seed, one result. Builds tests/one_result.c with every compiler, language and level, runs
# it on every instruction set of this machine (and AArch64 under qemu) and with 1, 2 and 4 threads, and compares what is printed.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
first=""
compare() {   # NAME FILE
    if [ -z "$first" ]; then first=$2; cat "$first"; fi
    if cmp -s "$first" "$2"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; diff "$first" "$2" | head -n 8; fi
}
have() { command -v "$1" >/dev/null 2>&1 || { echo "skip $1: not installed"; skipped=$((skipped + 1)); return 1; }; }
run() {       # NAME ISA THREADS PROGRAM...: the path that runs must be the one that was asked for
    name=$1; isa=$2; t=$3; shift 3
    NN_ISA=$isa "$@" "$t" >"$tmp/out" 2>"$tmp/err"
    got=$(head -n 1 "$tmp/err")
    if [ "$got" != "$isa" ]; then
        case $isa in
            avx512|avx2) if ! grep -qw "$( [ $isa = avx512 ] && echo avx512dq || echo avx2 )" /proc/cpuinfo 2>/dev/null; then
                    echo "skip $name: isa $isa is not on this machine"; skipped=$((skipped + 1)); return; fi ;;
        esac
        echo "FAIL $name: asked for $isa, '$got' ran"; failed=$((failed + 1)); return
    fi
    cp "$tmp/out" "$tmp/$(echo "$name" | tr ' /' '__')"
    compare "$name" "$tmp/$(echo "$name" | tr ' /' '__')"
}
build() { "$@" tests/one_result.c -o "$tmp/p" -lm 2>"$tmp/log" || { echo "FAIL build: $*"; head -n 5 "$tmp/log"; failed=$((failed + 1)); return 1; }; }
best=avx512; grep -qw avx512dq /proc/cpuinfo 2>/dev/null || best=avx2
grep -qw avx2 /proc/cpuinfo 2>/dev/null || best=ref
[ "$(uname -m)" = aarch64 ] && best=neon
for cc in gcc clang; do
    have $cc || continue
    for level in -O0 -O2 "-O3 -march=native"; do
        # shellcheck disable=SC2086
        build $cc -std=c99 $level -fopenmp || continue
        for isa in ref avx2 avx512; do
            [ "$best" = neon ] && [ $isa != ref ] && continue
            [ $isa = ref ] && [ "$level" = -O0 ] && continue         # emulated fma without optimisation: minutes
            run "$cc $level $isa" $isa 1 "$tmp/p"
        done
        for t in 2 4; do run "$cc $level $best threads $t" $best $t "$tmp/p"; done
    done
done
for cc in g++ clang++; do
    have $cc || continue
    build $cc -std=c++11 -x c++ -O2 -fopenmp && run "$cc $best" $best 2 "$tmp/p" && run "$cc ref" ref 1 "$tmp/p"
    build $cc -std=gnu++17 -x c++ -O3 -march=native && run "$cc gnu++17 native" $best 1 "$tmp/p"     # contraction is this mode's default
done
if have tcc; then build tcc -std=c99 && run "tcc" ref 1 "$tmp/p"; fi
if have aarch64-linux-gnu-gcc && have qemu-aarch64; then
    build aarch64-linux-gnu-gcc -std=c99 -O2 && for isa in neon ref; do run "aarch64 $isa" $isa 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$tmp/p"; done
    build aarch64-linux-gnu-g++ -std=gnu++17 -x c++ -O2 && run "aarch64 g++ neon" neon 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$tmp/p"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
