#!/bin/sh
# tests/vendoring.sh - traps for those who copy headers (make check, after tests/matrix.sh). From the repository root.
# A renamed nn_tensor.h: beside the source, in vendor/ by a relative path, by -I, with -ffile-prefix-map; headers of two versions in one
# file; two libraries with two versions in one process; a header whose implementation is not there does not link.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
passed=0; failed=0; skipped=0
check() {
    name=$1; shift
    if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name"; head -n 8 "$tmp/log"; fi
}
have() { command -v "$1" >/dev/null 2>&1 || { echo "skip vendoring, $1: not installed"; skipped=$((skipped + 1)); return 1; }; }

# ---- a renamed header
mkdir -p "$tmp/beside" "$tmp/far/vendor" "$tmp/elsewhere"
unit() { printf '#define NN_IMPLEMENTATION\n#include "%s"\nint main(void) { nn_tensor t = NN_ZERO; float x[2] = { 1, 2 }; nn_vexpf(x, x, 2); nn_tensor_free(&t); return !(x[1] > x[0]); }\n' "$1"; }
cp nn_tensor.h "$tmp/beside/vendored_tensor.h"
cp nn_tensor.h "$tmp/far/vendor/vendored_tensor.h"
unit vendored_tensor.h >"$tmp/beside/a.c"
unit vendor/vendored_tensor.h >"$tmp/far/a.c"
unit far/vendor/vendored_tensor.h >"$tmp/b.c"
unit vendored_tensor.h >"$tmp/elsewhere/a.c"
for cc in gcc g++ clang clang++ tcc; do
    have $cc || continue
    std=-std=c99; x=
    case $cc in *++) std=-std=c++11; x='-x c++' ;; esac
    # a compiler that cannot tell a file's name has to be told
    self=
    printf 'const char *s = __FILE_NAME__;\n' >"$tmp/name.c"
    # shellcheck disable=SC2086
    $cc $std $x -c "$tmp/name.c" -o "$tmp/name.o" 2>/dev/null || self="'-DNN_TENSOR_SELF=\"vendored_tensor.h\"'"
    # shellcheck disable=SC2086
    {
        check "$cc: renamed, beside the source" sh -c "cd '$tmp/beside' && $cc $std -O0 -DNN_STATIC $self $x a.c -x none -o $cc.out -lm 2>&1 && ./$cc.out"
        check "$cc: renamed, in vendor/" sh -c "cd '$tmp/far' && $cc $std -O0 -DNN_STATIC $self $x -c a.c -o a.o"
        check "$cc: renamed, in vendor/, compiled from elsewhere" sh -c "cd '$tmp/elsewhere' && $cc $std -O0 -DNN_STATIC $self $x -c ../far/a.c -o a.o"
        check "$cc: renamed, two folders down" sh -c "cd / && $cc $std -O0 -DNN_STATIC $self $x -c '$tmp/b.c' -o '$tmp/b.o'"
        check "$cc: renamed, by -I" sh -c "cd '$tmp' && $cc $std -O0 -DNN_STATIC $self -Ifar/vendor $x -c elsewhere/a.c -o e.o"
        case $cc in tcc) ;; *)
            check "$cc: renamed, by -I, with -ffile-prefix-map" sh -c "cd '$tmp' && $cc $std -O0 -DNN_STATIC $self -ffile-prefix-map='$tmp'=/src -I'$tmp/far/vendor' $x -c '$tmp/elsewhere/a.c' -o e.o" ;;
        esac
    }
done

# ---- two versions in one file: each header refuses each header it stands on
cc=${CC:-cc}
num=$(sed -n 's/^#define NN_VERSION_NUM \([0-9]*\)$/\1/p' nn_tensor.h)
check "the six headers carry one number" sh -c "[ -n '$num' ] && [ \"\$(grep -hE '^#define NN_([A-Z]+_)?VERSION_NUM ' nn_*.h | grep -c ' $num\$')\" = 6 ]"
for pair in fmt:tensor mlp:tensor train:tensor train:mlp data:tensor data:fmt sig:tensor sig:mlp sig:data; do
    over=nn_${pair%:*}.h; under=nn_${pair#*:}.h
    rm -rf "$tmp/mixed"; mkdir "$tmp/mixed"; cp nn_*.h "$tmp/mixed/"
    sed "s/^\(#define NN_[A-Z_]*VERSION_NUM\) $num\$/\1 $((num + 1))/" "$under" >"$tmp/mixed/$under"
    # all but the upper header agree with the lower one: its own check must speak
    for h in nn_*.h; do
        [ "$h" = "$over" ] || [ "$h" = "$under" ] || sed "s/\(VERSION_NUM != \)$num/\1VERSION_ANY/g; s/VERSION_NUM != VERSION_ANY/VERSION_NUM < 0/g" "$h" >"$tmp/mixed/$h"
    done
    printf '#include "%s"\nint main(void) { return 0; }\n' "$over" >"$tmp/mixed/m.c"
    check "$over over a later $under is refused by name" sh -c "! $cc -std=c99 -fsyntax-only '$tmp/mixed/m.c' 2>'$tmp/said' && grep -q 'error.*$over.*$under' '$tmp/said'"
done

# ---- two libraries, two versions, one process: NN_STATIC keeps each with its own
for v in 1 2; do
    mkdir "$tmp/lib$v"; cp nn_tensor.h "$tmp/lib$v/"
    [ $v = 1 ] || sed "s/^#define NN_VERSION_NUM .*/#define NN_VERSION_NUM 9999/" nn_tensor.h >"$tmp/lib$v/nn_tensor.h"
    printf '#define NN_STATIC\n#define NN_IMPLEMENTATION\n#include "nn_tensor.h"\nint lib%d(void);\nint lib%d(void) { return nn_version(); }\n' $v $v >"$tmp/lib$v/lib.c"
    check "library $v" $cc -std=c99 -O0 -fPIC -shared "$tmp/lib$v/lib.c" -o "$tmp/lib$v/lib$v.so" -lm
done
printf '#include <stdio.h>\nint lib1(void);\nint lib2(void);\nint main(void) { printf("%%d %%d\\n", lib1(), lib2()); return 0; }\n' >"$tmp/main.c"
check "one process links both" $cc "$tmp/main.c" "$tmp/lib1/lib1.so" "$tmp/lib2/lib2.so" -Wl,-rpath,"$tmp/lib1:$tmp/lib2" -o "$tmp/main"
check "each calls its own" sh -c "[ \"\$('$tmp/main')\" = '$num 9999' ]"

# ---- an implementation that is not there is noticed: by the calls of tests/matrix.sh
call=$(sed -n '/^call() {/,/^}/p' tests/matrix.sh)
eval "$call"
for h in nn_*.h; do
    rm -rf "$tmp/mixed"; mkdir "$tmp/mixed"; cp nn_*.h "$tmp/mixed/"
    sed 's/^#if defined(NN_IMPLEMENTATION)/#if defined(NN_IMPLEMENTATIOM)/' "$h" >"$tmp/mixed/$h"
    printf '#define NN_IMPLEMENTATION\n#include "%s"\nint main(void) { %s return 0; }\n' "$h" "$(call "$h")" >"$tmp/mixed/m.c"
    check "a misspelt macro in $h does not link" sh -c "$cc -std=c99 -O0 -DNN_NO_SIMD -c '$tmp/mixed/m.c' -o '$tmp/m.o' && ! $cc '$tmp/m.o' -o '$tmp/m' -lm 2>'$tmp/said' && grep -q undefined '$tmp/said'"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
