#!/bin/sh
# tests/platforms.sh - make platforms: the same numbers and the same bytes on other hosts. Builds tests/one_result.c and
# tests/host_bytes.c for each platform, runs them there (an emulator where it is no machine of ours) and holds what they print
# and write against this machine's; each side reads the other's files. tests/test_files.c: the system's files there.
#     sh tests/platforms.sh [NAME...]      i686 s390x mingw0 mingw2 (default: all; mingw0: -O0, where libm's sqrt is called)
# Needs gcc-i686-linux-gnu, gcc-s390x-linux-gnu and qemu-user, gcc-mingw-w64-x86-64 and wine64; what is missing is skipped, by name.
set -u
CC=${CC:-cc}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
pass() { passed=$((passed + 1)); echo "ok $1"; }
fail() { failed=$((failed + 1)); echo "FAIL $1"; }
skip() { skipped=$((skipped + 1)); echo "skip $1"; }
# try NAME COMMAND...
try() {
    what=$1; shift
    if "$@" >"$tmp/says" 2>&1; then pass "$what"; else fail "$what"; head -n 8 "$tmp/says"; fi
}
mkdir "$tmp/here"
for p in one_result host_bytes; do
    "$CC" -std=c99 -O1 "tests/$p.c" -o "$tmp/$p" -lm || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
done
"$tmp/one_result" 1 >"$tmp/numbers" 2>/dev/null
"$tmp/host_bytes" write "$tmp/here" >"$tmp/bytes" || fail "host_bytes here"

# there NAME COMPILER...: with $run before each program
there() {
    name=$1; shift
    for p in one_result host_bytes test_files; do
        if ! "$@" -DFILES_OF_SYSTEM "tests/$p.c" -o "$tmp/$p-$name$exe" -lm 2>"$tmp/says"; then
            fail "$name: $p does not build"; head -n 8 "$tmp/says"; return
        fi
    done
    mkdir -p "$tmp/at-$name"
    $run "$tmp/one_result-$name$exe" 1 2>/dev/null | tr -d '\r' >"$tmp/numbers-$name"
    try "$name: numbers" diff "$tmp/numbers" "$tmp/numbers-$name"
    (cd "$tmp" && $run "$tmp/host_bytes-$name$exe" write "at-$name") 2>/dev/null | tr -d '\r' >"$tmp/bytes-$name"
    try "$name: sums of its files" diff "$tmp/bytes" "$tmp/bytes-$name"
    try "$name: files, byte for byte" diff -r "$tmp/here" "$tmp/at-$name"
    (cd "$tmp" && $run "$tmp/host_bytes-$name$exe" read here) 2>/dev/null | tr -d '\r' >"$tmp/bytes-$name"
    try "$name: reads ours" diff "$tmp/bytes" "$tmp/bytes-$name"
    try "$name: we read its" "$tmp/host_bytes" read "$tmp/at-$name"
    mkdir -p "$tmp/files-$name"
    try "$name: its files" sh -c "cd '$tmp/files-$name' && $run '$tmp/test_files-$name$exe'"
    printf 'a\r\nb\n\032c\r\nd' >"$tmp/odd"
    $run "$tmp/test_files-$name$exe" copy <"$tmp/odd" >"$tmp/odd-$name" 2>/dev/null
    try "$name: standard input and output are bytes" cmp "$tmp/odd" "$tmp/odd-$name"
}
has() { command -v "$1" >/dev/null 2>&1; }
export WINEDEBUG=-all
for n in ${*:-i686 s390x mingw0 mingw2}; do
    exe=""; run=""
    case $n in
    i686)   if has i686-linux-gnu-gcc; then there $n i686-linux-gnu-gcc -std=c99 -O2 -msse2 -mfpmath=sse -static
            else skip "$n: i686-linux-gnu-gcc is not installed"; fi ;;
    s390x)  run=qemu-s390x
            if has s390x-linux-gnu-gcc && has qemu-s390x; then there $n s390x-linux-gnu-gcc -std=gnu99 -O2 -static
            else skip "$n: s390x-linux-gnu-gcc or qemu-s390x is not installed"; fi ;;
    mingw[02])
            exe=.exe; run=wine
            if has x86_64-w64-mingw32-gcc && has wine; then there $n x86_64-w64-mingw32-gcc -std=c99 -O${n#mingw}
            else skip "$n: x86_64-w64-mingw32-gcc or wine is not installed"; fi ;;
    *) echo "$0: no platform '$n'"; exit 2 ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
