#!/bin/sh
# tests/recipes.sh - the recipes of ARCHITECTURE.md, "Where to add ..." (make check). From the repository root.
# An optimizer (SignSGD), an activation (softsign) and a dtype (NumPy's f16) are added to a scratch copy, at the places that their rows
# name and at no other. For each: every place of the row is edited, every edited place is in the row; the row of the list alone makes the
# compiler name each switch that lacks it (activation, dtype); then a program finds the newcomer by name and by value and uses it, the
# same bits on every instruction set.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0
warn="-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror -Wno-maybe-uninitialized"
cc=${CC:-cc}
check() {
    name=$1; shift
    if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name"; head -n 8 "$tmp/log"; fi
}
# start RECIPE: a fresh copy; the row of ARCHITECTURE.md
start() {
    recipe=$1
    copy="$tmp/$recipe"; mkdir "$copy"; cp nn_*.h "$copy"
    grep "^| $recipe |" ARCHITECTURE.md >"$tmp/row"
    check "$recipe: has its row" test "$(wc -l <"$tmp/row")" -eq 1
    : >"$tmp/places"
}
# place FILE NAME WHERE TEXT: put TEXT behind the one line of FILE that holds WHERE, in the part that starts with NAME (a definition or
# a list); before it with WHERE = <WORDS
place() {
    echo "$2" >>"$tmp/places"
    check "$recipe: $2 is in its row" grep -qF "\`$2\`" "$tmp/row"
    TEXT=$4 awk -v name="$2" -v where="$3" '
        BEGIN { before = substr(where, 1, 1) == "<"; if (before) where = substr(where, 2); text = ENVIRON["TEXT"] }
        /^(#define|NN|[a-z])/ && index($0, name "(") { on = 1 }
        { hit = on && !done && index($0, where) }
        hit && before { print text }
        hit && !before && /[^\\]$/ && text ~ /^    NEXT/ { print $0 " \\"; print text; done = 1; next }
        { print }
        hit && !before { print text }
        hit { done = 1 }
        END { exit !done }' "$copy/$1" >"$tmp/edited"
    check "$recipe: $2 of $1 has '$3'" test $? -eq 0
    mv "$tmp/edited" "$copy/$1"
}
# the row names no place that was left alone
done_with() {
    grep -o '`[A-Za-z0-9_]*\(([a-z_]*)\)\{0,1\}`' "$tmp/row" | tr -d '`' | grep -E '^(NN_[A-Z]+_LIST|NNI_K\(|nni_|nn_tensor_)' | sort -u >"$tmp/named"
    sort -u "$tmp/places" >"$tmp/edited"
    check "$recipe: edited places are those of the row: $(diff "$tmp/named" "$tmp/edited" | tr '\n' ' ')" cmp -s "$tmp/named" "$tmp/edited"
}
# uses HEADER: the program on stdin builds without a warning and says the same on every instruction set
uses() {
    { printf '#define NN_STATIC\n#define NN_IMPLEMENTATION\n#include "%s"\n' "$1"; cat; } >"$copy/use.c"
    check "$recipe: builds" $cc $warn -O1 -I"$copy" "$copy/use.c" -o "$copy/use" -lm
    for isa in ref avx2 avx512; do NN_ISA=$isa "$copy/use" >"$copy/$isa.out" 2>"$tmp/log"; check "$recipe: works, $isa: $(cat "$copy/$isa.out" "$tmp/log")" test $? -eq 0; done
    check "$recipe: the same bits on every path" cmp "$copy/ref.out" "$copy/avx512.out"
    check "$recipe: the same bits on every path" cmp "$copy/ref.out" "$copy/avx2.out"
}
# switches HEADER VALUE: the compiler names what lacks a case
switches() {
    printf '#define NN_STATIC\n#define NN_IMPLEMENTATION\n#include "%s"\nint main(void) { return 0; }\n' "$1" >"$copy/lacks.c"
    $cc $warn -O0 -I"$copy" -fsyntax-only "$copy/lacks.c" 2>"$tmp/lacks"
    check "$recipe: a switch without $2 is named" grep -q "$2.*not handled" "$tmp/lacks"
}

# ---- an optimizer: p -= lr sign(g)
start optimizer
place nn_tensor.h NN_OPT_LIST '(sign(b1 m' '    NEXT(NN_OPT_SIGNSGD, "signsgd", 0, 1e-3, 0.99, 0.0, "p -= lr sign(g)")'
place nn_tensor.h 'NNI_K(update)' '<case NN_OPT_LION' \
'    case NN_OPT_SIGNSGD: {
        const nniv zero = NNI_F(0.0f), lr = nniv_set(u->lr);
        NNI_STEP(nniv_add(p, nniv_sel(nniv_lt(zero, g), nniv_sub(zero, lr), nniv_sel(nniv_lt(g, zero), lr, g))), 0, 0)
        break;
    }'
