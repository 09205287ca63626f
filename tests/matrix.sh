#!/bin/sh
# tests/matrix.sh - the compile matrix (make check). From the repository root.
# Every header alone, all pairs in both orders, twice, plain before implementation, two linked files, NN_STATIC in two
# files; C99, C11, C++11, C++20; every compiler found here, with and without OpenMP, under the strict warning set; tcc on
# the reference path. What is compiled is also called, so that a misspelt macro fails. A compiler that is absent is a skip.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
root=$(pwd)
headers=$(ls nn_*.h)
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror"
jobs="$tmp/jobs"; : >"$jobs"
skipped=0
# job NAME COMMAND...: one line; run later, two at a time
job() { name=$1; shift; printf '%s\t%s\n' "$name" "$*" >>"$jobs"; }
have() { command -v "$1" >/dev/null 2>&1 || { echo "skip $1: not installed"; skipped=$((skipped + 1)); return 1; }; }

# what each header's caller calls
call() {
    case $1 in
        nn_tensor.h) echo 'nn_tensor t = NN_ZERO; nn_tensor_free(&t); (void)nn_isa_name();' ;;
        nn_fmt.h)    echo 'char b[64]; (void)nn_f64_print(b, 1.5);' ;;
        nn_mlp.h)    echo 'nn_mlp_destroy(NULL);' ;;
        nn_train.h)  echo 'nn_trainer_destroy(NULL);' ;;
        nn_data.h)   echo 'nn_scaler s = NN_ZERO; nn_scaler_free(&s);' ;;
        nn_sig.h)    echo 'nn_capture c = NN_ZERO; nn_capture_free(&c);' ;;
    esac
}
# one translation unit: file NAME, then lines of includes; main calls the last header's function
unit() { out=$1; shift; { for l in "$@"; do printf '%s\n' "$l"; done; } >"$out"; }

for h in $headers; do
    b=${h%.h}
    unit "$tmp/$b.c" '#define NN_IMPLEMENTATION' "#include \"$h\"" "int main(void) { $(call "$h") return 0; }"
    cp "$tmp/$b.c" "$tmp/$b.cpp"
    unit "$tmp/${b}_twice.c" "#include \"$h\"" "#include \"$h\"" '#define NN_IMPLEMENTATION' "#include \"$h\"" "#include \"$h\"" "int main(void) { $(call "$h") return 0; }"
    cp "$tmp/${b}_twice.c" "$tmp/${b}_twice.cpp"
done
{ for h in $headers; do echo "#include \"$h\""; done; echo '#define NN_IMPLEMENTATION'; for h in $headers; do echo "#include \"$h\""; done
  echo 'int main(void) {'; for h in $headers; do echo "{ $(call "$h") }"; done; echo 'return 0; }'; } >"$tmp/all.c"
cp "$tmp/all.c" "$tmp/all.cpp"
{ for h in $headers; do echo "#include \"$h\""; done; echo 'int other(void); int other(void) {'; for h in $headers; do echo "{ $(call "$h") }"; done; echo 'return 0; }'; } >"$tmp/plain.c"
{ echo '#define NN_STATIC'; echo '#define NN_IMPLEMENTATION'; for h in $headers; do echo "#include \"$h\""; done
  echo 'int other(void); int other(void) {'; for h in $headers; do echo "{ $(call "$h") }"; done; echo 'return 0; }'; } >"$tmp/static_a.c"
{ echo '#define NN_STATIC'; echo '#define NN_IMPLEMENTATION'; for h in $headers; do echo "#include \"$h\""; done
  echo 'int other(void); int main(void) {'; for h in $headers; do echo "{ $(call "$h") }"; done; echo 'return other(); }'; } >"$tmp/static_b.c"
sed 's/^int main(void) {/int other(void); int main(void) { (void)other();/' "$tmp/all.c" >"$tmp/main2.c"
for f in plain static_a static_b main2; do cp "$tmp/$f.c" "$tmp/$f.cpp"; done

for cc in gcc clang; do
    have $cc || continue
    extra="-Wstrict-prototypes -Wcast-align"; [ $cc = gcc ] && extra="-Wstrict-prototypes -Wcast-align=strict"
    for std in c99 c11; do
        for h in $headers; do b=${h%.h}
            job "$cc -std=$std $h alone" "$cc -std=$std $warn $extra -I$root -fsyntax-only $tmp/$b.c"
        done
    done
    for h in $headers; do b=${h%.h}
        job "$cc $h twice" "$cc -std=c99 $warn $extra -I$root -fsyntax-only $tmp/${b}_twice.c"
    done
    opt=-O1; [ $cc = gcc ] && opt=-O2                     # gcc warns of more with its optimiser on
    job "$cc all, $opt" "$cc -std=c99 $opt $warn $extra -I$root $tmp/all.c -o $tmp/all_$cc -lm && $tmp/all_$cc"
    job "$cc all, -fopenmp" "$cc -std=c99 -O0 -fopenmp $warn $extra -I$root -c $tmp/all.c -o $tmp/all_omp_$cc.o"
    job "$cc two linked files" "$cc -std=c99 -O0 $warn $extra -I$root $tmp/main2.c $tmp/plain.c -o $tmp/two_$cc -lm && $tmp/two_$cc"
    job "$cc NN_STATIC in two files" "$cc -std=c99 -O0 $warn $extra -I$root $tmp/static_a.c $tmp/static_b.c -o $tmp/static_$cc -lm && $tmp/static_$cc"
