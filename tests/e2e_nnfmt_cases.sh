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
is() { if [ "$1" = "$2" ]; then ok; else bad "got $1, expected $2"; fi; }
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

# check claims only what it knows: other formats are named by their first bytes, binary is no CSV
want 1 'zeros.csv: unknown format: NUL bytes, which no text holds' check zeros.csv
want 1 'utf16_onecol.csv: unknown format: text in UTF-16: --encoding utf-16 reads it' check utf16_onecol.csv
# GGUF (types.gguf: little-endian, version 3; types_be.gguf: big-endian, version 2; one tensor of five is quantised)
for c in show json check; do want 0 '' $c model.gguf; done
want 0 'version 3, little-endian, alignment 64, 5 tensors, 18 pairs of metadata' show types.gguf
want 0 'version 2, big-endian, alignment 64, 5 tensors, 18 pairs of metadata' show types_be.gguf
meta='"t.i8":-128,"t.u16":65535,"t.i16":-32768,"t.u32":4294967295,"t.i32":-2147483648,"t.f32":1e-05,"t.bool":true'
for f in types.gguf types_be.gguf; do
    want 0 '"a":[[-2.5,-1.5,-0.5],[0.5,1.5,2.5]],"b":[7,-9],"c":[[1.0,2.0,4.0,8.0]],"d":1.5,' json $f
    want 0 "$meta" json $f
    want 0 '"t.texts":["a","","é"],"t.shorts":[-1,300],"t.none":[],"t.nested":[[1,2],["deep"]]' json $f
    want 0 "metadata general.architecture            'llama'" show $f
    want 0 "metadata t.texts                         text  [3] 'a', '', 'é'" show $f
    want 0 'metadata t.u64                           u64   18446744073709551615' show $f
    want 0 'not read: q: Q4_0 [2,32], 36 bytes: quantised' show $f
    want 0 'not read: q: Q4_0 [2,32], 36 bytes: quantised' show $f q
    want 1 "$f: 'q' is in an unknown format: Q4_0 [2,32], 36 bytes: quantised" check $f
    want 2 "q: Q4_0 [2,32], 36 bytes: quantised" diff $f $f
    want 0 "$f: left out: q: Q4_0 [2,32], 36 bytes: quantised" convert $f t.safetensors --overwrite
    want 1 'unknown format' convert --strict $f u.pth
    want 0 '"t.f32":"1e-05","t.bool":"true"' json t.safetensors
    want 0 "'t.texts' of the metadata is left out" convert $f t.safetensors --overwrite
    want 0 '' convert $f t.pth --overwrite
    want 0 '' diff t.safetensors t.pth
    want 0 '[[-2.5,-1.5,-0.5],[0.5,1.5,2.5]]' json t.pth a
    gzip -nc $f >z.gguf.gz
    want 0 'not read: q: Q4_0' show z.gguf.gz
    head -c 700 $f >cut.gguf
    for c in show json check; do want 1 'cut.gguf: ' $c cut.gguf; done
done
want 0 '[7,-9]' json types_be.gguf b
want 0 '' json --only b types_be.gguf
if "$nnfmt" json --only b types_be.gguf 2>/dev/null | grep -q metadata; then bad "--only takes metadata too"; else ok; fi
if "$nnfmt" show - <types.gguf 2>&1 | grep -qF 'gguf cannot be read from a pipe'; then ok; else bad "gguf from standard input"; fi
printf 'PK' >x.gguf; want 1 "x.gguf: byte 0: expected 'GGUF' and a version" check x.gguf
# show: ranges, more than ranges, headers alone
want 0 'std 1.707825128 zeros 0 bins 1 0 1 0 1 0 1 0 1 1 first -2.5 -1.5 -0.5 0.5' show --values all types.gguf a
want 0 'std 0.0 zeros 0 bins 0 0 0 0 0 1 0 0 0 0 first 1.5' show --values all types_be.gguf d
want 0 'zeros 0 first inf' show --values all diff_inf.npy                   # no spread
want 0 'std 0.0 zeros 0 first 1e+308' show --values all diff_big.npy       # 1e308 - 1/2 is 1e308: no bins
want 0 'first 9007199254740993 7' show --values all diff_b.npy
gzip -nc diff_a.npy >a.npy.gz; want 0 'bins 1 0 0 0 0 0 0 0 0 1' show --values all a.npy.gz
want 0 'values not read: 16 bytes (--values yes reads them)' show --values no diff_a.npy
if "$nnfmt" show --values no diff_a.npy | grep -q min; then bad "--values no reads them"; else ok; fi
"$nnfmt" show --values all - <diff_a.npy >out.txt 2>&1; [ $? -eq 2 ] && grep -q 'reads the values twice' out.txt && ok || bad "--values all of a pipe: $(cat out.txt)"
want 2 '--values: has no effect on x.csv; it is read for arrays' show --values yes x.csv
# show as a tree: levels with totals, what repeats under numbers in one line with the range of all, --depth, --flat, --json
echo 'h.0.w,h.0.b,h.10.w,h.10.b,h.2.w,h.2.b,h.1.w,h.1.b,m.a.x,m.a.y,m.c,q/0,q/3,q/6,q/7' >deep.csv
echo '1,0.5,-7,0.5,3,0.5,4,0.25,1,2,3,1,2,3,4' >>deep.csv
"$nnfmt" convert deep.csv deep.npz || bad 'deep.npz'
tree() { "$nnfmt" show "$@" 2>&1 | sed 's/  *$//'; }
is "$(tree deep.npz)" 'npz: 15 entries
h                                        8 arrays, 8 values, 64 bytes
  {0..2} x 3                             6 arrays, 6 values, 48 bytes
    w                                    i64   [1]              min 1 mean 2.666666667 max 4
    b                                    f64   [1]              min 0.25 mean 0.416666667 max 0.5
  10                                     2 arrays, 2 values, 16 bytes
    w                                    i64   [1]              min -7 mean -7.0 max -7
    b                                    f64   [1]              min 0.5 mean 0.5 max 0.5