done_with
uses nn_train.h <<'C'
int main(void)
{
    static const float x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    static const int64_t labels[4] = { 0, 1, 1, 0 };
    static const size_t hidden[1] = { 21 };
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_train_set set = NN_ZERO;
    nn_train_desc d = NN_ZERO;
    nn_train_result r = NN_ZERO;
    nn_error e = NN_ZERO;
    double loss = 1;
    size_t i;
    uint32_t h = 0;
    if (strstr(NN_OPT_CHOICES, "|signsgd") == NULL || strcmp(nn_opt_name(NN_OPT_SIGNSGD), "signsgd") != 0) return 1;
    d.optim.kind = nn_opt_parse("signsgd");
    if (d.optim.kind != NN_OPT_SIGNSGD) return 2;
    md.n_in = 2; md.n_out = 2; md.hidden = hidden; md.n_hidden = 1;
    set.x = x; set.labels = labels; set.n = 4;
    d.epochs = 1500; d.batch_size = 4;
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_train_fit(m, &set, NULL, &d, &r, &e) != NN_OK) { puts(e.msg); return 3; }
    if (nn_train_evaluate(m, &set, NULL, &loss, NULL, NULL, 1, &e) != NN_OK || !(loss < 0.1)) { printf("loss %g\n", loss); return 4; }
    for (i = 0; i < m->n_params; i++) h = h * 31u + nni_f2u(m->params[i]);
    printf("%08lx\n", (unsigned long)h);
    d.optim.lr = -2;
    return nn_train_fit(m, &set, NULL, &d, NULL, &e) != NN_E_ARG;
}
C

