#!/bin/sh
# tests/one_result.sh - make hashes: one seed, one result. Builds tests/one_result.c with every compiler, language and level, runs
# it on every instruction set of this machine (and AArch64 under qemu) and with 1, 2 and 4 threads, and compares what is printed. The same for
# the files of a small data set of interpreter_data, built by four compilers.
# Two builds at a time; `one_result.sh VARIANT DIR` is one of them.
set -u
if [ $# -eq 2 ]; then
    v=$1; tmp=$2
    best=avx512; grep -qw avx512dq /proc/cpuinfo 2>/dev/null || best=avx2
    grep -qw avx2 /proc/cpuinfo 2>/dev/null || best=ref
    [ "$(uname -m)" = aarch64 ] && best=neon
    build() {
        first=$1
        command -v "$first" >/dev/null 2>&1 || { echo "skip $v: $first is not installed"; return 1; }
        "$@" tests/one_result.c -o "$tmp/$v.bin" -lm 2>"$tmp/$v.log" || { echo "FAIL $v: does not build"; head -n 5 "$tmp/$v.log"; return 1; }
    }
    run() {       # ISA THREADS PROGRAM...: the path that runs must be the one that was asked for
        isa=$1; t=$2; shift 2
        NN_ISA=$isa "$@" "$t" >"$tmp/$v.$isa.$t.out" 2>"$tmp/$v.err" || { echo "FAIL $v $isa: status $?"; return; }
        got=$(head -n 1 "$tmp/$v.err")
        if [ "$got" != "$isa" ]; then
            rm -f "$tmp/$v.$isa.$t.out"
            case $isa in
                avx512) grep -qw avx512dq /proc/cpuinfo 2>/dev/null || { echo "skip $v: isa avx512 is not on this machine"; return; } ;;
                avx2)   grep -qw avx2 /proc/cpuinfo 2>/dev/null || { echo "skip $v: isa avx2 is not on this machine"; return; } ;;
            esac
            echo "FAIL $v: asked for $isa, '$got' ran"
        fi
    }
    # interpreter_data built by COMPILER..., two short records: digests of the promised files; run by PROGRAM_RUNNER if it is set
    program() {
        first=$1
        command -v "$first" >/dev/null 2>&1 || { echo "skip $v: $first is not installed"; return; }
        "$@" examples/interpreter_data.c -o "$tmp/$v.bin" -lm 2>"$tmp/$v.log" || { echo "FAIL $v: does not build"; head -n 5 "$tmp/$v.log"; return; }
        ${PROGRAM_RUNNER:-} "$tmp/$v.bin" run-data-gen --length 2 --num_layers 2:3 --neurons_per_layer 8:12 --patterns all_same,sorted_ascending,starts_with --target_total_examples 600 \
            --test_set_size 60 --max --min --sparsity --pca --svd --fourier --entropy --clustering --pattern-wise --no-tensorboard.enabled --threads 1 --quiet --out "$tmp/$v.d" >/dev/null 2>"$tmp/$v.err" ||
            { echo "FAIL $v: status $? $(head -n 1 "$tmp/$v.err")"; return; }
        (cd "$tmp/$v.d" && cksum data/*.jsonl rejected.jsonl README.md config.yaml signature_dataset.json) >"$tmp/$v.prog"
        rm -rf "$tmp/$v.d"
    }
    p=$tmp/$v.bin
    case $v in
        program-gcc)     program gcc -std=c99 -O2 -fopenmp ;;
        program-native)  program gcc -std=gnu99 -O3 -march=native ;;
        program-clang)   program clang -std=c99 -O2 ;;
        program-aarch64) command -v qemu-aarch64 >/dev/null || { echo "skip $v: qemu-aarch64 is not installed"; exit; }
                         PROGRAM_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"; program aarch64-linux-gnu-gcc -O2 ;;       # as users build it: contraction is this mode's default
        gcc-O0)     build gcc -std=c99 -O0 -fopenmp && run avx2 1 "$p" && run $best 2 "$p" ;;
        gcc-O2)     build gcc -std=c99 -O2 -fopenmp && run ref 1 "$p" && run avx2 1 "$p" && run avx512 1 "$p" && run $best 2 "$p" && run $best 4 "$p" ;;
        gcc-O3)     build gcc -std=c99 -O3 -march=native && run ref 1 "$p" && run avx2 1 "$p" && run $best 1 "$p" ;;
        clang-O0)   build clang -std=c99 -O0 && run $best 1 "$p" ;;
        clang-O2)   build clang -std=c99 -O2 -fopenmp && run ref 1 "$p" && run avx2 1 "$p" && run avx512 1 "$p" && run $best 2 "$p" && run $best 4 "$p" ;;
        clang-O3)   build clang -std=c99 -O3 -march=native && run $best 1 "$p" && run avx2 1 "$p" ;;
        g++-O2)     build g++ -std=c++11 -x c++ -O2 -fopenmp && run $best 2 "$p" && run ref 1 "$p" ;;
        g++-native) build g++ -std=gnu++17 -x c++ -O3 -march=native && run $best 1 "$p" ;;          # contraction is this mode's default
        clang++)    build clang++ -std=c++11 -x c++ -O2 && run $best 1 "$p" ;;
        tcc)        build tcc -std=c99 && run ref 1 "$p" ;;
        aarch64)    build aarch64-linux-gnu-gcc -std=c99 -O2 && { command -v qemu-aarch64 >/dev/null || { echo "skip $v: qemu-aarch64 is not installed"; exit; }; } &&
                    run neon 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$p" && run ref 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$p" ;;
        aarch64-g++) build aarch64-linux-gnu-g++ -std=gnu++17 -x c++ -O2 && { command -v qemu-aarch64 >/dev/null || { echo "skip $v: qemu-aarch64 is not installed"; exit; }; } &&
                    run neon 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$p" ;;
    esac >"$tmp/$v.says" 2>&1
    exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
printf '%s\n' program-aarch64 program-clang program-native program-gcc clang-O3 gcc-O3 clang-O2 gcc-O2 g++-native g++-O2 clang++ aarch64 aarch64-g++ gcc-O0 clang-O0 tcc | xargs -P "${JOBS:-2}" -I @@ sh "$0" @@ "$tmp"
passed=0; failed=0; skipped=0; first=""
for s in "$tmp"/*.says; do
    cat "$s"
    failed=$((failed + $(grep -c '^FAIL' "$s"))); skipped=$((skipped + $(grep -c '^skip' "$s")))
done
for o in "$tmp"/*.out; do
    [ -f "$o" ] || continue
    [ -n "$first" ] || { first=$o; cat "$o"; }
    if cmp -s "$first" "$o"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $(basename "$o" .out) differs from $(basename "$first" .out)"; diff "$first" "$o" | head -n 6; fi
done
first=""
for o in "$tmp"/*.prog; do
    [ -f "$o" ] || continue
    [ -n "$first" ] || first=$o
    if cmp -s "$first" "$o"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $(basename "$o" .prog): other data-set files than $(basename "$first" .prog)"; diff "$first" "$o"; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