m                                        3 arrays, 3 values, 24 bytes
  a                                      2 arrays, 2 values, 16 bytes
    x                                    i64   [1]              min 1 mean 1.0 max 1
    y                                    i64   [1]              min 2 mean 2.0 max 2
  c                                      i64   [1]              min 3 mean 3.0 max 3
q                                        4 arrays, 4 values, 32 bytes
  {0..6..3} x 3                          i64   [1]              min 1 mean 2.0 max 3
  7                                      i64   [1]              min 4 mean 4.0 max 4
in all: 15 arrays, 15 values, 120 bytes: i64 11 with 11 values, f64 4 with 4 values'
is "$(tree --depth 1 deep.npz)" 'npz: 15 entries
h                                        8 arrays, 8 values, 64 bytes
m                                        3 arrays, 3 values, 24 bytes
q                                        4 arrays, 4 values, 32 bytes
in all: 15 arrays, 15 values, 120 bytes: i64 11 with 11 values, f64 4 with 4 values'
is "$(tree --depth 2 --only 'm.*' deep.npz | sed -n 3,4p)" '  a                                      2 arrays, 2 values, 16 bytes
  c                                      i64   [1]              min 3 mean 3.0 max 3'
is "$(tree --flat deep.npz | sed -n '2p;6p')" 'h.0.w                                    i64   [1]              min 1 mean 1.0 max 1
h.2.w                                    i64   [1]              min 3 mean 3.0 max 3'
is "$(tree --only 'h.[012].w' deep.npz | sed -n 2p)" 'h.{0..2}.w x 3                           i64   [1]              min 1 mean 2.666666667 max 4'
want 0 'std 1.247219129 zeros 0 bins 1 0 0 0 0 0 1 0 0 1 first 1' show --values all --only 'h.[012].w' deep.npz
want 2 '--depth: has no effect here; it is read without --flat' show --flat --depth 1 deep.npz
# unlike shapes or types are no repetition
printf 'l.0,l.1\n1,2\n' >rep1.csv; printf 'l.0,l.1\n1,0.5\n' >rep2.csv
"$nnfmt" convert rep1.csv rep1.npz && "$nnfmt" convert rep2.csv rep2.npz || bad rep1.npz
is "$(tree rep1.npz | sed -n 2p | cut -c 1-20)" 'l.{0..1} x 2        '
is "$(tree rep2.npz | sed -n 3p | cut -c 1-20)" '  0                 '
# entries of a .pth in one storage; what is tied counts once. Both made by torch 2.13
want 0 'lm_head.weight                           f32   [2,3]            min 0.0 mean 2.5 max 5.0 tied to wte.weight' show tied.pth
want 0 'in all: 5 tensors, 23 values, 92 bytes, 24 of them tied: f32' show tied.pth
for f in tied.pth tied_old.pth; do
    want 0 'max 5.0 in the storage of wte.weight' show $f row
    want 0 'turned                                   f32   [3,2]            min 0.0 mean 2.5 max 5.0 in the storage of' show $f
    want 0 '' convert $f ${f%.pth}.npz; want 0 '' diff $f ${f%.pth}.npz
done
is "$("$nnfmt" show tied.pth alone | grep -c stor)" 0
is "$("$nnfmt" show --json tied.pth lm_head.weight)" '{"file":"tied.pth","format":"pth","values_not_read":0,"entries":[{"name":"lm_head.weight","dtype":"f32","shape":[2,3],"values":6,"bytes":24,"member":"tied/data/0","offset":0,"tied_to":"wte.weight","min":0.0,"mean":2.5,"max":5.0,"nan":0,"inf":0}],"not_read":[]}'
is "$("$nnfmt" show --json --values no diff_b.npy)" '{"file":"diff_b.npy","format":"npy","values_not_read":16,"entries":[{"name":"array","dtype":"i64","shape":[2],"values":2,"bytes":16,"offset":128}],"not_read":[],"tree":[{"name":"array","dtype":"i64","shape":[2],"tensors":1,"values":2,"bytes":16}],"total":{"tensors":1,"values":2,"bytes":16,"tied_bytes":0,"dtypes":{"i64":{"tensors":1,"values":2,"bytes":16}}}}'
want 0 '"min":7,"mean":4503599627370500.0,"max":9007199254740993' show --json diff_b.npy
want 0 '"tree":[{"name":"h","tensors":8,"values":8,"bytes":64,"parts":[{"name":"{0..2}","repeats":3,"tensors":6,"values":6,"bytes":48,"parts":[{"name":"w","dtype":"i64","shape":[1],"tensors":3,' show --json deep.npz
want 0 '"tree":[{"name":"h","tensors":8,"values":8,"bytes":64},{"name":"m"' show --json --depth 1 deep.npz
if "$nnfmt" show --json --flat deep.npz | grep -q tree; then bad '--json --flat has a tree'; else ok; fi
for f in model.gguf types_be.gguf f8.safetensors npz_readme.npz esc.safetensors terminal_escape.csv blank.yaml x.npy; do
    "$nnfmt" show --json $f >doc.json 2>doc.err; want 0 'format: string' show doc.json; want 0 "" check doc.json
done
# parts of arrays, their range and values; bars; texts
printf '0,1,2\n3,4.5,5\n' >m23.csv; want 0 '' convert --no-header m23.csv m23.npy
is "$("$nnfmt" show m23.npy '[:, -1]')" 'npy: 1 entries
[:, -1]                                  f64   [2]              min 2.0 mean 3.5 max 5.0
  2.0 5.0'
is "$("$nnfmt" show m23.npy 'array[0:2, ::2]' | sed -n '3,$p')" '  [0,:] 0.0 2.0
  [1,:] 3.0 5.0'