done
for cc in g++ clang++; do
    have $cc || continue
    extra="-Wcast-align"; [ $cc = g++ ] && extra="-Wcast-align=strict"
    for std in c++11 c++20; do
        for h in $headers; do b=${h%.h}
            job "$cc -std=$std $h alone" "$cc -std=$std $warn $extra -I$root -fsyntax-only $tmp/$b.cpp"
        done
    done
    opt=-O0; [ $cc = g++ ] && opt=-O2
    job "$cc all, $opt" "$cc -std=c++11 $opt $warn $extra -I$root $tmp/all.cpp -o $tmp/all_$cc -lm && $tmp/all_$cc"
    job "$cc all, -fopenmp" "$cc -std=c++20 -O0 -fopenmp $warn $extra -I$root -c $tmp/all.cpp -o $tmp/all_omp_$cc.o"
    job "$cc two linked files" "$cc -std=c++11 -O0 $warn $extra -I$root $tmp/main2.cpp $tmp/plain.cpp -o $tmp/two_$cc -lm && $tmp/two_$cc"
    job "$cc NN_STATIC in two files" "$cc -std=c++11 -O0 $warn $extra -I$root $tmp/static_a.cpp $tmp/static_b.cpp -o $tmp/static_$cc -lm && $tmp/static_$cc"
done
# every ordered pair, implementation macro first
for a in $headers; do for b in $headers; do
    [ "$a" = "$b" ] && continue
    f="$tmp/pair_${a%.h}_${b%.h}.c"
    unit "$f" '#define NN_IMPLEMENTATION' "#include \"$a\"" "#include \"$b\"" "int main(void) { { $(call "$a") } { $(call "$b") } return 0; }"
    job "pair $a $b" "${CC:-cc} -std=c99 $warn -I$root -fsyntax-only $f"
done; done
if have tcc; then
    job "tcc all, reference path" "tcc -std=c99 -I$root $tmp/all.c -o $tmp/all_tcc -lm && $tmp/all_tcc"
fi
# -ffast-math must be refused, and let through on request
job "fast-math refused" "! ${CC:-cc} -std=c99 -ffast-math -I$root -fsyntax-only $tmp/nn_tensor.c 2>/dev/null"
# gcc tells the parts of it too; each refusal names its flag
if have gcc; then
    for flag in -fassociative-math -freciprocal-math -fno-signed-zeros -ffinite-math-only; do
        with=$flag; [ $flag = -fassociative-math ] && with="$flag -fno-signed-zeros -fno-trapping-math"
        job "$flag refused" "! gcc -std=c99 $with -I$root -fsyntax-only $tmp/nn_tensor.c 2>$tmp/said$flag && grep -q 'error.*$flag' $tmp/said$flag"
        job "$flag by request" "gcc -std=c99 $with -DNN_ALLOW_FAST_MATH -I$root -fsyntax-only $tmp/nn_tensor.c"
    done
fi
if have i686-linux-gnu-gcc; then
    job "x87 refused" "! i686-linux-gnu-gcc -std=c99 -mfpmath=387 -I$root -fsyntax-only $tmp/nn_tensor.c 2>$tmp/said87 && grep -q 'error.*-mfpmath=sse' $tmp/said87"
    job "i686 with SSE" "i686-linux-gnu-gcc -std=c99 -msse2 -mfpmath=sse -I$root -fsyntax-only $tmp/nn_tensor.c"
fi
job "fast-math by request" "${CC:-cc} -std=c99 -ffast-math -DNN_ALLOW_FAST_MATH -I$root -fsyntax-only $tmp/nn_tensor.c"
for f in examples/*.c; do job "$f, strict" "${CC:-cc} -std=c99 $warn -I$root -fsyntax-only $f"; done      # the tutorial: tests/e2e_tutorial.sh

job "every public declaration documented" "python3 tests/check_docs.py"
export TMPDIR_MATRIX="$tmp"
cat >"$tmp/one.sh" <<'ONE'
line=$(sed -n "$1p" "$TMPDIR_MATRIX/jobs")
name=$(printf '%s' "$line" | cut -f1); cmd=$(printf '%s' "$line" | cut -f2-)
if sh -c "$cmd" >"$TMPDIR_MATRIX/log.$1" 2>&1; then echo ok >"$TMPDIR_MATRIX/ok.$1"
else echo "FAIL $name"; head -n 6 "$TMPDIR_MATRIX/log.$1"; fi
ONE
n=$(wc -l <"$jobs")
seq 1 "$n" | xargs -P "${JOBS:-2}" -n 1 sh "$tmp/one.sh"
passed=$(ls "$tmp" | grep -c '^ok\.')
echo "$passed passed, $((n - passed)) failed, $skipped skipped"
[ "$passed" -eq "$n" ]
