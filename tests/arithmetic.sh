#!/bin/sh
# tests/arithmetic.sh - builds and threads whose arithmetic differs are refused by name, or right (make check; tests/arithmetic.c).
# Flags that the preprocessor sees are an #error: tests/matrix.sh.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
pass() { passed=$((passed + 1)); echo "ok $1"; }
fail() { failed=$((failed + 1)); echo "FAIL $1: $2"; }
# says NAME WANTED GOT: WANTED is a part of the line
says() { case $3 in *"$2"*) pass "$1" ;; *) fail "$1" "wanted '$2', got '$3'" ;; esac; }
build() { out=$1; shift; "$@" -DNN_STATIC tests/arithmetic.c -o "$out" -lm 2>"$tmp/log" || { fail "$*" "does not build"; head -n 5 "$tmp/log"; return 1; }; }
# under WANTED COMPILER FLAGS...: built so, it says WANTED ("right": the sum of the plain build)
under() {
    wanted=$1; shift
    command -v "$1" >/dev/null 2>&1 || { skipped=$((skipped + 1)); echo "skip $*: $1 is not installed"; return; }
    build "$tmp/it" "$@" || return
    [ "$wanted" = right ] && wanted=$right
    says "$*" "$wanted" "$("$tmp/it")"
}
build "$tmp/plain" "${CC:-cc}" -std=c99 -O1 || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
right=$("$tmp/plain")
says 'plain build' 'right ' "$right"
for how in up down zero; do
    says "a thread that rounds $how" "7 of 7 refused: this thread rounds otherwise than to nearest" "$("$tmp/plain" $how)"
done
case $(uname -m) in x86_64)
    says "flush to zero" "7 of 7 refused: this thread flushes denormals" "$("$tmp/plain" ftz)"
    says "denormals are zero" "7 of 7 refused: this thread flushes denormals" "$("$tmp/plain" daz)"
    # a library linked with -ffast-math sets both for the whole program
    printf 'int nothing;\n' >"$tmp/nothing.c"
    if gcc -c -o "$tmp/nothing.o" "$tmp/nothing.c" 2>/dev/null && gcc -std=c99 -O1 -DNN_STATIC -c tests/arithmetic.c -o "$tmp/it.o" &&
        gcc -ffast-math "$tmp/it.o" "$tmp/nothing.o" -o "$tmp/it" -lm; then
        says "linked with -ffast-math" "refused: this thread flushes denormals" "$("$tmp/it")"
    else fail "linked with -ffast-math" "does not build"; fi
    under right gcc -std=gnu99 -O2 -mfma -ffp-contract=fast
    under 'refused: the compiler fuses' clang -std=c99 -O1 -ffp-contract=fast -mfma ;;
esac
# clang tells the preprocessor of none of these
under 'refused: the compiler re-associates' clang -std=c99 -O1 -fassociative-math -fno-signed-zeros -fno-trapping-math
under 'refused: the compiler multiplies by reciprocals' clang -std=c99 -O1 -freciprocal-math
under right clang -std=c99 -O1 -fno-signed-zeros
under right clang -std=c99 -O1 -fapprox-func
command -v tcc >/dev/null 2>&1 && under right tcc
if command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1 && command -v wine >/dev/null 2>&1; then
    # mingw's libm rounds sqrt wrong; gcc calls it at -O0
    build "$tmp/it.exe" x86_64-w64-mingw32-gcc -std=c99 -O0 -w &&
        says 'mingw-w64 -O0' "$right" "$(WINEDEBUG=-all wine "$tmp/it.exe" | tr -d '\r')"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
