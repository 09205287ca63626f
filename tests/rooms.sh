#!/bin/sh
# tests/rooms.sh - rooms and doors (make check, after tests/matrix.sh). From the repository root.
# Doors: what a program of one call carries. Each is built with gcc -O2, NN_STATIC, run, and its bytes (text of `size`: code,
# constants, unwinding tables) are held against a budget. The budgets are for gcc 12 on x86-64 (another compiler: built and run, the
# bytes a skip); they rise only in a commit that says why.
# Rooms: each switch that leaves a section out compiles without a warning, alone and together with what stands on it, as C and C++,
# and what is left runs; a section without the one it stands on is an #error that names both.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
warn="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror"
jobs="$tmp/jobs"; : >"$jobs"
passed=0; failed=0; skipped=0
cc=${CC:-cc}
command -v gcc >/dev/null 2>&1 && cc=gcc
case "$($cc -dumpversion 2>/dev/null).$(uname -m)" in
    12.x86_64 | 12.*.x86_64) bytes=yes ;;
    *) bytes=no; echo "skip budgets: they are for gcc 12 on x86-64, here is $cc $($cc -dumpversion) on $(uname -m)" ;;
esac

# one_call NAME HEADER: a program around the C on stdin
one_call() {
    {
        printf '#define NN_STATIC\n#define NN_IMPLEMENTATION\n#include "%s"\n' "$2"
        printf 'int main(int argc, char **argv)\n{\n    (void)argc; (void)argv;\n'
        cat
        printf '}\n'
    } >"$tmp/$1.c"
}
one_call csv nn_fmt.h <<'C'
    nn_table t = NN_ZERO;
    return nn_csv_read(&t, argv[1], NULL, NULL, NULL) != NN_OK;
C
one_call npz nn_fmt.h <<'C'
    nn_dict d = NN_ZERO;
    return nn_npz_read(&d, argv[2], NULL, NULL) != NN_OK;
C
one_call forward nn_mlp.h <<'C'
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    float x[8] = { 0.5f, -1.0f, 2.0f, 0.0f }, y[4];
    d.n_in = 2;
    d.n_out = 1;
    if (nn_mlp_create(&m, &d, NULL) != NN_OK) return 1;
    return nn_mlp_predict(m, y, nn_mlp_dense(x, 2), 4, 1, NULL) != NN_OK || !(y[0] - y[0] >= 0.0f);
C
one_call fit nn_train.h <<'C'
    static const int64_t labels[4] = { 0, 1, 1, 0 };
    static const float x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    static const size_t hidden[1] = { 8 };
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_train_set set = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_train_result r = NN_ZERO;
    md.n_in = 2;
    md.n_out = 2;
    md.hidden = hidden;
    md.n_hidden = 1;
    if (nn_mlp_create(&m, &md, NULL) != NN_OK) return 1;
    set.x = x;
    set.labels = labels;
    set.n = 4;
    d.epochs = 3;
    return nn_train_fit(m, &set, NULL, &d, &r, NULL) != NN_OK || r.epochs != 3;
C
one_call classification nn_data.h <<'C'
    nn_classification_desc d = NN_ZERO;
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    return nn_classification_make(&x, &y, NULL, &d, NULL) != NN_OK || nn_tensor_count(&y) == 0;
C
printf 'a,b\n1,2\n3,4.5\n' >"$tmp/in.csv"
cat >"$tmp/make_npz.c" <<'C'
#define NN_STATIC
#define NN_NO_SIMD
#define NN_IMPLEMENTATION
#include "nn_fmt.h"
int main(int argc, char **argv)
{
    nn_dict d = NN_ZERO;
    nn_tensor t = NN_ZERO;
    (void)argc;
    if (nn_tensor_make2(&t, NN_F32, 2, 3, NULL, NULL) != NN_OK || nn_dict_put(&d, "X", &t, NULL) != NN_OK) return 1;
    return nn_npz_write(argv[1], &d, 6, NULL, NULL) != NN_OK;
}
C
$cc -std=c99 -O0 -I"$root" "$tmp/make_npz.c" -o "$tmp/make_npz" -lm && "$tmp/make_npz" "$tmp/in.npz" || { echo "FAIL no .npz to read"; failed=$((failed + 1)); }

