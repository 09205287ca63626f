#!/bin/sh
# tests/run.sh PROGRAM... - runs each test (a binary, .sh or .py), shows what fails, and adds up the closing lines.
# A program that dies or prints no closing line "N passed, N failed, N skipped" counts as one failure.
passed=0; failed=0; skipped=0
log=${TMPDIR:-/tmp}/nn_test.$$
trap 'rm -f "$log"' EXIT INT TERM
for t in "$@"; do
    case $t in
        *.py) ${PYTHON:-python3} "$t" >"$log" 2>&1 ;;
        *.sh) sh "$t" >"$log" 2>&1 ;;
        *)    "$t" >"$log" 2>&1 ;;
    esac
    rc=$?
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    grep '^skip ' "$log"
    if [ -z "$last" ]; then
        echo "FAIL $t: ended with status $rc and no closing line"; tail -n 20 "$log"
        failed=$((failed + 1))
        continue
    fi
    set -f; set -- $last "$@"; set +f
    p=$1; f=$3; s=$5; shift 6
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
    if [ "$f" -ne 0 ]; then echo "FAIL $t"; grep -v '^skip ' "$log" | tail -n 40
    elif [ "$rc" -ne 0 ]; then echo "FAIL $t: status $rc after '$last'"; tail -n 20 "$log"; failed=$((failed + 1))
    else echo "ok   $t ($last)"; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
