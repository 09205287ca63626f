#!/bin/sh
# tests/e2e_quick_start.sh - the quick start in each header's top comment compiles as C99 and C++11 without a warning, and runs. From the
# repository root. Prose stands behind three blanks after a semicolon, or on lines of dots; what a quick start takes for granted ("yours")
# is made before it.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
root=$(pwd)
passed=0; failed=0; skipped=0
check() {
    name=$1; shift
    if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name"; head -n 12 "$tmp/log"; fi
}
before() {
    case $1 in
    nn_fmt) cat <<'C'
    { nn_dict made = NN_ZERO; nn_tensor t = NN_ZERO; if (nn_tensor_make2(&t, NN_F32, 2, 3, NULL, NULL) != NN_OK || nn_dict_put(&made, "X", &t, NULL) != NN_OK || nn_npz_write("arrays.npz", &made, 0, NULL, NULL) != NN_OK) return 2; nn_dict_free(&made); }
C
    ;;
    nn_train) cat <<'C'
    float x[64 * 2]; int64_t labels[64]; size_t n = 64; nn_mlp_desc md = NN_ZERO; nn_mlp *model = NULL; nn_error e = NN_ZERO;
    for (size_t i = 0; i < n; i++) { x[2 * i] = (float)(i % 8); x[2 * i + 1] = (float)(i / 8); labels[i] = i % 8 > i / 8; }
    md.n_in = 2; md.n_out = 2; if (nn_mlp_create(&model, &md, &e) != NN_OK) return 2;
C
    ;;
    nn_sig) cat <<'C'
    int32_t tokens[10 * 4]; size_t n = 10, length = 4, vocab = 5; nn_mlp_desc md = NN_ZERO; nn_mlp *m = NULL; nn_error e = NN_ZERO;
    for (size_t i = 0; i < 40; i++) tokens[i] = (int32_t)(i * 7 % 5);
    md.n_in = 20; md.n_out = 1; if (nn_mlp_create(&m, &md, &e) != NN_OK) return 2;
C
    ;;
    esac
}
after() { case $1 in nn_train) echo '    nn_mlp_destroy(model);' ;; nn_sig) echo '    nn_mlp_destroy(m);' ;; nn_fmt) echo '    (void)x;' ;; esac; }
strict='-Wall -Wextra -Wpedantic -Werror'
for h in nn_tensor nn_fmt nn_mlp nn_train nn_data nn_sig; do
    {
        printf '#define NN_IMPLEMENTATION\n#include "%s/%s.h"\nint main(void)\n{\n' "$root" $h
        before $h
        awk '/^ \* QUICK START/ { on = 1; next } /^ \* [A-Z]/ { on = 0 } on' $h.h | sed -E 's/^ \*//; s/;   +.*/;/; /^ *\.\.\./d'
        after $h
        printf '    return 0;\n}\n'
    } >"$tmp/$h.c"
    check "$h.h: a quick start of three lines at least" sh -c "[ \$(awk '/^ \\* QUICK START/ { on = 1; next } /^ \\* [A-Z]/ { on = 0 } on' $h.h | wc -l) -ge 3 ]"
    # shellcheck disable=SC2086
    check "$h.h: C99" ${CC:-cc} -std=c99 -O0 -DNN_STATIC $strict "$tmp/$h.c" -o "$tmp/$h" -lm
    check "$h.h: runs" sh -c "cd '$tmp' && ./$h"
    if command -v g++ >/dev/null 2>&1; then
        # shellcheck disable=SC2086
        check "$h.h: C++11" g++ -std=c++11 -fsyntax-only -DNN_NO_SIMD -x c++ $strict "$tmp/$h.c"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
