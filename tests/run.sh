#!/bin/sh
# tests/run.sh PROGRAM... - runs each test (a binary, .sh or .py), JOBS (2) at a time, shows what fails, and adds up the closing
# lines. A program that dies or prints no closing line "N passed, N failed, N skipped" counts as one failure.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
export NN_TEST_LOGS="$dir"
n=0
for t in "$@"; do n=$((n + 1)); printf '%s %s\n' "$n" "$t"; done | xargs -P "${JOBS:-2}" -L 1 sh -c '
    t0=$(date +%s)
    case $1 in
        *.py) ${PYTHON:-python3} "$1" ;;
        *.sh) sh "$1" ;;
        *)    "$1" ;;
    esac >"$NN_TEST_LOGS/$0.log" 2>&1
    echo "$? $(($(date +%s) - t0))" >"$NN_TEST_LOGS/$0.rc"'
passed=0; failed=0; skipped=0; n=0
for t in "$@"; do
    n=$((n + 1))
    log=$dir/$n.log
    rc=1; took=0
    [ -f "$dir/$n.rc" ] && read -r rc took <"$dir/$n.rc"
    last=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" 2>/dev/null | tail -n 1)
    grep -a '^skip ' "$log" 2>/dev/null
    if [ -z "$last" ]; then
        echo "FAIL $t: ended with status $rc and no closing line"; tail -n 20 "$log"
        failed=$((failed + 1))
        continue
    fi
    p=${last%% passed*}; f=${last#*passed, }; f=${f%% failed*}; s=${last#*failed, }; s=${s%% skipped*}
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
    if [ "$f" -ne 0 ]; then echo "FAIL $t"; grep -av '^skip ' "$log" | tail -n 40
    elif [ "$rc" -ne 0 ]; then echo "FAIL $t: status $rc after '$last'"; tail -n 20 "$log"; failed=$((failed + 1))
    else echo "ok   $t ($last, $took s)"; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