is "$("$nnfmt" json m23.npy '[1]')" '[3.0,4.5,5.0]'
is "$("$nnfmt" json m23.npy '[1,1]')" 4.5
is "$("$nnfmt" json deep.npz 'h.10.w[0]')" -7
for f in '[2]:axis 0, of 2: the index is out of range' '[0,0,0]:more indices than dimensions' '[::-1]:axis 0, of 2: expected a step of 1 or more' '[]:expected an index' \
    '[x]:expected an index or FIRST:END:STEP' '[0,]:axis 1, of 3: expected an index' '[..., ...]:expected ... once' '[0 0]:expected an index or' '[9223372036854775808]:expected a number'; do
    for c in show json; do want 1 "m23.npy: ${f%%]:*}]: " $c m23.npy "${f%%]:*}]"; want 1 "${f##*]:}" $c m23.npy "${f%%]:*}]"; done
done
want 1 "no entry is called 'zz[0]'" json deep.npz 'zz[0]'
want 1 '--values no: [0] asks for values' show --values no m23.npy '[0]'
if "$nnfmt" show - '[0]' <m23.npy 2>&1 | grep -qF '[0]: is read twice'; then ok; else bad 'a part of a pipe'; fi
is "$("$nnfmt" json - '[:,::2]' <m23.npy)" '[[0.0,2.0],[3.0,5.0]]'
want 0 'std 1.5 zeros 0 bins 1 0 0 0 0 0 0 0 0 1' show --values all m23.npy '[:,2]'
is "$("$nnfmt" show --values bars m23.npy | sed 's/^ *//' | sed -n '4,5p;13p')" '[0.0, 0.5)                              1 ####################
[0.5, 1.0)                              0 
[4.5, 5.0]                              2 ########################################'
printf 'a,t\n1,x\n2,"y z"\n' >texts.csv; want 0 '' convert texts.csv texts.npz
want 0 "first 'x' 'y z' width 3" show texts.npz
want 0 '"first":["x","y z"]' show --json texts.npz

# safetensors in several files, by their index (huggingface's): one model, in either order of its files
mkdir sharded; cd sharded || exit 1
printf 'x,y\n1,2\n3,4.5\n' >one.csv; printf 'z\n-7\n' >two.csv; printf 'x,y,z\n' >all.csv
want 0 '' convert one.csv m-1-of-2.safetensors
want 0 '' convert two.csv m-2-of-2.safetensors
index=m.safetensors.index.json
printf '{"metadata":{"total_size":40},"weight_map":{"x":"m-1-of-2.safetensors","z":"m-2-of-2.safetensors","y":"m-1-of-2.safetensors"}}' >$index
want 0 'safetensors: 3 entries in 2 files' show $index
want 0 'min -7 mean -7.0 max -7' show $index z
want 0 '' check $index
want 0 '' convert $index all.safetensors
want 0 '{"x":[1,3],"y":[2.0,4.5],"z":[-7]}' json --as shards $index
want 0 '"weight_map":' json $index
want 0 '' diff $index all.safetensors
want 0 '' diff all.safetensors $index
want 0 '' convert $index x.npy --name x
want 0 '[1,3]' json x.npy
cd .. || exit 1
want 0 '' diff sharded/$index sharded/all.safetensors
want 0 '{"q":[-7]}' json --as shards --only z --rename z=q sharded/$index
cd sharded || exit 1
gzip -c $index >z.safetensors.index.json.gz; want 0 '3 entries in 2 files' show z.safetensors.index.json.gz
two() { printf '{"weight_map":{"x":"%s","y":"m-1-of-2.safetensors"%s}}' "$1" "$2" >bad.safetensors.index.json; }
two m-1-of-2.safetensors ',"z":"m-3-of-2.safetensors"'
for c in show check; do want 1 'm-3-of-2.safetensors: cannot open: no such file' $c bad.safetensors.index.json; done
want 2 'm-3-of-2.safetensors: cannot open' diff bad.safetensors.index.json all.safetensors
two m-2-of-2.safetensors ',"z":"m-2-of-2.safetensors"'
want 1 "'x' lies in m-1-of-2.safetensors, of which the index knows nothing" check bad.safetensors.index.json
want 1 "'x' is not in m-2-of-2.safetensors, where the index has it" convert bad.safetensors.index.json out.npz
two m-1-of-2.safetensors ',"w":"m-1-of-2.safetensors"'
want 1 "'w' is not in m-1-of-2.safetensors, where the index has it" check bad.safetensors.index.json
printf '{"weight_map":{"x":"m-1-of-2.safetensors"}}' >few.safetensors.index.json
want 1 "'y' lies in m-1-of-2.safetensors, of which the index knows nothing" check few.safetensors.index.json
want 0 'not read: y: not in the index, but in m-1-of-2.safetensors' show few.safetensors.index.json
want 0 '{"x":[1,3]}' json --as shards few.safetensors.index.json
for n in ../sharded/m-1-of-2.safetensors /etc/passwd 'a\\\\m.safetensors'; do
    printf '{"weight_map":{"x":"%s"}}' "$n" >bad.safetensors.index.json
    want 1 "'x': file '" check bad.safetensors.index.json
    want 1 'is not a name beside the index' show bad.safetensors.index.json
