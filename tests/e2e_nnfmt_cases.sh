#!/bin/sh
# tests/e2e_nnfmt_cases.sh - nnfmt on the files of tests/data/formats: one row a fault that was found,
# with the right value. Authorities: NumPy (allclose), PyTorch (torch.load), PyYAML, yaml-test-suite.
nnfmt=$PWD/${BUILD:-build}/nnfmt
cases=$PWD/tests/data/formats
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
passed=0
failed=0
ok()  { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; }
# want STATUS FRAGMENT ARGS...: exit status, and the fragment in the output (empty: nothing is asked)
want() {
    st=$1; frag=$2; shift 2
    out=$("$nnfmt" "$@" 2>&1); rc=$?
    if [ $rc -ne "$st" ]; then bad "nnfmt $*: status $rc, expected $st: $out"
    elif [ -n "$frag" ] && ! printf '%s\n' "$out" | grep -qF -- "$frag"; then
        bad "nnfmt $*: no '$frag' in: $out"
    else ok; fi
}
# clean ARGS...: no control byte but the line's end leaves nnfmt
clean() {
    if "$nnfmt" "$@" 2>&1 | LC_ALL=C tr -d '\n\40-\176' | grep -q .; then
        bad "nnfmt $*: control bytes on the terminal"
    else ok; fi
}
cd "$dir" || exit 1
cp "$cases"/* .

# diff: integers as integers, infinities from both sides, complex, other dtypes by value; 2 = trouble
want 1 '1 of 2 elements differ, the first at 0, worst by 1.0' diff diff_a.npy diff_b.npy
want 0 '' diff --atol 1 diff_a.npy diff_b.npy
want 0 '' diff --rtol 1e-15 diff_a.npy diff_b.npy
want 1 'worst by inf' diff --rtol 1e-3 diff_big.npy diff_inf.npy
want 1 'worst by inf' diff --rtol 1e-3 diff_inf.npy diff_big.npy
want 0 '' diff diff_inf.npy diff_inf.npy
printf 'id\n9007199254740993\n' >i1.csv
printf 'id\n9007199254740992\n' >i2.csv
printf 'id\n9007199254740992.0\n' >f2.csv
printf 'id\n9007199254740994.0\n' >f4.csv
want 1 'worst by 1.0' diff i1.csv i2.csv
want 0 '' diff i2.csv f2.csv
want 1 'worst by 1.0' diff i1.csv f2.csv
want 1 '' diff i1.csv f4.csv
printf 'u\n18446744073709551615\n' >u1.csv
printf 'u\n18446744073709550616\n' >u2.csv
want 1 'worst by 999.0' diff u1.csv u2.csv
npy() { printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '$1', 'fortran_order': False, 'shape': ($2,), }"; }
{ npy '<c8' 1; printf '\0\0\200\77\0\0\0\100'; } >c1.npy                  # 1 + 2i
{ npy '<c8' 1; printf '\0\0\200\77\12\0\0\100'; } >c2.npy                 # 1 + (2 + 2.4e-6)i
want 1 'worst by 2.38' diff c1.npy c2.npy
want 0 '' diff --rtol 1e-5 c1.npy c2.npy
printf '0.1\n0.30000001192092896\n' >x.csv
want 0 '' convert --no-header x.csv x.npy
want 0 '' convert --no-header x.csv x32.npy --dtype f32
want 1 'differ' diff x.npy x32.npy
want 0 '' diff --rtol 1e-6 x.npy x32.npy
want 2 'none.npy' diff none.npy x.npy
want 2 '' diff x.npy none.npy
want 2 '--rtol' diff --rtol -1 x.npy x.npy

# convert: nothing is replaced unasked, no number changes unasked
want 1 'exists already: give --overwrite' convert x.npy x32.npy
printf '100000.0\n' >big.csv
want 1 "row 1: column '0': 100000.0 as f16 is too large: --lossy" convert --no-header big.csv big.npy --dtype f16
want 0 '' convert --no-header big.csv big.npy --dtype f16 --lossy
want 0 '["Infinity"]' json big.npy
printf '1.7\n' >frac.csv
want 1 'has a fraction' convert --no-header frac.csv frac.npy --dtype i32
want 0 '' convert --no-header frac.csv frac.npy --dtype i32 --lossy
want 0 '1' json frac.npy
want 1 "element 0: 9007199254740993 as f64 is no exact integer there" convert i1.csv id.npy --dtype f64 --name id
printf 'v,w\n1,2\n,3\n' >miss.csv
want 1 "miss.csv: row 2: column 'v': nan as i32 has no integer" convert miss.csv miss.npy --dtype i32

# what a file says reaches the terminal masked, but with --raw
for c in 'show esc.safetensors' 'json esc.safetensors' 'diff esc.safetensors x.npy' 'check esc.safetensors' \
    'show terminal_escape.csv' 'json terminal_escape.csv' 'show terminal_escape.csv zz' 'diff terminal_escape.csv x.npy'; do
    clean $c
done
want 0 'w\x1b]0;pwn\x07\r' show esc.safetensors
if "$nnfmt" show --raw terminal_escape.csv | LC_ALL=C grep -q "$(printf '\033')"; then ok; else bad "--raw masks"; fi

# .pth: views that torch keeps as conj and neg bits, as torch.load gives them; by every way of reading
want 0 '{"a":[[1.0,-2.0],[3.0,1.0]],"b":[-2.0]}' json pth_conj_neg.pth
want 0 '[-2.0]' json pth_conj_neg.pth b
for o in npz pth; do
    want 0 '' convert pth_conj_neg.pth signs.$o
    want 0 '{"a":[[1.0,-2.0],[3.0,1.0]],"b":[-2.0]}' json signs.$o
    want 0 '' diff pth_conj_neg.pth signs.$o
done
# YAML: a block of blank lines only is empty text, whatever blanks they hold
want 0 '{"note":"","lr":0.001}' json yaml_block_blank.yaml
printf 'a:\n  b: >\n\n      \n   \nc: 1\n' >blank.yaml
want 0 '{"a":{"b":""},"c":1}' json blank.yaml
printf 'b: |+\n    \n \nc: 1\n' >blank.yaml
want 0 '{"b":"\n\n","c":1}' json blank.yaml

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
