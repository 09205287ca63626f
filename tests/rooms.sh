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
one_call model nn_sig.h <<'C'
    nn_mlp_desc d = NN_ZERO;
    nn_model m = NN_ZERO, back = NN_ZERO;
    char path[4096];
    const char *classes[1] = { "y" };
    d.n_in = 2;
    d.n_out = 1;
    m.divide = m.std = 1;
    m.classes = classes;
    m.n_classes = 1;
    (void)snprintf(path, sizeof path, "%s.%p.pth", argv[2], (void *)path);
    if (nn_mlp_create(&m.net, &d, NULL) != NN_OK || nn_model_save(&m, path, NULL, NULL) != NN_OK) return 1;
    return nn_model_open(&back, path, NULL, NULL) != NN_OK || !back.described;
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
    echo "$*" >>"$tmp/doors"
    name=$1; most=$(($2 * 1000)); shift 2
    label=$(echo "$name $*" | sed 's/ *$//')
    o="$tmp/$name$(echo "$*" | tr -d ' ')"
    measure=true
    [ $bytes = no ] || measure="size $o.o | awk -v name='$label' -v most=$most 'NR == 2 { print name \": \" \$1 \" bytes, budget \" most; exit \$1 > most }'"
    job "door $label" "$cc -std=c99 -O2 $* -I$root -c $tmp/$name.c -o $o.o && times >$o.times && $cc $o.o -o $o -lm && $o $tmp/in.csv $tmp/in.npz && $measure"
}
door csv 70
door csv 55 -DNN_FMT_ONLY_CSV
door npz 55
door npz 55 -DNN_FMT_ONLY_ARRAYS
door forward 110
door forward 60 -DNN_NO_AVX512
door forward 45 -DNN_NO_SIMD
door fit 192
door classification 115
door model 215 -DNN_SIG_ONLY_MODEL
# README's table of wishes says these budgets, and seconds to compile: "| wish | headers | 70; 55 with `SWITCH` | 1.7; 1.3 |".
# The seconds are of one machine: a compile that takes four times as long here is a failure all the same.
readme() {
    cell=$(sed -n "s/^$1 //p" "$tmp/doors" | sed 's/ -D\(.*\)/ with `\1`/' | tr '\n' ';' | sed 's/;$//; s/;/; /g')
    if grep -F "| $2 |" README.md | grep -qF "| $cell |"; then in_readme=$((in_readme + 1))
    else echo "FAIL README.md: no line \"| $2 | .. | $cell |\""; failed=$((failed + 1)); fi
    grep -F "| $2 |" README.md | grep -F "| $cell |" | cut -d'|' -f5 | tr -d ' ' | tr ';' '\n' >"$tmp/said_$1"
    sed -n "s/^$1 [0-9]* *//p" "$tmp/doors" | while read -r flags; do echo "$tmp/$1$(echo "$flags" | tr -d ' ').times"; done >"$tmp/took_$1"
    paste "$tmp/took_$1" "$tmp/said_$1" >>"$tmp/seconds"
}
in_readme=0
readme csv 'read a CSV'
readme npz 'read an `.npz`'
readme forward 'run a network'
readme fit 'train one'
readme classification '`make_classification`'

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
room no_tabular six -DNN_NO_TABULAR
room no_probing six -DNN_NO_PROBING
room small_data six -DNN_NO_TABULAR -DNN_NO_PROBING -DNN_NO_DEFLATE -DNN_NO_ZIP -DNN_NO_NPY -DNN_NO_PTH -DNN_NO_PNG -DNN_NO_EVENTS
# forbidden HEADER SWITCH WORD FLAGS...: the #error names the header and the section
forbidden() {
    header=$1; switch=$2; word=$3; shift 3
    printf '#include "%s"\nint main(void) { return 0; }\n' "$header" >"$tmp/no_$header$switch.c"
    job "$header with $switch is refused" "! $cc -std=c99 -fsyntax-only -D$switch $* -I$root $tmp/no_$header$switch.c 2>$tmp/no_$header$switch.log && grep -q 'error.*$header.*$word' $tmp/no_$header$switch.log"
}
forbidden nn_train.h NN_NO_LINALG '\[LINALG\].*NN_NO_LINALG'
forbidden nn_sig.h NN_NO_LINALG '\[LINALG\].*NN_NO_LINALG'

# ---- rooms of nn_fmt.h: the header's own lines "Stands on [A], [B]; costs N KB. NN_NO_X leaves it out."
sed -n 's|^/[*] Stands on \(.*\); costs \([0-9]*\) KB[.] NN_NO_\([A-Z]*\) leaves it out[.] [*]/$|\3 \2 \1|p' nn_fmt.h |
    tr -d '[],' | sed 's/ COMMON//' >"$tmp/graph"