done
for n in '..' '' 'a\u0000b' 'a:b'; do printf '{"weight_map":{"x":"%s"}}' "$n" >bad.safetensors.index.json; want 1 "'x': " check bad.safetensors.index.json; done
for t in '[]' '{}' '{"weight_map":[]}' '{"weight_map":3}'; do printf '%s' "$t" >bad.safetensors.index.json; want 1 "expected an object 'weight_map'" check bad.safetensors.index.json; done
printf '{"weight_map":{"x":1}}' >bad.safetensors.index.json; want 1 "'x': expected the name of a file, got integer" check bad.safetensors.index.json
printf '{"weight_map":{"x":"a.safetensors","x":"b.safetensors"}}' >bad.safetensors.index.json; want 1 "bad.safetensors.index.json:1:" check bad.safetensors.index.json
printf '{"weight_map":{"x":"%s"}}' one.csv >bad.safetensors.index.json; want 1 'one.csv: ' check bad.safetensors.index.json
printf '{"weight_map":{}}' >none.safetensors.index.json; want 0 '0 entries in 0 files' show none.safetensors.index.json
cd .. || exit 1
want 1 'unknown format' convert zeros.csv zeros.npy
magic() { printf "$2" >"$1"; want 1 "$1: unknown format: $3" check "$1"; }
magic h.ckpt '\211HDF\r\n\032\n\0\0' HDF5
magic o.onnx '\010\010\022\007pytorch\032\0052.1.0' 'an ONNX model'
magic p.parquet 'PAR1\025\4\025' Parquet
magic a.feather 'ARROW1\0\0\377\377' Arrow
magic z.csv.zst '\050\265\057\375\44\14\141' zstd
magic j.csv '\377\330\377\340\0\020JFIF' 'a JPEG image'
magic m.mat 'MATLAB 5.0 MAT-file, Platform' 'a MATLAB file'
magic q.pkl '\200\004\225\012\0\0\0\0\0\0\0}\224.' 'a pickle of protocol 4'
magic l4.ckpt '\200\004\225\015\0\0\0\0\0\0\0\212\012l\374\234F\371 j\250P\031.' 'a PyTorch checkpoint in pickle protocol 4'
magic le.txt 'a\0,\0b\0\n\0' 'text in UTF-16, it seems'
magic latin.txt 'n\n caf\351\n' 'byte 6: 0xe9 is not UTF-8: text in latin-1'
head -c 1000 /dev/zero >model.ckpt
want 1 'unknown format' check model.ckpt
printf 'n,m\n1,caf\351\n' >latin.csv
want 1 'latin.csv:2: field 2: byte 0xe9 is not text in UTF-8: --encoding latin-1?' check latin.csv
printf 'n,m\n1,caf\303\251\n' >utf8.csv
want 0 '' check utf8.csv
{ printf 'n\n'; awk 'BEGIN { for (i = 0; i < 40000; i++) print 1 }'; printf 'a\0b\n'; } >late.csv
want 1 'late.csv:40002: field 1: byte 0x00 is not text' check late.csv
want 1 'opcode 0x95 of pickle protocol 4 is not read: save with protocol 2' check pth_protocol4.pth
# a checkpoint keeps its nesting; the model alone on request; safetensors takes what it can
want 0 '' convert pth_nested.pth nest.pth
want 0 '' diff pth_nested.pth nest.pth
want 0 '' convert --state pth_nested.pth model.safetensors
want 0 'w                                        f32' show model.safetensors
want 0 "metadata format                          'pt'" show model.safetensors
a=$("$nnfmt" json pth_nested.pth); b=$("$nnfmt" json nest.pth)
if [ "$a" = "$b" ]; then ok; else bad "a nested checkpoint written again: $b"; fi

# writing, too: what OUT has no type for is left out with a line, refused by --strict; nothing but such items is refused
h='{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}'
{ printf "\\$(printf %o ${#h})\0\0\0\0\0\0\0%s" "$h"; printf '\300\77\007'; } >bf.safetensors
want 0 "bf.safetensors: 'a' is left out: NumPy (--dtype f32 converts) has no dtype bf16" convert bf.safetensors bf.npz
is "$("$nnfmt" json bf.npz)" '{"b":[7]}'
want 1 "bf.safetensors: 'a': NumPy (--dtype f32 converts) has no dtype bf16" convert --strict bf.safetensors bf2.npz
want 0 '' convert --dtype f32 bf.safetensors bf3.npz
is "$("$nnfmt" json bf3.npz)" '{"a":[1.5],"b":[7.0]}'
want 1 'nothing in it is of a type that bf4.npz can take' convert --only a bf.safetensors bf4.npz
want 1 "'a': NumPy (--dtype f32 converts) has no dtype bf16" convert --dtype bf16 bf3.npz bf5.npz
[ -e bf2.npz ] || [ -e bf4.npz ] || [ -e bf5.npz ]; is $? 1
want 0 'tied.pth: entries in the storage of others, each written on its own: 3' convert tied.pth tied2.pth
want 0 '' diff tied.pth tied2.pth

# one foreign item costs one item: it is named, the others are read
want 0 'F8_E4M3' show f8.safetensors
want 0 '[1.0,1.0]' json f8.safetensors b
want 0 '' check f8.safetensors
want 0 "'w' is written as its u8 codes, --dtype f32 converts: it is F8_E4M3" convert f8.safetensors f8.npz
want 0 '' convert f8.safetensors f8f.npz --dtype f32
want 0 'not read: README.txt: not an array' show npz_readme.npz
want 0 'left out: README.txt' json npz_readme.npz
want 1 'README.txt: not an array: the name does not end in .npy' check npz_readme.npz
want 2 'no difference in what was read, but not all could be read' diff npz_readme.npz npz_readme.npz
want 1 'README.txt: not an array' convert --strict npz_readme.npz r.pth
want 0 '' convert npz_readme.npz r.pth
want 0 'ucs4' show pth_u64_seed.pth
want 0 '' check pth_u64_seed.pth
want 0 '' convert pth_u64_seed.pth seed.pth
want 0 '' diff pth_u64_seed.pth seed.pth
# the metadata of safetensors are no tensors
want 0 "metadata format" show meta_confusion.safetensors
want 0 'safetensors: 1 entries' show meta_confusion.safetensors
# ranges: integers exactly, float32 in its shortest form, sums beyond the largest double, complex numbers
{ npy '<i8' 2; printf '\377\377\377\377\377\377\377\177\001\0\0\0\0\0\040\0'; } >i8.npy
want 0 'min 9007199254740993 mean' show i8.npy
want 0 'max 9223372036854775807' show i8.npy
printf 'id,u\n-9007199254740993,18446744073709551615\n1,2\n' >id.csv
want 0 'min -9007199254740993' show id.csv
want 0 'max 18446744073709551615' show id.csv
printf '0.1\n' >tenth.csv
want 0 '' convert --no-header tenth.csv tenth.npy --dtype f32
want 0 'min 0.1 ' show tenth.npy
printf '1.7e308\n1.7e308\n' >high.csv
want 0 'mean 1.7e+308' show --no-header high.csv
want 0 '|max| 2.2360679' show c1.npy
# a key that comes twice: the last one, with a line
printf '{"a": 1, "b": 2, "a": 3}' >twice.json
want 0 '{"b":2,"a":3}' json twice.json
want 0 'warning: the last one counts' check twice.json