# ---- an activation: x / (1 + |x|), whose derivative (1 - |y|)^2 its output tells
start activation
place nn_tensor.h NN_ACT_LIST '"x sigmoid(x)"' '    NEXT(NN_ACT_SOFTSIGN, "softsign", 0, "x / (1 + |x|)")'
switches nn_mlp.h NN_ACT_SOFTSIGN
abs='nniv_sel(nniv_lt(x, NNI_F(0.0f)), nniv_sub(NNI_F(0.0f), x), x)'
place nn_tensor.h 'NNI_K(act_forward)' '<case NN_ACT_RELU' "    case NN_ACT_SOFTSIGN: NNI_MAP_WHOLE(nniv_div(x, nniv_add(NNI_F(1.0f), $abs))) break;"
rest="nniv_sub(NNI_F(1.0f), $abs)"
place nn_tensor.h 'NNI_K(act_backward)' '<case NN_ACT_RELU' "    case NN_ACT_SOFTSIGN: NNI_MAP2(nniv_mul(g, nniv_mul($rest, $rest))); break;"
place nn_mlp.h nni_act_f64 '<case NN_ACT_RELU' '    case NN_ACT_SOFTSIGN:   return x / (1 + (x < 0 ? -x : x));'
done_with
uses nn_train.h <<'C'
int main(void)
{
    static const size_t hidden[2] = { 21, 9 };
    nn_mlp_desc md = NN_ZERO;
    nn_mlp *m = NULL;
    nn_train_set set = NN_ZERO;
    nn_loss_desc loss = NN_ZERO;
    nn_grad_report r = NN_ZERO;
    nn_error e = NN_ZERO;
    float x[5 * 3], y[15];
    int64_t labels[5];
    size_t i;
    uint32_t h = 0;
    if (strstr(NN_ACT_CHOICES, "|softsign") == NULL || strcmp(nn_act_name(NN_ACT_SOFTSIGN), "softsign") != 0) return 1;
    md.act = nn_act_parse("softsign");
    if (md.act != NN_ACT_SOFTSIGN || nn_act_needs_input(md.act)) return 2;
    for (i = 0; i < 15; i++) x[i] = (float)(i * 7 % 11) * 0.3f - 1.5f;
    for (i = 0; i < 5; i++) labels[i] = (int64_t)(i % 3);
    md.n_in = 3; md.n_out = 3; md.hidden = hidden; md.n_hidden = 2;
    set.x = x; set.labels = labels; set.n = 5;
    if (nn_mlp_create(&m, &md, &e) != NN_OK || nn_grad_check(m, &loss, &set, 0, 0, &r, &e) != NN_OK) { puts(e.msg); return 3; }
    if (!(r.worst < 1e-3)) { printf("gradient off by %g\n", r.worst); return 4; }
    nn_act_forward(y, x, 15, md.act, 0.0f);
    for (i = 0; i < 15; i++) {
        const double want = (double)x[i] / (1 + fabs((double)x[i]));
        if (!(fabs((double)y[i] - want) < 1e-6)) { printf("%g gives %g\n", (double)x[i], (double)y[i]); return 5; }
        h = h * 31u + nni_f2u(y[i]);
    }
    printf("%08lx\n", (unsigned long)h);
    return 0;
}
C

# ---- a dtype: NumPy's long double, stored and swapped, not computed with
start dtype
place nn_tensor.h NN_DTYPE_LIST '/* fixed width, NUL-padded */' '    NEXT(NN_F128, "f128", "float128", 16, 16, 0, "f16", "", 0, "")'
switches nn_fmt.h NN_F128
place nn_fmt.h nni_elem '<case NN_DTYPE_NONE' '    case NN_F128: return 0;'
done_with
uses nn_fmt.h <<'C'
int main(void)
{
    nn_tensor t = NN_ZERO, r = NN_ZERO;
    nn_reader *in = NULL;
    nn_buf b = NN_ZERO;
    nn_error e = NN_ZERO;
    unsigned char *at;
    size_t i;
    if (nn_dtype_parse("f128") != NN_F128 || nn_dtype_parse("float128") != NN_F128 || nn_dtype_size(NN_F128) != 16) return 1;
    if (nn_tensor_make1(&t, NN_F128, 3, NULL, &e) != NN_OK) { puts(e.msg); return 2; }
    for (i = 0; i < 48; i++) ((unsigned char *)t.data)[i] = (unsigned char)i;
    if (nn_npy_header(&b, &t, &e) != NN_OK || nn_buf_put(&b, t.data, 48, &e) != NN_OK) { puts(e.msg); return 3; }
    if (nn_reader_memory(&in, b.data, b.len, NULL, &e) != NN_OK || nn_npy_read_from(&r, in, NULL, &e) != NN_OK) { puts(e.msg); return 4; }
    nn_reader_close(in);
    if (r.dtype != NN_F128 || memcmp(r.data, t.data, 48) != 0) return 5;
    for (at = (unsigned char *)b.data; *at != '<' && *at != '>'; at++) { }
    *at = (unsigned char)(*at == '<' ? '>' : '<');
    nn_tensor_free(&r);
    if (nn_reader_memory(&in, b.data, b.len, NULL, &e) != NN_OK || nn_npy_read_from(&r, in, NULL, &e) != NN_OK) { puts(e.msg); return 6; }
    nn_reader_close(in);
    for (i = 0; i < 48; i++) if (((unsigned char *)r.data)[i] != i / 16 * 16 + 15 - i % 16) return 7;
    return nn_tensor_convert(&r, &t, NN_F32, NULL, &e) == NN_OK;
}
C
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
