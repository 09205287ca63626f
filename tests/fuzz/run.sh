#!/bin/sh
# tests/fuzz/run.sh SECONDS [TARGET...] - builds the targets with libFuzzer, ASan and UBSan and runs each that long, JOBS (2) at a time, from the files
# under tests/data, the small ones of the data folder, those that seeds.c writes, and what earlier runs found (build/fuzz/corpus), SEED (7). Exits 1 on a finding.
# FIXED=1 runs the same inputs on every machine, which suits a check that others depend on: a fixed number of inputs per target (about SECONDS
# on a machine of 2025), one seed, a corpus made of those files alone, and none of libFuzzer's hints that come from addresses or the clock.
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=${*:-"num csv json jsonl yaml npy npz inflate pth safetensors gguf idx tfevents png shards"}
data=${NN_TEST_DATA:-../shared/data}
clang=${CLANG:-clang}
if ! command -v "$clang" >/dev/null; then echo "skip fuzz: needs clang"; echo "0 passed, 0 failed, 1 skipped"; exit 0; fi
mkdir -p build/fuzz
if [ ! -x build/fuzz/fuzz ] || [ nn_fmt.h -nt build/fuzz/fuzz ] || [ tests/fuzz/targets.h -nt build/fuzz/fuzz ]; then
    "$clang" -std=c99 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz.c -o build/fuzz/fuzz -lm || exit 1
fi
case " $targets " in *' shards '*)                       # nnfmt's own code
    if [ ! -x build/fuzz/shards ] || [ -n "$(find tests/fuzz/shards.c examples/nnfmt.c examples/nn_app.h nn_fmt.h nn_tensor.h -newer build/fuzz/shards)" ]; then
        "$clang" -std=c99 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/shards.c -o build/fuzz/shards -lm || exit 1
    fi ;;
esac
if [ ! -d build/fuzz/own ] || [ build/fuzz/fuzz -nt build/fuzz/own ] || [ tests/fuzz/seeds.c -nt build/fuzz/own ]; then
    rm -rf build/fuzz/own && "$clang" -std=c99 -O0 tests/fuzz/seeds.c -o build/fuzz/seeds -lm && build/fuzz/seeds build/fuzz/own || exit 1
fi
if [ "$#" -ne 1 ]; then                                  # several: JOBS (2) at a time, each in a run of its own
    printf '%s\n' $targets | xargs -P "${JOBS:-2}" -I @@ sh -c 'sh "$0" "$1" @@ >build/fuzz/@@.says 2>&1' "$0" "$seconds"
    for t in $targets; do grep -v ' passed, ' "build/fuzz/$t.says"; done
    cat build/fuzz/*.says | awk '/ passed, [0-9]+ failed/ { p += $1; f += $3 } END { print p+0 " passed, " f+0 " failed, 0 skipped"; exit f > 0 || p == 0 }'
    exit
fi
passed=0; failed=0
corpus=build/fuzz/corpus
[ -z "${FIXED:-}" ] || corpus=build/fuzz/fixed
seed() {    # seed TARGET PATTERN...: small files of others
    t=$1; shift
    for p in "$@"; do
        for from in tests/data "$data"; do
            find "$from" -type f -name "$p" -size -24k 2>/dev/null | while read -r f; do cp "$f" "$corpus/$t/$(echo "${f#"$data"/}" | tr '/ ' '__')"; done
        done
    done
}
for t in $targets; do
    [ -z "${FIXED:-}" ] || rm -rf "${corpus:?}/$t"
    mkdir -p "$corpus/$t"
    [ ! -d "build/fuzz/own/$t" ] || cp "build/fuzz/own/$t/"* "$corpus/$t"
    case $t in
        csv) seed csv '*.csv' '*.tra' ;;
        json) seed json '*.json' ;;
        jsonl) seed jsonl '*.jsonl' '*.json' ;;
        yaml) seed yaml '*.yaml' '*.yml'; cp examples/configs/*.yaml "$corpus/$t" 2>/dev/null ;;
        npy) seed npy '*.npy' ;;
        npz) seed npz '*.npz' ;;
        inflate) seed inflate '*.gz' '*.zlib' ;;
        pth) seed pth '*.pt' '*.pth' ;;
        safetensors) seed safetensors '*.safetensors' ;;
        gguf) seed gguf '*.gguf' ;;
        tfevents) seed tfevents '*tfevents*' ;;
        png) seed png '*.png' ;;
        idx) seed idx '*idx*' ;;
        num) for n in 1 -0.5 1e-5 5e-324 1.7976931348623157e308 9007199254740993 nan -inf 2.2250738585072011e-308; do printf %s "$n" >"$corpus/num/$n"; done ;;
    esac
    if [ -z "${FIXED:-}" ]; then set -- -seed="${SEED:-7}" -max_total_time="$seconds" -timeout=5 "$corpus/$t"
    else
        case $t in num) rate=40000 ;; shards) rate=60 ;; json|jsonl|safetensors) rate=15000 ;; yaml) rate=6000 ;; csv) rate=2000 ;; inflate) rate=1000 ;; png) rate=300 ;; *) rate=8000 ;; esac
        printf '{}' >"$corpus/$t/0"                      # one at least
        find "$corpus/$t" -type f | LC_ALL=C sort | tr '\n' ',' | sed 's/,$//' >"build/fuzz/$t.list"
        set -- -seed=7 -runs=$((seconds * rate)) -timeout=60 -use_cmp=0 -use_memmem=0 -reload=0 -seed_inputs=@"build/fuzz/$t.list"
    fi
    binary=fuzz; [ "$t" != shards ] || binary=shards
    if NN_FUZZ="$t" "build/fuzz/$binary" "$@" -rss_limit_mb=2048 -malloc_limit_mb=1200 -max_len=65536 -dict=tests/fuzz/words.dict \
        -artifact_prefix="build/fuzz/found_${t}_" -print_final_stats=1 >"build/fuzz/$t.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $t $(grep -a 'stat::number_of_executed_units' "build/fuzz/$t.log" | tr -dc 0-9) inputs, $(grep -ao 'cov: [0-9]*' "build/fuzz/$t.log" | tail -n 1)"
    else
        failed=$((failed + 1)); echo "FAIL fuzz $t"; grep -a -m 12 'ERROR\|SUMMARY\|runtime error\|targets.h\|nn_fmt.h' "build/fuzz/$t.log"; ls build/fuzz/found_"$t"_* 2>/dev/null
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