# a text that came out of a small gzip has a budget
awk 'BEGIN { printf "["; for (i = 0; i < 3000000; i++) printf "1,"; print "1]" }' | gzip -9n >bomb.json.gz
want 1 'the document needs more memory than its limit' check bomb.json.gz
want 0 '' check --memory 2000 bomb.json.gz

# containers inside gzip; bytes that are no text; JSON lines under another name; Python's NaN
for f in npz_readme.npz pth_nested.pth f8.safetensors; do
    gzip -c $f >$f.gz
    a=$("$nnfmt" json $f 2>/dev/null); b=$("$nnfmt" json $f.gz 2>/dev/null)
    if [ -n "$a" ] && [ "$a" = "$b" ]; then ok; else bad "$f.gz: $b"; fi
done
want 0 '' diff pth_nested.pth pth_nested.pth.gz
head -c 60 pth_nested.pth | gzip >cut.pth.gz
want 1 'cut.pth.gz: byte' check cut.pth.gz
{ npy '|S2' 2; printf 'ab\377\376'; } >bytes.npy
want 1 "bytes.npy: 'array': element 1: a string is not valid utf-8" json bytes.npy
is "$("$nnfmt" json --bytes hex bytes.npy)" '["6162","fffe"]'
is "$("$nnfmt" json --bytes latin-1 bytes.npy)" "$(printf '["ab","\303\277\303\276"]')"
want 0 'ucs4' show --bytes hex bytes.npy
for o in csv jsonl npz pth; do
    want 0 '' convert --bytes hex bytes.npy hex.$o
    case $o in csv) h=--header ;; *) h= ;; esac
    want 0 'fffe' json $h hex.$o
done
want 1 "a string is not valid utf-8" convert bytes.npy bytes.jsonl
printf '{"a":1}\n{"a":2}\n' >lines.json
want 1 'JSON lines? --as jsonl' check lines.json
want 0 '' check --as jsonl lines.json
printf '[1.5, NaN, -Infinity]' >nan.json
want 1 'nan.json:1:7: expected a value' check nan.json
want 0 '[1.5,"NaN","-Infinity"]' json --nan nan.json
# an array without a name: np.savez(**{"": x}) calls its member ".npy"
if command -v python3 >/dev/null && python3 -c 'import numpy as n; n.savez("nameless.npz", **{"": n.arange(3)})' 2>/dev/null; then
    want 0 '{"":[0,1,2]}' json nameless.npz
    want 0 '' convert nameless.npz nameless2.npz
    want 0 '' diff nameless.npz nameless2.npz
fi

# which entries, under which names: in every command, for arrays and columns
printf 'long.a,long.b,b,blong\n1,2,x,7\n4,5,y,8\n' >p.csv
is "$("$nnfmt" json --only 'long.[ab],b' --rename long=s p.csv)" '[["s.a","s.b","b"],["1","2","x"],["4","5","y"]]'
is "$("$nnfmt" json --no-header --only 1 p.csv)" '[["long.b"],["2"],["5"]]'
is "$("$nnfmt" json --header --only '*g' --rename blong=c p.csv)" '[{"c":"7"},{"c":"8"}]'
is "$("$nnfmt" show --only '*.b' --strip long. p.csv | sed 's/  */ /g')" 'csv: 2 rows, 4 columns
b i64 min 2 mean 3.5 max 5
first rows:
2
5'
want 1 "p.csv: 'b' would be called 'b' like another entry" json --strip long. p.csv
want 0 '' convert --only 'l*.?' --rename long.a=q p.csv q.csv
is "$(cat q.csv)" 'q,long.b
1,2
4,5'
want 0 '' convert --only 'l*' --dtype i8 p.csv q.npy
is "$("$nnfmt" json q.npy)" '[[1,2],[4,5]]'
want 1 "expected a number" convert p.csv q1.npy --only b
printf 'c,long.a,blong\n3,0,1\n3,1,8\n' >p8.csv
want 1 "row 2: column 'blong': 8.0 as bool is neither 0 nor 1" convert --only 'b*g,*.a' --dtype bool --rename blong=x p8.csv q2.npy
want 0 '' convert --only 'long.?' --rename long=l p.csv q.npz
is "$("$nnfmt" json q.npz)" '{"l.a":[1,4],"l.b":[2,5]}'
want 0 '' diff --rename long=l --only 'l*' q.npz p.csv
want 1 'only in p.csv' diff --rename long=l q.npz p.csv
for o in npz safetensors pth jsonl; do
    want 0 '' convert --only 'l.*' --strip l. q.npz one.$o
    want 0 '' diff --strip l. q.npz one.$o
