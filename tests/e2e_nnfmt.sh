#!/bin/sh
# tests/e2e_nnfmt.sh - nnfmt from outside: commands, exit codes, messages, conversions there and back, and every file of the data
# folder with the outcome that tests/data_expectations.txt lists
nnfmt=$PWD/${BUILD:-build}/nnfmt
data=${NN_TEST_DATA:-../shared/data}
case $data in /*) ;; *) data=$PWD/$data ;; esac
list=$PWD/tests/data_expectations.txt
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT INT TERM
passed=0; failed=0; skipped=0
ok()  { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; }
# want STATUS FRAGMENT ARGS...: exit status, and the fragment in the output (empty: nothing is asked)
want() {
    st=$1; frag=$2; shift 2
    out=$("$nnfmt" "$@" 2>&1); rc=$?
    if [ $rc -ne "$st" ]; then bad "nnfmt $*: status $rc, expected $st: $out"
    elif [ -n "$frag" ] && ! printf '%s\n' "$out" | grep -qF -- "$frag"; then bad "nnfmt $*: no '$frag' in: $out"
    else ok; fi
}
cd "$dir" || exit 1
printf 'a,b,name\n1,0.5,x\n2,,"y, z"\n' >t.csv
printf '{"a": [1, 2.5, NaN]}' >bad.json
printf '{"a": {"b": 1}, "c": "x"}' >g.json
printf '{"i":1,"v":0.5}\n{"i":2,"v":1.5}\n' >l.jsonl
printf 'seed: 1\nflag: yes\nlist: [1, 2]\n' >c.yaml
want 0 'usage: nnfmt' --help
want 0 'nnfmt ' --version
want 2 '' ; want 2 'x: unknown command' x; want 2 "did you mean 'convert'" convrt; want 2 '--x: unknown option' show --x t.csv; want 2 "did you mean '--pretty'" json --prety t.csv
want 2 "did you mean 'jsonl'" check --as jsnl t.csv; want 2 'expected FILE' show; want 2 'one word more' diff t.csv t.csv t.csv; want 2 'unknown option' show --seed 1 t.csv
want 0 'B convert' man; want 0 'safetensors' completions bash; want 0 '#compdef nnfmt' completions zsh
want 0 'csv: 2 rows, 3 columns' show t.csv
want 0 'missing 1 min 0.5 mean 0.5 max 0.5' show t.csv b
want 0 '[["a","b","name"],["1","0.5","x"],["2","","y, z"]]' json t.csv
want 0 '[{"a":"1","b":"0.5","name":"x"},{"a":"2","b":"","name":"y, z"}]' json --header t.csv
want 0 '{"seed":1,"flag":"yes","list":[1,2]}' json c.yaml
want 0 "warning: 'yes' is text here" check c.yaml
want 0 '[{"i":1,"v":0.5},{"i":2,"v":1.5}]' json l.jsonl
want 0 '{"b":1}' json g.json a
want 1 'bad.json:1:16: expected a value' check t.csv bad.json
want 1 'none.csv' check none.csv
want 1 't.csv:1:1: expected a value' check --as json t.csv
want 0 'jsonl: 2 lines' show l.jsonl
printf '1 2 3\n4 5 6\n' >w.data
want 0 'csv: 2 rows, 3 columns' show --delim blanks --no-header w.data
# conversions there and back
want 0 '' convert l.jsonl l.npz; want 0 '' convert l.npz l.safetensors; want 0 '' convert l.safetensors l.pth; want 0 '' convert l.pth l.csv; want 0 '' convert l.csv l2.jsonl
if cmp -s l.jsonl l2.jsonl; then ok; else bad "jsonl -> npz -> safetensors -> pth -> csv -> jsonl changed: $(cat l2.jsonl)"; fi
want 0 '' diff l.npz l.pth
want 0 '' convert t.csv t.npz; want 0 'missing' show t.csv
want 1 'takes one: use --name' convert t.npz t.npy; printf 'b\n1\n2\n3\n' >s.csv; want 0 '' convert s.csv s.npz
want 0 '' convert t.npz t.npy --name b --dtype f32
want 0 'f32' show t.npy
want 0 '[0.5,"NaN"]' json t.npy
want 1 'entry is called' convert t.npz t2.npy --name zz
want 0 '["x","y, z"]' json t.csv name; want 1 "no column is called 'zz'" json t.csv zz; want 1 "no column is called 'zz'" show t.csv zz
want 1 'has no entries to choose from by name' show l.jsonl i; want 2 "one character, \\t or blanks, got 'ab'" show --delim ab t.csv
cp t.csv x.npz; want 1 'x.npz: byte 0: not a zip archive' show x.npz; want 1 'b: shapes differ: [2] against [3]' diff t.csv s.npz
want 1 "t.csv: 'b': element 0: 0.5 as i32 has a fraction: --lossy takes it all the same" convert t.csv t.jsonl --dtype i32
want 1 "t.csv: 'b': element 1: nan does not fit i32" convert t.csv t.jsonl --dtype i32 --lossy
printf 'x\n\377\n' >b8.csv; want 1 'b8.csv: row 1: a string is not valid utf-8' convert b8.csv b8.jsonl; want 1 'b8.csv:2: a string' json b8.csv
printf '1,2\n3,4\n' >m.csv; printf '1,2\n3,4.5\n' >m2.csv
want 0 '' convert --no-header m.csv m.npy; want 0 '' convert --no-header m2.csv m2.npy
want 1 '1 of 4 elements differ, the first at 3, worst by 0.5' diff m.npy m2.npy
want 0 '' diff --atol 0.5 m.npy m2.npy
want 0 '' convert m2.npy m3.csv; want 0 '' diff --no-header m2.csv m2.csv
if [ "$(cat m3.csv)" = "0,1
1.0,2.0
3.0,4.5" ]; then ok; else bad "npy -> csv: $(cat m3.csv)"; fi
want 2 "OUT must end in" convert m.npy m.txt
# row by row, with types from a first pass
printf 'i,x,f,t,u\n1,0.5,True,00a,1\n2,,False,"b, c",18446744073709551615\n3,7,True,,2\n' >s.csv
want 0 '' convert s.csv s.jsonl
if [ "$(cat s.jsonl)" = '{"i":1,"x":0.5,"f":true,"t":"00a","u":1}
{"i":2,"x":null,"f":false,"t":"b, c","u":18446744073709551615}
{"i":3,"x":7.0,"f":true,"t":null,"u":2}' ]; then ok; else bad "csv -> jsonl: $(cat s.jsonl)"; fi
want 0 '' convert s.csv s2.csv; if cmp -s s.csv s2.csv; then ok; else bad "csv -> csv: $(cat s2.csv)"; fi
want 0 '' convert s.jsonl s3.csv; want 0 'u64' show s3.csv u
printf '{"a":1,"b":2}\n{"b":3,"a":4}\n' >o.jsonl; want 0 '' convert o.jsonl o.csv
if [ "$(cat o.csv)" = "a,b
1,2
4,3" ]; then ok; else bad "jsonl -> csv by name: $(cat o.csv)"; fi
printf '{"a":1,"b":2}\n{"a":3,"c":4}\n' >o.jsonl; want 1 "o.jsonl:2: 'c' is no key of the first line" convert o.jsonl o.csv --overwrite
printf '{"a":1,"b":"x","c":true}\n{"c":false}\n{}\n{"b":"y","a":4}\n' >o.jsonl; want 0 '' convert o.jsonl o.csv --overwrite
if [ "$(cat o.csv)" = "a,b,c
1,x,True
,,False
,,
4,y," ]; then ok; else bad "jsonl with missing keys -> csv: $(cat o.csv)"; fi
want 0 '' convert o.jsonl gaps.npz; want 0 '[1.0,"NaN","NaN",4.0]' json gaps.npz a; want 0 '["x","","","y"]' json gaps.npz b
printf '[1,2]\n[3]\n' >o.jsonl; want 1 "o.jsonl:2: expected 2 values as in the first line, got 1" convert o.jsonl o.csv --overwrite
printf '{"a":1}\n[3]\n' >o.jsonl; want 1 "o.jsonl:2: expected an object as in the first line, got" convert o.jsonl o.csv --overwrite
want 1 "column 'f': expected a number, got 'True'" convert s.csv s.npy
want 0 '' convert m2.csv m4.npy --no-header --dtype f32; want 0 'f32' show m4.npy; want 0 '' convert m2.npy m5.npy --dtype f32; want 0 '' diff m4.npy m5.npy
# memory does not grow with the file: 48 MB under 40 MB of address space
if [ -n "${BUILD:-}" ]; then :                        # sanitizers reserve address space of their own
elif (ulimit -v 40000 && "$nnfmt" --version) >v.txt 2>&1; then
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%d,%.17g,word%d,%s\n", i, i / 7, i % 50, i % 2 ? "True" : "False" }' >block
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"id\":%d,\"a\":%.17g,\"name\":\"word%d\"}\n", i, i / 7, i % 50 }' >blockl
    { echo id,a,name,flag; i=0; while [ $i -lt 60 ]; do cat block; i=$((i + 1)); done; } >big.csv
    { i=0; while [ $i -lt 50 ]; do cat blockl; i=$((i + 1)); done; } >big.jsonl
    { echo id,a; i=0; while [ $i -lt 60 ]; do cut -d, -f1,2 block; i=$((i + 1)); done; } >bign.csv
    small() { if (ulimit -v 40000 && "$nnfmt" "$@") >out.txt 2>err.txt; then ok; else bad "in 40 MB: nnfmt $*: $(head -c 300 err.txt)"; fi; }
    for f in big.csv big.jsonl; do small check $f; small show $f; small json $f; done
    small convert big.csv b1.jsonl; small convert big.jsonl b2.csv; small convert big.csv b3.csv; small convert bign.csv b4.npy
    if cmp -s big.csv b3.csv; then ok; else bad "a long csv -> csv changed"; fi
    want 0 '[1200000,2]' show b4.npy
    # tables into columns, and back; a pipe is copied first
    small convert big.csv b1.npz; small convert b1.npz b2.csv --overwrite; small convert b1.npz b1.jsonl --overwrite; small diff b1.npz b2.csv
    small convert bign.csv b1.safetensors; small convert bign.csv b1.pth; small diff b1.pth b1.safetensors; small convert big.jsonl b2.npz
    if (ulimit -v 40000; "$nnfmt" convert - b3.npz <big.csv) && cmp -s b1.npz b3.npz; then ok; else bad "a long csv through a pipe changed"; fi
    rm -f big* b[1-4].*
    # an array of 64 MiB: stored, deflated, Fortran order, from a pipe, and into every format (2 GiB: the same)
    { printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (16384, 1024), }"; head -c 67108864 /dev/zero; } >wide.npy
    { printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': True, 'shape': (16384, 1024), }"; head -c 67108864 /dev/zero; } >fort.npy
    for o in npz safetensors pth; do small convert wide.npy wide.$o; small diff wide.npy wide.$o; small check wide.$o; small show wide.$o; done
    small diff fort.npy wide.pth; small convert fort.npy w2.npy
    if cmp -s wide.npy w2.npy; then ok; else bad "Fortran order -> npy"; fi
    small convert wide.safetensors half.npz --dtype f16; small convert wide.pth w2.csv; small convert wide.npz w2.jsonl
    small json wide.npz array; small json wide.pth array
    if gzip -1c wide.npy | (ulimit -v 40000; "$nnfmt" convert --overwrite - w2.npy) && cmp -s wide.npy w2.npy; then ok; else bad "a long array through a pipe changed"; fi
    rm -f w2.*
    # a deflated archive with columns side by side
    if command -v python3 >/dev/null && python3 -c 'import numpy as n
n.savez_compressed("packed.npz", a=n.arange(4000000) % 10, b=n.zeros(4000000))' 2>/dev/null; then
        small show packed.npz; small convert packed.npz p.csv; small diff packed.npz p.csv; small convert packed.npz p.pth; small diff p.pth packed.npz
    fi
    rm -f wide.* half.* fort.* packed.* p.*
else echo "skip e2e_nnfmt: no limit on address space here"; skipped=$((skipped + 1)); fi
# standard input: the format is told by content
for f in t.csv l.jsonl g.json l.npy; do
    [ -f $f ] || "$nnfmt" convert l.jsonl $f --name v
    a=$("$nnfmt" json $f 2>&1); b=$("$nnfmt" json - <$f 2>&1)
    if [ "$a" = "$b" ] && "$nnfmt" check - <$f && "$nnfmt" show - <$f >show.txt 2>&1 && [ -s show.txt ]; then ok; else bad "$f from standard input: $b"; fi
    gzip -c $f | "$nnfmt" json - >gz.txt 2>&1; if [ "$(cat gz.txt)" = "$a" ]; then ok; else bad "$f.gz from standard input"; fi
done
if "$nnfmt" json --as yaml - <c.yaml | grep -qxF '{"seed":1,"flag":"yes","list":[1,2]}'; then ok; else bad "yaml from standard input"; fi
if "$nnfmt" convert - o.npz <l.jsonl && "$nnfmt" diff o.npz l.npz; then ok; else bad "convert from standard input"; fi
if "$nnfmt" show - <l.npz 2>&1 | grep -qF 'cannot be read from a pipe'; then ok; else bad "npz from standard input"; fi
if { cat l.npy; echo x; } | "$nnfmt" check - >x.txt; then bad "bytes behind an array from standard input"; else ok; fi
if printf 'a,b\n1,2\n' | "$nnfmt" json - | grep -qxF '[["a","b"],["1","2"]]'; then ok; else bad "json from standard input"; fi
printf 'a,b\n1,2\n' | gzip -n >z.csv.gz 2>/dev/null && want 0 'csv: 1 rows, 2 columns' show z.csv.gz
head -c 100 l.npz >cut.npz; want 1 '' check cut.npz; want 1 '' show cut.npz
# nothing half-written: a source cut short, a full disk, an end by signal; what was there stays
printf 'a\n1\n2\n3\n' >c.csv; "$nnfmt" convert c.csv c.npz; "$nnfmt" convert --no-header m.csv m.npz
{ printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (1048576,), }"; head -c 8388608 /dev/zero; } >v.npy
for o in npy npz safetensors pth csv jsonl; do
    echo old >keep.$o
    if head -c 5000000 v.npy | "$nnfmt" convert --overwrite - keep.$o 2>err.txt; then bad "cut short -> $o: no error"; fi
    if grep -q 'header declares 8388608 bytes of data, 4999872 present' err.txt && [ "$(cat keep.$o)" = old ]; then ok; else bad "cut short -> $o: $(cat err.txt)"; fi
    if (ulimit -f 100; "$nnfmt" convert --overwrite v.npy keep.$o) 2>err.txt || ! grep -q 'cannot write' err.txt || [ "$(cat keep.$o)" != old ]; then bad "limited disk -> $o: $(cat err.txt)"; else ok; fi
done
{ head -c 5000000 v.npy; sleep 2; } | "$nnfmt" convert --overwrite - keep.npz & sleep 1; kill -TERM $!; wait $! 2>/dev/null
if [ "$(ls -A | grep -c nntmp)" = 0 ] && [ "$(cat keep.*)" = "$(for o in 1 2 3 4 5 6; do echo old; done)" ]; then ok; else bad "left behind: $(ls -A)"; fi
rm -f v.npy keep.*
for c in 'show t.csv' 'json t.csv' 'check none.csv' 'show c.npz' 'json c.npz' 'diff m.npy m2.npy' '--help'; do
    if [ -w /dev/full ] && { "$nnfmt" $c >/dev/full 2>err.txt || ! grep -q 'standard output: cannot write' err.txt; }; then bad "$c on a full disk: $(cat err.txt)"; else ok; fi
done
# the files of others
if [ -f "$data/README.md" ]; then
    while IFS='|' read -r path outcome text; do
        case $path in ''|'#'*) continue ;; esac
        case $outcome in
            ok) want 0 '' check "$data/$path"; want 0 "$text" show "$data/$path" ;;
            refused) want 1 "$text" check "$data/$path" ;;
        esac
    done <"$list"
    # a file without a row fails
    for f in npy csv torch safetensors hidden mnist extra; do find "$data/$f" -type f; done | while read -r f; do
        grep -qF "${f#"$data/"}|" "$list" || echo "${f#"$data/"}"
    done >unlisted.txt
    if [ -s unlisted.txt ]; then bad "not in tests/data_expectations.txt: $(tr '\n' ' ' <unlisted.txt)"; else ok; fi
else
    echo "skip e2e_nnfmt: needs the data folder"; skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