all=$(cut -d' ' -f1 "$tmp/graph")
# floor X: what X stands on, and what that stands on; above X: what stands on X, directly or not
floor() { for f in $(sed -n "s/^$1 [0-9]* *//p" "$tmp/graph"); do echo "$f"; floor "$f"; done; }
above() { for f in $all; do for g in $(floor "$f"); do [ "$g" != "$1" ] || echo "$f"; done; done; }
# without X Y ..: the switches that leave these out; only X Y ..: that leave all but these out
without() { for f in $(printf '%s\n' "$@" | sort -u); do printf -- '-DNN_NO_%s ' "$f"; done; }
only() { for f in $all; do case " $* " in *" $f "*) ;; *) printf -- '-DNN_NO_%s ' "$f" ;; esac; done; }
# every section writes and reads; what was left out is refused by name
cat >"$tmp/fmt.c" <<'C'
#define NN_IMPLEMENTATION
#include "nn_fmt.h"
#define TRY(call) do { if ((call) != NN_OK) { printf("line %d: %s\n", __LINE__, e.msg); return 1; } } while (0)
static char path[4096];
static NN_UNUSED const char *in(const char *folder, const char *name)
{
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}
static NN_UNUSED nn_status refused(nn_status s, const nn_error *e)
{
    return s == NN_E_UNSUPPORTED && strstr(e->msg, "NN_NO_DEFLATE") ? NN_OK : NN_E_ARG;
}
static NN_UNUSED nn_status same(const nn_tensor *a, const nn_tensor *b)
{
    return a->dtype == b->dtype && nn_tensor_bytes(a) == nn_tensor_bytes(b) &&
                   memcmp(a->data, b->data, nn_tensor_bytes(a)) == 0 ? NN_OK : NN_E_FORMAT;
}
int main(int argc, char **argv)
{
    const char *dir = argv[3];
    nn_error e = NN_ZERO;
    nn_dict d = NN_ZERO, d2 = NN_ZERO;
    nn_tensor t = NN_ZERO, u = NN_ZERO;
    nn_arena arena = NN_ZERO;
    nn_buf b = NN_ZERO, b2 = NN_ZERO;
    nn_file_opts o = NN_ZERO;
    size_t i;
    if (argc != 4) return 2;
    TRY(nn_dir_make(dir, NULL, &e));
    TRY(nn_tensor_make2(&t, NN_U8, 3, 4, NULL, &e));
    for (i = 0; i < 12; i++) ((unsigned char *)t.data)[i] = (unsigned char)(7 * i);
    TRY(nn_dict_put(&d, "a", &t, &e));
    TRY(nn_tensor_make2(&t, NN_U8, 3, 4, NULL, &e));
    memcpy(t.data, d.items[0].value.data, 12);
    o.gzip = 6;
#ifdef NN_NO_DEFLATE
    TRY(refused(nn_file_write(in(dir, "a.gz"), "abc", 3, &o, &e), &e));
    TRY(nn_file_write(in(dir, "a.gz"), "\x1f\x8b\x08", 3, NULL, &e));
    TRY(refused(nn_file_read(&b, path, NULL, &e), &e));
#else
    TRY(nn_file_write(in(dir, "a.gz"), "abc", 3, &o, &e));
    TRY(nn_file_read(&b, path, NULL, &e));
    if (b.len != 3) return 3;
    b.len = 0;
    TRY(nn_deflate(&b, "abcabcabc", 9, NN_DEFLATE_ZLIB, 9, &e));
    TRY(nn_inflate(&b2, b.data, b.len, NN_DEFLATE_ZLIB, 0, NULL, &e));
    if (b2.len != 9) return 4;
#endif
#ifndef NN_NO_CSV
    {
        nn_table table = NN_ZERO;
        TRY(nn_csv_read(&table, argv[1], NULL, NULL, &e));
        TRY(nn_csv_write(in(dir, "a.csv"), &table, NULL, &e));
        nn_table_free(&table);
    }
#endif
#ifndef NN_NO_JSON
    {
        nn_json *v = NULL;
        TRY(nn_json_parse(&v, &arena, "[1, 2.5]", 8, NULL, NULL, &e));
        if (v->type != NN_JSON_ARRAY) return 5;
#ifndef NN_NO_YAML
        TRY(nn_yaml_parse(&v, &arena, "a: [1, 2]\n", 10, "a.yaml", NULL, &e));
        b.len = 0;
        TRY(nn_yaml_write(&b, v, &e));
#endif
    }
#endif
#ifndef NN_NO_ZIP
    {
        nn_zip *z = NULL;
        TRY(nn_zip_open(&z, argv[2], NULL, &e));
        nn_zip_close(z);
    }
#endif
#ifndef NN_NO_NPY
    TRY(nn_npy_write(in(dir, "a.npy"), &t, NULL, &e));
    TRY(nn_npy_read(&u, path, NULL, &e));
    TRY(same(&u, &t));
    nn_tensor_free(&u);
    TRY(nn_npz_write(in(dir, "a.npz"), &d, 6, NULL, &e));
    TRY(nn_npz_read(&d2, path, NULL, &e));
    TRY(same(&d2.items[0].value, &t));
    nn_dict_free(&d2);
#endif
#ifndef NN_NO_IDX
    TRY(nn_idx_write(in(dir, "a.idx"), &t, NULL, &e));
    TRY(nn_idx_read(&u, path, NULL, &e));
    TRY(same(&u, &t));
    nn_tensor_free(&u);
#endif
#ifndef NN_NO_PTH
    TRY(nn_pth_write(in(dir, "a.pth"), &d, NULL, &e));
    TRY(nn_pth_read(&d2, path, NULL, &e));
    TRY(same(&d2.items[0].value, &t));
    nn_dict_free(&d2);
#endif
#ifndef NN_NO_SAFETENSORS
    TRY(nn_safetensors_write(in(dir, "a.safetensors"), &d, NULL, NULL, &e));
    TRY(nn_safetensors_read(&d2, NULL, path, NULL, &e));
    TRY(same(&d2.items[0].value, &t));
    nn_dict_free(&d2);
#endif
#ifndef NN_NO_GGUF
    {
        nn_gguf *g = NULL;
        if (nn_gguf_memory(&g, "GGUF\3\0\0\0", 8, NULL, &e) != NN_E_FORMAT) return 6;
    }
#endif
#ifndef NN_NO_PNG
    TRY(nn_png_write(in(dir, "a.png"), &t, 6, NULL, &e));
    TRY(nn_png_read(&u, path, NULL, &e));
    TRY(same(&u, &t));
    nn_tensor_free(&u);
#endif
#ifndef NN_NO_EVENTS
    {
        nn_events *events = NULL;
        TRY(nn_events_open(&events, in(dir, "events"), 1.0, NULL, &e));
        TRY(nn_events_scalar(events, "loss", 0.5, 1, 1.0, &e));
        TRY(nn_events_image(events, "image", &t, 1, 1.0, &e));
        TRY(nn_events_close(events, &e));
    }
#endif
    nn_tensor_free(&t);
    nn_tensor_free(&u);
    nn_dict_free(&d);
    nn_dict_free(&d2);
    nn_arena_free(&arena);
    nn_buf_free(&b);
    nn_buf_free(&b2);
    return 0;
}
C
cp "$tmp/fmt.c" "$tmp/fmt.cpp"
fmt_room() {       # NAME FLAGS...: C, run; C++ too, where it is
    room=$1; shift
    flags="$warn -DNN_NO_SIMD -DNN_NO_LINALG $*"
    plus="-fsyntax-only $tmp/fmt.cpp"
    case $room in only_*) plus="$tmp/fmt.cpp -o $tmp/g_$room -lm && $tmp/g_$room $tmp/in.csv $tmp/in.npz $tmp/e_$room" ;; esac
    job "room nn_fmt $room" "$cc -std=c99 -O0 $flags -I$root $tmp/fmt.c -o $tmp/f_$room -lm && $tmp/f_$room $tmp/in.csv $tmp/in.npz $tmp/d_$room"
    if command -v g++ >/dev/null 2>&1; then job "room nn_fmt $room, C++" "g++ -std=c++11 -O0 $flags -I$root $plus"; fi
}
[ "$(wc -l <"$tmp/graph")" -ge 11 ] || { echo "FAIL nn_fmt.h says of fewer than 11 sections what they stand on"; failed=$((failed + 1)); }
for x in $all; do fmt_room "without_$x" $(without $x $(above $x)); done
fmt_room nothing $(without $all)
fmt_room only_csv -DNN_FMT_ONLY_CSV
fmt_room only_arrays -DNN_FMT_ONLY_ARRAYS
fmt_room only_both -DNN_FMT_ONLY_CSV -DNN_FMT_ONLY_ARRAYS
# a section without its floor is an #error that names both, and there is no other such #error
pairs=0
for x in $all; do
    for y in $(sed -n "s/^$x [0-9]* *//p" "$tmp/graph"); do
        pairs=$((pairs + 1))
        job "nn_fmt.h [$x] without [$y] is refused" "! $cc -std=c99 -fsyntax-only -DNN_NO_$y -x c nn_fmt.h 2>$tmp/no_$x.log && grep -q 'error.*\[$x\] stands on \[$y\]: define NN_NO_$x too, or drop NN_NO_$y' $tmp/no_$x.log"
    done