done
is "$("$nnfmt" json one.pth --only '?' --rename a=w)" '{"w":[1,4],"b":[2,5]}'
want 1 "'b' would be called 'a' like another entry" show one.pth --rename b=a
want 1 "'b' would be called 'a' like another entry" convert one.pth one2.npz --rename b=a
for c in show json; do want 1 'q.npz: --only zz meets no name' $c --only l.a,zz q.npz; done
want 1 'q.npz: --strip zz meets no name' convert --strip zz q.npz zz.npz
want 2 '--rename zz=a meets no name' diff --rename zz=a q.npz one.pth
want 2 "expected OLD=NEW, got 'a'" show --rename a q.npz
want 2 '--only: has no effect beside NAME' show --only l.a q.npz l.a
want 2 '--strip: has no effect beside --name' convert --strip l. --name l.a q.npz n.npy
cp lines.json lines.jsonl
want 2 'has no effect on lines.jsonl' json --only a lines.jsonl
want 0 '{"model.w":[1.0,1.0]}' json --only 'model.*' pth_nested.pth
want 0 '' convert --only 'model.*' --strip model. pth_nested.pth w.pth
is "$("$nnfmt" json w.pth)" '{"w":[1.0,1.0]}'
want 0 '' convert --state --rename w=v pth_nested.pth v.npz
is "$("$nnfmt" json v.npz)" '{"v":[1.0,1.0]}'
is "$("$nnfmt" json --only x npz_readme.npz 2>&1)" '{"x":[0,1,2]}'
want 0 'not read: README.txt' show --only 'R*' npz_readme.npz

# text in other encodings: UTF-16 with either mark or none, pairs, pieces longer than a buffer, latin-1; from pipes and gzip
is "$("$nnfmt" json --encoding utf-16 utf16_onecol.csv)" '[["a"],["1"],["2"]]'
is "$("$nnfmt" json --encoding utf-16 - <utf16_onecol.csv)" '[["a"],["1"],["2"]]'
gzip -c utf16_onecol.csv >u16.csv.gz
is "$("$nnfmt" json --encoding utf-16 u16.csv.gz)" '[["a"],["1"],["2"]]'
want 0 '' check --encoding utf-16 utf16_onecol.csv
printf '{"k":"\360\237\230\200\303\251"}' >smile.json
printf '{\0"\0k\0"\0:\0"\0\75\330\0\336\351\0"\0}\0' >le.json
printf '\376\377\0{\0"\0k\0"\0:\0"\330\75\336\0\0\351\0"\0}' >be.json
is "$("$nnfmt" json smile.json)" "$("$nnfmt" json --encoding utf-16 le.json)"
is "$("$nnfmt" json smile.json)" "$("$nnfmt" json --encoding utf-16 be.json)"
want 1 'le.json: unknown format: text in UTF-16, it seems' json le.json
printf 'a\0\75\330b\0' >half.csv
want 1 'half.csv: byte 2: half of a character of UTF-16' json --encoding utf-16 half.csv
printf 'a\0\75\330' >half.csv
want 1 'half.csv: byte 2: half of a character of UTF-16' check --encoding utf-16 half.csv
printf 'a\0\0\334' >half.csv
want 1 'half.csv: byte 2: half of a character of UTF-16' check --encoding utf-16 half.csv
printf 'a\0\n\0b' >half.csv
want 1 'half.csv: byte 4: half of a character of UTF-16' check --encoding utf-16 half.csv
is "$("$nnfmt" json --encoding latin-1 latin.csv)" "$("$nnfmt" json utf8.csv)"
is "$("$nnfmt" json --encoding latin-1 --header - <latin.csv)" "$("$nnfmt" json --header utf8.csv)"
printf '{"k":"\351"}\n{"k":"\375"}\n' >latin.jsonl
is "$("$nnfmt" json --encoding latin-1 latin.jsonl)" "$(printf '[{"k":"\303\251"},{"k":"\303\275"}]')"
printf 'k: "\351"\n' >latin.yaml
is "$("$nnfmt" json --encoding latin-1 latin.yaml)" "$(printf '{"k":"\303\251"}')"
for o in csv npz jsonl; do
    want 0 '' convert --encoding latin-1 latin.csv l1.$o
    want 0 '' convert utf8.csv l8.$o
    want 0 '' diff l1.$o l8.$o
done
want 0 '' diff --encoding latin-1 latin.csv latin.csv
LC_ALL=C awk 'BEGIN { print "n"; for (i = 0; i < 60000; i++) printf "\303\251%d\n", i }' >long8.csv
LC_ALL=C awk 'BEGIN { print "n"; for (i = 0; i < 60000; i++) printf "\351%d\n", i }' >long.csv
want 0 '' convert --encoding latin-1 long.csv long1.csv
if cmp -s long1.csv long8.csv; then ok; else bad "a long text in latin-1"; fi
want 0 '' convert i1.csv i1.npz
want 1 'i1.npz: --encoding is for text, got a npz file' show --encoding latin-1 i1.npz
want 1 '--encoding is for text, got a npz file' convert --encoding utf-16 --as npz i1.csv i2.npz
want 2 "did you mean 'latin-1'" show --encoding latin1 latin.csv

