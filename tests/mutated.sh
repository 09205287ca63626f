#!/bin/sh
# tests/mutated.sh [N [FIRST]] - N (180) damaged copies of small valid files of every format, each through show, show --values all, json, check,
# convert and diff of nnfmt with AddressSanitizer and UBSan (mutated.c): no report, no leak, bounded memory and time. FIRST: another draw.
n=${1:-180}
# 7,002 copies, 42,012 commands: none with a report, a leak or too much time; at most 11 MB (gcc 12, Linux).
first=${2:-0}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
mkdir -p build/san
if [ ! -x build/san/mutated ] || [ -n "$(find tests/mutated.c examples/nnfmt.c examples/nn_app.h nn_fmt.h nn_tensor.h -newer build/san/mutated)" ]; then
    ${CC:-cc} -std=c99 -D_GNU_SOURCE -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all tests/mutated.c -o build/san/mutated -lm || exit 1
fi
${CC:-cc} -std=c99 -O0 tests/fuzz/seeds.c -o "$dir/seeds" -lm && mkdir "$dir/in" "$dir/out" "$dir/own" && "$dir/seeds" "$dir/own" || exit 1
for f in "$dir"/own/*/own_*; do
    case $f in */inflate/* | */shards/*) continue ;; */tfevents/*) to=events.tfevents.1 ;; *) to=${f##*/own_} ;; esac
    cp "$f" "$dir/in/$to"
done
cp tests/data/formats/* tests/data/tiny_rgba.png "$dir/in"
{ printf 'id,x,name,flag\n'; i=0; while [ $i -lt 30 ]; do printf '%d,%d.5e-3,"w %d, ""q""",True\n' $i $i $i; i=$((i + 1)); done; } >"$dir/in/t.csv"
{ i=0; while [ $i -lt 20 ]; do printf '{"i":%d,"v":%d.5,"s":"t\\u00e9%d","n":null}\n' $i $i $i; i=$((i + 1)); done; } >"$dir/in/t.jsonl"
printf '{"a":[1,-2.5e3,"x\\u00e9\\ud83d\\ude00\\n",{"b":{"c":null,"d":[true,false,[]]}}],"e":18446744073709551615}\n' >"$dir/in/t.json"
cp examples/configs/*.yaml "$dir/in"
printf '{"metadata":{},"weight_map":{"b":"part1.safetensors","f":"part2.safetensors","g":"part2.safetensors"}}' >"$dir/in/m.safetensors.index.json"
for i in 1 2; do cp "$dir/in/foreign$i.safetensors" "$dir/out/part$i.safetensors"; done      # the index names files beside it
for f in t.csv t.json two.npy; do [ ! -f "$dir/in/$f" ] || gzip -nc "$dir/in/$f" >"$dir/in/z_$f.gz"; done
find "$dir/in" -type f -size +24k -exec rm {} +
build/san/mutated "$dir/out" "$first" "$n" "$dir"/in/*