done
[ "$(grep -c '^#error "nn_fmt.h .* stands on ' nn_fmt.h)" -eq $pairs ] || { echo "FAIL nn_fmt.h: #error lines that no section's line says"; failed=$((failed + 1)); }
forbidden nn_sig.h NN_NO_JSON '\[PARSE\].*\[JSON\]' -DNN_NO_YAML -DNN_NO_SAFETENSORS
forbidden nn_data.h NN_NO_CSV '\[TABULAR\].*\[CSV\]'
forbidden nn_data.h NN_NO_NPY '\[PROBING\].*\[NPY\]'
# What a section adds, everything in it compiled, without vector kernels: at most what its line says, and at least 0.7 of it.
# weigh HEADER SET FLAGS...: one build, once; room_adds NAME KB LOW HIGH: the difference of two
weigh() {
    header=$1; set=$2; shift 2
    [ ! -f "$tmp/w_$set" ] || return 0
    : >"$tmp/w_$set"
    printf '#define NN_IMPLEMENTATION\n#include "%s.h"\n' "$header" >"$tmp/w_$set.c"
    job "weigh $set" "$cc -std=c99 -O2 -DNN_NO_SIMD $* -I$root -c $tmp/w_$set.c -o $tmp/w_$set.o && size $tmp/w_$set.o | awk 'NR == 2 { print \$1 }' >$tmp/w_$set"
}
room_adds() { echo "$*" >>"$tmp/budgets"; }
if [ $bytes = yes ]; then
    for x in $all; do
        low=fmt_$(floor $x | sort -u | tr '\n' '_'); high=fmt_$(printf '%s\n' $x $(floor $x) | sort -u | tr '\n' '_')
        weigh nn_fmt $low -DNN_NO_LINALG $(only $(floor $x))
        weigh nn_fmt $high -DNN_NO_LINALG $(only $x $(floor $x))
        room_adds "[$x]" "$(sed -n "s/^$x \([0-9]*\).*/\1/p" "$tmp/graph")" $low $high
    done
    both="-DNN_NO_LINALG -DNN_FMT_ONLY_CSV -DNN_FMT_ONLY_ARRAYS"
    weigh nn_data data_none $both -DNN_NO_TABULAR -DNN_NO_PROBING
    weigh nn_data data_TABULAR $both -DNN_NO_PROBING
    weigh nn_data data_PROBING $both -DNN_NO_TABULAR
    weigh nn_tensor tensor_none -DNN_NO_LINALG
    weigh nn_tensor tensor_LINALG
    for x in TABULAR PROBING; do
        room_adds "[$x]" "$(sed -n "s/^.* costs \([0-9]*\) KB[.] NN_NO_$x leaves it out.*/\1/p" nn_data.h)" data_none data_$x
    done
    room_adds '[LINALG]' "$(sed -n 's/^.* costs \([0-9]*\) KB[.] NN_NO_LINALG leaves it out.*/\1/p' nn_tensor.h)" tensor_none tensor_LINALG
fi

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
passed=$((passed + in_readme))
while read -r file said; do
    took=$(sed -n '2s/^\([0-9]*\)m\([0-9.]*\)s.*/\1 \2/p' "$file" 2>/dev/null | awk '{ print 60 * $1 + $2 }')
    echo "$(basename "$file" .times): compiled in $took seconds, README says ${said:-nothing}"
    if awk -v t="${took:-0}" -v s="${said:-0}" 'BEGIN { exit !(t > 0 && s > 0 && t <= 4 * s) }'; then passed=$((passed + 1))
    else echo "FAIL README.md's seconds of $(basename "$file" .times)"; failed=$((failed + 1)); fi
done <"$tmp/seconds"
[ $bytes = yes ] || skipped=$((10 + 3 + $(wc -l <"$tmp/graph")))
if [ -f "$tmp/budgets" ]; then
    while read -r name kb low high; do
        if [ -s "$tmp/w_$low" ] && [ -s "$tmp/w_$high" ]; then
            adds=$(($(cat "$tmp/w_$high") - $(cat "$tmp/w_$low")))
            echo "room $name: $adds bytes, its line says $kb KB"
            if [ $adds -le $((kb * 1000)) ] && [ $adds -ge $((kb * 700)) ]; then passed=$((passed + 1)); continue; fi
        fi
        echo "FAIL room $name: its line says $kb KB"; failed=$((failed + 1))
    done <"$tmp/budgets"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
