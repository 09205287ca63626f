#!/bin/sh
# tests/e2e_readme.sh - the README tells the truth: every ```sh block runs, every ```c block compiles, linked files exist.
# A block below the line "<!-- not run: reason -->" is left out; the reason must be there.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
# blocks: one file each, in order: 01.sh, 02.c, ...
awk -v dir="$tmp" '
    /^<!-- not run: .+ -->$/ { leave = 1; next }
    /^```(sh|c)$/ { kind = substr($0, 4); if (!leave) { n++; file = sprintf("%s/%02d.%s", dir, n, kind) } else file = "/dev/null"; leave = 0; inside = 1; next }
    /^```/ { inside = !inside && 0; if (file != "") close(file); file = ""; next }
    inside && file != "" { print > file }' README.md
# a copy of the tracked tree, so that nothing is written here
mkdir "$tmp/tree" && (git ls-files -z 2>/dev/null | xargs -0 tar cf - 2>/dev/null) | (cd "$tmp/tree" && tar xf -)
# the table.csv that the first program reads: two spirals
awk 'BEGIN { print "x1,x2,label"; for (i = 0; i < 200; i++) { c = i % 2; t = 0.5 + i / 50; print t * cos(t + 3.14159 * c) "," t * sin(t + 3.14159 * c) "," c } }' >"$tmp/tree/table.csv"
[ -d "$root/build" ] && cp -Rp "$root/build" "$tmp/tree/build"
for f in "$tmp"/[0-9]*.sh "$tmp"/[0-9]*.c; do
    [ -f "$f" ] || continue
    case $f in
        *.sh) (cd "$tmp/tree" && sh -e "$f") >"$tmp/log" 2>&1 ;;
        *.c)  ${CC:-cc} -std=c99 -Wall -Wextra -Werror -I"$root" -o "$tmp/prog" "$f" -lm >"$tmp/log" 2>&1 && (cd "$tmp/tree" && "$tmp/prog") >>"$tmp/log" 2>&1 &&
              { ! grep -q accuracy "$f" || grep -qE '^accuracy (0.9|1)' "$tmp/log"; } ;;
    esac
    if [ $? -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL block $(basename "$f"):"; cat "$f"; tail -n 5 "$tmp/log"; fi
done
# what the README links to in this repository exists
for l in $(grep -oE '\]\([A-Za-z0-9_./-]+\)' README.md ARCHITECTURE.md CONTRIBUTING.md examples/*/README.md 2>/dev/null | sed 's/.*](\(.*\))/\1/'); do
    if [ -e "$l" ] || ls examples/*/"$l" >/dev/null 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL link $l"; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