# job NAME COMMAND...: one line; run later, two at a time
job() { name=$1; shift; printf '%s\t%s\n' "$name" "$*" >>"$jobs"; }
# door NAME KILOBYTES FLAGS...: bytes, and that it runs
door() {
    name=$1; most=$(($2 * 1000)); shift 2
    label=$(echo "$name $*" | sed 's/ *$//')
    o="$tmp/$name$(echo "$*" | tr -d ' ')"
    measure=true
    [ $bytes = no ] || measure="size $o.o | awk -v name='$label' -v most=$most 'NR == 2 { print name \": \" \$1 \" bytes, budget \" most; exit \$1 > most }'"
    job "door $label" "$cc -std=c99 -O2 $* -I$root -c $tmp/$name.c -o $o.o && $cc $o.o -o $o -lm && $o $tmp/in.csv $tmp/in.npz && $measure"
}
door csv 70
door npz 55
door forward 110
door forward 60 -DNN_NO_AVX512
door forward 45 -DNN_NO_SIMD
door fit 190
door classification 115

# ---- rooms of nn_tensor.h: each switch, all headers that may stand beside it
everything() { for h in nn_tensor nn_fmt nn_mlp nn_train nn_data nn_sig; do echo "#include \"$h.h\""; done; }
calls='nn_table t = NN_ZERO; nn_mlp_desc d = NN_ZERO; nn_mlp *m = NULL; nn_classification_desc c = NN_ZERO; nn_tensor x = NN_ZERO, y = NN_ZERO; float z[2] = { 1.0f, 2.0f };
    if (nn_csv_read(&t, argv[1], NULL, NULL, NULL) != NN_OK || nn_classification_make(&x, &y, NULL, &c, NULL) != NN_OK) return 1;
    d.n_in = 2; d.n_out = 1; if (nn_mlp_create(&m, &d, NULL) != NN_OK) return 2;
    if (nn_mlp_predict(m, z, nn_mlp_dense(z, 2), 1, 1, NULL) != NN_OK) return 3;
    nn_vexpf(z, z, 2); nn_mlp_destroy(m); nn_table_free(&t); nn_tensor_free(&x); nn_tensor_free(&y);'
{ echo '#define NN_IMPLEMENTATION'; everything; echo "int main(int argc, char **argv) { (void)argc; $calls return 0; }"; } >"$tmp/six.c"
sed '/nn_train.h\|nn_sig.h/d' "$tmp/six.c" >"$tmp/four.c"
cp "$tmp/six.c" "$tmp/six.cpp"; cp "$tmp/four.c" "$tmp/four.cpp"
room() {           # NAME FILE FLAGS...
    name=$1; file=$2; shift 2
    job "room $name" "$cc -std=c99 -O0 $warn $* -I$root $tmp/$file.c -o $tmp/r_$name -lm && $tmp/r_$name $tmp/in.csv"
    if command -v g++ >/dev/null 2>&1; then job "room $name, C++" "g++ -std=c++11 -fsyntax-only $warn $* -I$root $tmp/$file.cpp"; fi
}
room no_simd six -DNN_NO_SIMD
room no_avx512 six -DNN_NO_AVX512
room no_linalg four -DNN_NO_LINALG
room none four -DNN_NO_SIMD -DNN_NO_LINALG
# forbidden HEADER SWITCH WORD: the #error names the header and the section
forbidden() {
    printf '#include "%s"\nint main(void) { return 0; }\n' "$1" >"$tmp/no_$1$2.c"
    job "$1 with $2 is refused" "! $cc -std=c99 -fsyntax-only -D$2 -I$root $tmp/no_$1$2.c 2>$tmp/no_$1$2.log && grep -q 'error.*$1.*$3.*$2' $tmp/no_$1$2.log"
}
forbidden nn_train.h NN_NO_LINALG '\[LINALG\]'
forbidden nn_sig.h NN_NO_LINALG '\[LINALG\]'

export TMPDIR_ROOMS="$tmp"
cat >"$tmp/one.sh" <<'ONE'
line=$(sed -n "$1p" "$TMPDIR_ROOMS/jobs")
name=$(printf '%s' "$line" | cut -f1); cmd=$(printf '%s' "$line" | cut -f2-)
if sh -c "$cmd" >"$TMPDIR_ROOMS/log.$1" 2>&1; then echo ok >"$TMPDIR_ROOMS/ok.$1"; grep ' bytes, budget ' "$TMPDIR_ROOMS/log.$1"
else echo "FAIL $name"; head -n 6 "$TMPDIR_ROOMS/log.$1"; fi
exit 0
ONE
n=$(wc -l <"$jobs")
seq 1 "$n" | xargs -P "${JOBS:-2}" -n 1 sh "$tmp/one.sh"
passed=$(ls "$tmp" | grep -c '^ok\.')
failed=$((failed + n - passed))
[ $bytes = yes ] || skipped=7
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