# how a table is read: lines passed over, comments, blanks, a word for what is missing, rows, counts in front
printf '# c\nskip\na, b\n1, ?\n#x\n3, 4\n5, 6\n' >odd.csv
odd='--comment # --skip-lines 2 --skip-space --missing ?'
is "$("$nnfmt" json $odd odd.csv)" '[["a","b"],["1",null],["3","4"],["5","6"]]'
is "$("$nnfmt" json $odd odd.csv b)" '[null,"4","6"]'
is "$("$nnfmt" json $odd --take 2:9 odd.csv)" '[["a","b"],["3","4"],["5","6"]]'
is "$("$nnfmt" json $odd --take 2 --header odd.csv)" '[{"a":"3","b":"4"}]'
is "$("$nnfmt" json $odd --take 1:2 --no-header odd.csv)" '[["a","b"],["1",null]]'
want 0 'b                                        f64   missing 1 min 4 mean 5.0 max 6' show $odd odd.csv
want 0 'csv: 1 rows, 2 columns' show $odd --take 3:3 odd.csv
want 0 'csv: 0 rows, 2 columns' show $odd --take 4:4 odd.csv
want 0 '' check --comment '#' --skip-lines 2 odd.csv
want 1 '' check odd.csv
want 0 '' convert $odd odd.csv odd2.csv
is "$(cat odd2.csv)" 'a,b
1,
3,4
5,6'
want 0 '' convert $odd --take 2:3 odd.csv odd2.npy
is "$("$nnfmt" json odd2.npy)" '[[3.0,4.0],[5.0,6.0]]'
want 0 '' convert $odd --take 2:2 odd.csv odd2.npz
is "$("$nnfmt" json odd2.npz)" '{"a":[3],"b":[4]}'
want 0 '' convert $odd --take 2:2 odd.csv odd2.jsonl
is "$(cat odd2.jsonl)" '{"a":3,"b":4}'
want 1 "odd.csv: row 2: column 'a': 3.0 as bool is neither 0 nor 1" convert $odd --take 2:2 --dtype bool odd.csv odd3.npy
want 0 '' diff $odd --take 2:3 odd.csv odd.csv
want 0 '' diff --take 1 i1.csv i1.csv
want 2 'expected LO:HI' json --take 2:1 odd.csv
want 2 '--take: expected' json --take 0:1 odd.csv
want 2 "--comment: expected one character, got 'ab'" show --comment ab odd.csv
want 2 '--skip-lines: has no effect on i1.npz' show --skip-lines 1 i1.npz
printf '2,2,x,y\n1,2,0\n3,4,1\n' >counts.csv
is "$("$nnfmt" json --counts counts.csv)" '[["1","2","0"],["3","4","1"]]'
is "$("$nnfmt" json --counts - <counts.csv)" '[["1","2","0"],["3","4","1"]]'
want 0 '' convert --counts --only 0,1 counts.csv counts.npy
is "$("$nnfmt" json counts.npy)" '[[1.0,2.0],[3.0,4.0]]'
want 0 '' check --counts counts.csv
printf '3,2,x,y\n1,2,0\n3,4,1\n' >counts.csv
want 1 'counts.csv:1: counts 3 rows of 2 columns and a label, there are 2 of 2' check --counts counts.csv
want 1 "p.csv:1: expected two counts, of rows and of columns but the label, got 'long.a'" show --counts p.csv
want 2 '--counts: has no effect on i1.npz' check --counts i1.npz

# numbers with a comma: columns of nothing else; text, quotes, comments, lines' ends and the other delimiters stay
printf '# a;1,5\nname;x;y\n"a;1,5";1,5;2\r\n"3,4";"-0,25";1e3\nb;;,5\n' >comma.csv
is "$("$nnfmt" json --decimal comma --comment '#' comma.csv)" '[["name","x","y"],["a;1,5","1.5","2"],["3,4","-0.25","1e3"],["b","",".5"]]'
is "$("$nnfmt" json --decimal comma --comment '#' - <comma.csv)" "$("$nnfmt" json --decimal comma --comment '#' comma.csv)"
is "$("$nnfmt" json --decimal comma --no-header --delim ';' --comment '#' comma.csv | cut -c 1-40)" '[["name","x","y"],["a;1,5","1,5","2"],["'
want 0 'x                                        f64   missing 1 min -0.25 mean 0.625 max 1.5' show --decimal comma --comment '#' comma.csv
want 0 '' convert --decimal comma --comment '#' comma.csv comma.npz
is "$("$nnfmt" json comma.npz)" '{"name":["a;1,5","3,4","b"],"x":[1.5,-0.25,"NaN"],"y":[2.0,1000.0,0.5]}'
want 0 '' diff --decimal comma --comment '#' comma.csv comma.csv
printf 'a\tb\n1,5\t2.5\n' >comma.tsv
is "$("$nnfmt" json --decimal comma comma.tsv)" '[["a","b"],["1.5","2.5"]]'
gzip -nc comma.tsv >comma.tsv.gz; is "$("$nnfmt" json --decimal comma comma.tsv.gz a)" '["1.5"]'
printf '\303\244;b\n"x""1;5";2,5' >commau.csv; is "$("$nnfmt" json --decimal comma commau.csv)" "$(printf '[["\303\244","b"],["x\\"1;5","2.5"]]')"
want 1 '--decimal comma needs a delimiter other than blanks' json --decimal comma --delim blanks comma.csv
want 2 '--decimal: has no effect on i1.npz' show --decimal comma i1.npz

