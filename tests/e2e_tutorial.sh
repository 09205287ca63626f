#!/bin/sh
# tests/e2e_tutorial.sh - every tutorial file compiles as C99 and as C++11 without warnings and prints what its last comment says.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror"
no() { failed=$((failed + 1)); echo "FAIL $*"; }
for f in examples/tutorial/*.c examples/tutorial/*.cpp; do
    b=$(basename "$f")
    case $f in
        *.c) ${CC:-cc} -std=c99 -O0 -DNN_STATIC $warn "$f" -o "$tmp/p" -lm 2>"$tmp/log" || { no "$b as C99"; head -n 3 "$tmp/log"; continue; }
             if command -v "${CXX:-c++}" >/dev/null 2>&1; then
                 if ${CXX:-c++} -std=c++11 -x c++ -fsyntax-only -DNN_NO_SIMD $warn "$f" 2>"$tmp/log"; then passed=$((passed + 1)); else no "$b as C++11"; head -n 3 "$tmp/log"; fi
             else echo "skip $b: no C++ compiler"; skipped=$((skipped + 1)); fi ;;
        *)   command -v "${CXX:-c++}" >/dev/null 2>&1 || { echo "skip $b: no C++ compiler"; skipped=$((skipped + 1)); continue; }
             ${CXX:-c++} -std=c++11 -O0 -DNN_STATIC $warn "$f" -o "$tmp/p" 2>"$tmp/log" || { no "$b"; head -n 3 "$tmp/log"; continue; } ;;
    esac
    [ "$(wc -l <"$f")" -le 100 ] || no "$b has more than 100 lines"
    (cd "$tmp" && ./p) >"$tmp/out" 2>&1 || { no "$b: status $?"; tail -n 3 "$tmp/out"; continue; }
    sed -n '/^\/\* prints:/,$p' "$f" | sed -n 's/^ \* //p' >"$tmp/want"
    [ -s "$tmp/want" ] || no "$b promises nothing"
    good=1
    while IFS= read -r line; do grep -qxF -- "$line" "$tmp/out" || { good=0; no "$b did not print '$line'"; head -n 8 "$tmp/out"; }; done <"$tmp/want"
    [ $good = 1 ] && passed=$((passed + 1))
done
left=$(ls "$tmp" | grep -v -e '^p$' -e '^log$' -e '^out$' -e '^want$')
if [ -z "$left" ]; then passed=$((passed + 1)); else no "left behind: $left"; fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