# directories and several files: in the order of names, a line a file, the worst end
mkdir -p many/sub many/.hidden none; cp deep.npz many/b.npz; cp x.csv many/a.csv; cp tied.pth many/sub/c.pth; echo '# words, more' >many/README.md
printf '{"a":1}' >many/sub/c.json; cp z.csv.zst many/.hidden/ 2>/dev/null; ln -s .. many/sub/loop
is "$("$nnfmt" check many)" 'many/README.md: not checked: text of no known ending
many/a.csv: ok, csv
many/b.npz: ok, npz
many/sub/c.json: ok, json
many/sub/c.pth: ok, pth'
want 0 '' check many; want 0 '' check many many/b.npz many/sub/
want 1 'none: holds no files' check none; want 1 'none: holds no files' show none
cp -r many many2; head -c 700 deep.npz >many2/b.npz; printf '\211HDF\r\n\032\n\0\0' >many2/sub/d.h5
want 1 'many2/sub/d.h5: unknown format: HDF5' check many2; want 1 'many2/b.npz: byte ' check many2; want 1 'many2/sub/c.pth: ok, pth' check many2
is "$("$nnfmt" show --values no many | grep -v '^ ' | cut -c 1-40 | sed 's/  *$//' | sed -n '4,5p')" 'many/a.csv:
csv: 1 rows, 1 columns'
want 0 'npz: 15 entries' show many/a.csv many/b.npz
want 0 'values not read: 8 bytes' show --values no many/b.npz q/7
is "$("$nnfmt" show --json many/b.npz many/sub/c.pth | tr , '\n' | grep '"f[io][lr]')" '[{"file":"many/b.npz"
"format":"npz"
{"file":"many/sub/c.pth"
"format":"pth"'
want 1 '"error":"many2/b.npz: byte' show --json many2
"$nnfmt" show --json many2 >doc.json 2>/dev/null; want 0 'json: list of 6' show doc.json; want 0 '' check doc.json
want 0 'm.c                                      i64' show --only 'm.c,alone' --flat many
want 1 'many: --only nix meets no name' show --only nix many
want 2 '--rows: has no effect on many/b.npz' show --rows 1 many/b.npz deep.npz
want 2 '--depth: has no effect on many/a.csv' show --depth 1 many/a.csv x.csv
want 0 '' diff many many
is "$("$nnfmt" diff many many2 2>err.txt; echo $?)" 'sub/d.h5: only in many2
2'
grep -q 'many2/b.npz: byte' err.txt; is $? 0
cp deep.npz many2/b.npz; rm many2/sub/d.h5; echo '{"a":1.5,"k":[1]}' >many2/sub/c.json; echo more >>many2/README.md; cp one.pth many2/sub/c.pth; rm many2/a.csv; printf 'a\n' >many2/new.csv
is "$("$nnfmt" diff many many2/; echo $?)" 'README.md: bytes differ, from byte 14 on
a.csv: only in many
new.csv: only in many2/
sub/c.json: a: 1 against 1.5
sub/c.json: k: only in many2/sub/c.json
sub/c.pth: wte.weight: only in many/sub/c.pth
sub/c.pth: lm_head.weight: only in many/sub/c.pth
sub/c.pth: row: only in many/sub/c.pth
sub/c.pth: turned: only in many/sub/c.pth
sub/c.pth: alone: only in many/sub/c.pth
sub/c.pth: a: only in many2/sub/c.pth
sub/c.pth: b: only in many2/sub/c.pth
1'
want 2 'many: is a directory, x.npy is none' diff many x.npy; want 2 'many: is a directory, x.npy is none' diff x.npy many
for c in json 'convert --overwrite'; do want 1 'many: cannot read: is a folder' $c many many.npz; done
cat many/a.csv | "$nnfmt" show - many/b.npz 2>&1 | grep -q 'csv: 1 rows, 1 columns'; is $? 0        # what is named is no README
gzip -c a.npy.gz | gzip >twice.npy.gz; want 1 'twice.npy.gz: unknown format: gzip inside gzip' check twice.npy.gz
echo 5 >five.yaml; is "$("$nnfmt" show five.yaml)" 'yaml: integer 5'
for o in only strip rename; do want 2 "--$o: expected a name" show --$o '' deep.npz; done
for c in show json; do want 1 "no entry is called 'h', it is a level of 8: --only 'h.*'" $c deep.npz h; done
want 1 "no entry is called 'q', it is a level of 4: --only 'q/*'" convert --name q deep.npz level.npy
# trees against each other: by key in any order, numbers by value, integers exactly, tolerances
echo '{"b":[1,2,{"c":1}],"a":1,"big":9007199254740993,"t":true,"n":null,"s":"a\u001bb"}' >t1.json
printf 'a: 1.0\nb: [1, 3]\nbig: 9007199254740992\nt: false\ns: "a\\x1bc"\nz: 1\n' >t2.yaml
is "$("$nnfmt" diff t1.json t2.yaml; echo $?)" 'b.1: 2 against 3
b.2: only in t1.json
big: 9007199254740993 against 9007199254740992
n: only in t1.json
s: "a\u001bb" against "a\u001bc"
t: true against false
z: only in t2.yaml
1'
if "$nnfmt" diff --rtol 1 t1.json t2.yaml | grep -qE '^b.1|^big'; then bad 'diff --rtol of trees'; else ok; fi
want 0 '' diff t1.json t1.json; echo '[1]' >t3.json; want 1 '(the whole): map of 6 against list of 1' diff t1.json t3.json
want 2 'a json file holds no arrays' diff t1.json x.npy; want 2 '--only: has no effect on t1.json' diff --only a t1.json t1.json
want 2 'nan.json:1:7: expected a value' diff nan.json nan.json; want 0 '' diff --nan nan.json nan.json

# pytorch_model.bin.index.json: files of torch.save, zip or stream
mkdir bins; cp tied.pth bins/m-1.bin; cp tied_old.pth bins/m-2.bin
printf '{"weight_map":{"wte.weight":"m-1.bin","lm_head.weight":"m-1.bin","row":"m-1.bin","turned":"m-1.bin","alone":"m-1.bin"}}' >bins/m.bin.index.json
want 0 'pth: 5 entries in 1 files' show bins/m.bin.index.json
want 0 'tied to wte.weight' show bins/m.bin.index.json lm_head.weight
want 0 '' check bins/m.bin.index.json; want 0 '' diff bins/m.bin.index.json tied.pth
want 0 '' convert bins/m.bin.index.json bins/m.safetensors; want 0 "metadata format                          'pt'" show bins/m.safetensors; want 0 '' diff bins/m.safetensors tied.pth
sed 's/m-1/m-2/g' bins/m.bin.index.json >bins/n.bin.index.json; want 0 '' diff bins/m.bin.index.json bins/n.bin.index.json
sed 's/"alone":"m-1/"alone":"m-2/' bins/m.bin.index.json >bins/o.bin.index.json; want 1 'of which the index knows nothing' check bins/o.bin.index.json; want 0 "not in the index, but in m-1.bin" show bins/o.bin.index.json

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
