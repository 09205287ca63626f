#!/bin/sh
# tests/e2e_vendor.sh - what other people's projects and shells get. From the repository root.
# make install into a folder; throw-away projects that take a header and those it needs, with their own strict flags, in C and C++, on
# gcc, clang and tcc, by hand, through pkg-config and through CMake; help, man pages and completions of the installed programs agree.
set -u
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT INT TERM
unset MAKEFLAGS MFLAGS MAKELEVEL
passed=0; failed=0; skipped=0
# check NAME COMMAND...: passes when the command does; shows what it said otherwise
check() {
    name=$1; shift
    if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name"; head -n 8 "$tmp/log"; fi
}
have() { command -v "$1" >/dev/null 2>&1 || { echo "skip vendor $2: $1 is not installed"; skipped=$((skipped + 1)); return 1; }; }
says() { [ "$("$1")" = "$2" ] || { echo "expected '$2', got '$("$1")'"; return 1; }; }

# ---- install
at="$tmp/stage/opt/nn"
mkdir "$tmp/stage"
check "make install" make install PREFIX=/opt/nn DESTDIR="$tmp/stage"
check "an installed tree is not built again" sh -c '! make -n install | grep -q -- " -std=c99 "'
check "six headers" sh -c "ls '$at'/include/nn/*.h | wc -l | grep -qx ' *6'"
check "nn.pc has the prefix without DESTDIR" grep -qx 'prefix=/opt/nn' "$at/share/pkgconfig/nn.pc"
version=$(sed -n 's/^#define NN_VERSION "\(.*\)"/\1/p' nn_tensor.h)

# ---- programs: --version; help of program and commands within 80 columns; one table behind help, man page and completions
cat >"$tmp/complete.bash" <<'BASH'
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"; printf '%s\n' "${COMPREPLY[@]}"
BASH
flags_of() { sed -n 's/^  \(--[a-z0-9._-]*\).*/\1/p' "$1" | sort -u; }
for f in examples/*.c; do
    p=$(basename "$f" .c)
    run="$at/bin/$p"
    check "$p --version" sh -c "'$run' --version | grep -q '^$p $version'"
    "$run" --help >"$tmp/help" 2>&1
    commands=$(awk '/^commands/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }' "$tmp/help")
    check "$p --help within 80 columns" awk 'length($0) > 80 { print; bad = 1 } END { exit bad || NR < 3 }' "$tmp/help"
    man="$at/share/man/man1/$p.1"
    check "$p.1 is a page" sh -c "head -n 1 '$man' | grep -q '^.TH $p 1 ' && grep -q '^.SH NAME' '$man' && grep -q '^.SH SYNOPSIS' '$man'"
    if command -v groff >/dev/null 2>&1; then check "$p.1 is clean roff" sh -c "groff -man -ww -Tutf8 '$man' 2>&1 >/dev/null | { ! grep .; }"; fi
    grep -q '"nn_app.h"' "$f" || continue
    bash_file="$at/share/bash-completion/completions/$p"; zsh_file="$at/share/zsh/site-functions/_$p"
    check "_$p begins with #compdef" sh -c "head -n 1 '$zsh_file' | grep -qx '#compdef $p'"
    if command -v zsh >/dev/null 2>&1; then check "_$p parses" zsh -n "$zsh_file"; fi
    check "$p completions: a third shell is refused" sh -c "'$run' completions tcsh; [ \$? -eq 2 ]"
    check "$p completes its commands" sh -c "[ \"\$(bash '$tmp/complete.bash' '$bash_file' '$p' '' | grep -v '^-' | grep -vxE 'man|completions')\" = '$commands' ]"
    for c in $commands; do
        "$run" "$c" --help >"$tmp/help" 2>&1
        check "$p $c --help within 80 columns" awk 'length($0) > 80 { print; bad = 1 } END { exit bad || NR < 3 }' "$tmp/help"
        flags_of "$tmp/help" >"$tmp/want"
        bash "$tmp/complete.bash" "$bash_file" "$p" "$c" -- | grep -v '^--no-' | sort -u >"$tmp/got"
        grep -v '^--no-' "$tmp/want" >"$tmp/want_plain"
        check "$p $c: bash offers the flags of --help" diff "$tmp/want_plain" "$tmp/got"
        awk -v c="$c" '$0 == "    " c ")" { on = 1; next } on && / ;;$/ { exit } on' "$zsh_file" | sed -n "s/^ *'\(--[a-z0-9._-]*\).*/\1/p" | grep -v '^--no-' | sort -u >"$tmp/got"
        check "$p $c: zsh offers the flags of --help" diff "$tmp/want_plain" "$tmp/got"
    done
    check "$p: the man page has every flag" sh -c "'$run' --help >'$tmp/help'; for c in $(echo $commands); do '$run' \$c --help; done >>'$tmp/help'
        sed -n 's/^  \\(--[a-z0-9._-]*\\).*/\\1/p' '$tmp/help' | sort -u >'$tmp/want'
        sed 's/[\\]-/-/g' '$man' | grep -o 'fB--[a-z0-9._-]*' | sed 's/^fB//' | sort -u >'$tmp/got'; comm -23 '$tmp/want' '$tmp/got' | { ! grep .; }"
    if [ "$p" = nnfmt ]; then first=$(echo $commands | cut -d' ' -f1); printf '%s\n' npy npz >"$tmp/want"; set -- --as = n
    else                                                   # in the first command that computes
        first=$("$run" options | awk -F '\t' '$2 == "device" { print $1; exit }')
        printf '%s\n' auto cpu >"$tmp/want"; set -- --device = ''
    fi
    bash "$tmp/complete.bash" "$bash_file" "$p" "$first" "$@" >"$tmp/got"
    check "$p completes words" diff "$tmp/want" "$tmp/got"
done

# ---- vendor: each header with those it needs and nothing else
strict='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror -O0'
needs() { echo "$1"; for n in $(sed -n 's/^#include "\(nn_[a-z]*\.h\)".*/\1/p' "$1" | sort -u); do [ "$n" = "$1" ] || needs "$n"; done; }
for h in nn_*.h; do
    mkdir "$tmp/${h%.h}"
    for n in $(needs "$h" | sort -u); do cp "$n" "$tmp/${h%.h}/"; done
    printf '#define NN_IMPLEMENTATION\n#include "%s"\nint main(void) { return 0; }\n' "$h" >"$tmp/${h%.h}/main.c"
    # shellcheck disable=SC2086
    check "$h with what it includes" ${CC:-cc} -std=c99 $strict -fsyntax-only "$tmp/${h%.h}/main.c"
done

# a project of two files: one holds the implementation, the other uses it
project() {
    mkdir -p "$1"
    printf '#define NN_IMPLEMENTATION\n#include "nn_mlp.h"\n' >"$1/impl.c"
    cat >"$1/main.c" <<'C'
#include "nn_mlp.h"
#include <stdio.h>
int main(void)
{
    nn_mlp_desc d = NN_ZERO;
    nn_mlp *m = NULL;
    nn_error e = NN_ZERO;
    float x[4] = { 0.5f, -1.0f, 2.0f, 0.0f }, y[3];
    d.n_in = 2; d.n_out = 3; d.seed = 7;
    if (nn_mlp_create(&m, &d, &e) != NN_OK || nn_mlp_predict(m, y, nn_mlp_dense(x, 2), 1, 0, &e) != NN_OK) { puts(e.msg); return 1; }
    printf("%.6f %.6f %.6f\n", (double)y[0], (double)y[1], (double)y[2]);
    nn_mlp_destroy(m);
    return 0;
}
C
    cp "$1/impl.c" "$1/impl.cpp"; cp "$1/main.c" "$1/main.cpp"
}
project "$tmp/plain"
cp nn_mlp.h nn_tensor.h "$tmp/plain/"
answer=''
pkg=''
have pkg-config "pkg-config" && pkg=yes
# pkg-config must not add the staging folder twice: the sysroot is what it prefixes
export PKG_CONFIG_PATH="$at/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$tmp/stage"
project "$tmp/packaged"
for cc in gcc g++ clang clang++ tcc; do
    have $cc "$cc" || continue
    case $cc in *++) ext=cpp; flags="-std=c++11 $strict" ;; tcc) ext=c; flags='-std=c99 -Wall -Werror' ;; *) ext=c; flags="-std=c99 -Wstrict-prototypes $strict" ;; esac
    check "$cc, plain" sh -c "cd '$tmp/plain' && $cc $flags -c impl.$ext -o $cc.o && $cc $flags main.$ext $cc.o -o $cc.out -lm"
    [ -x "$tmp/plain/$cc.out" ] || continue
    [ -n "$answer" ] || answer=$("$tmp/plain/$cc.out")
    check "$cc, plain: the same numbers" says "$tmp/plain/$cc.out" "$answer"
    [ -n "$pkg" ] || continue
    # the object of the same compiler stands in for a second build of the same header
    check "$cc, pkg-config" sh -c "cd '$tmp/packaged' && $cc $flags \$(pkg-config --cflags nn) main.$ext '$tmp/plain/$cc.o' -o $cc.out \$(pkg-config --libs nn) && ./$cc.out"
done
[ -z "$pkg" ] || check "pkg-config --modversion" sh -c "[ \"\$(pkg-config --modversion nn)\" = '$version' ]"

# ---- CMake: add_subdirectory on a copy, find_package on what was installed
if have cmake "CMake"; then
    for way in subdirectory package; do
        dir="$tmp/cmake_$way"
        project "$dir"
        sed -i.bak 's/nn_mlp/nn_tensor/' "$dir"/impl.c "$dir"/impl.cpp && rm -f "$dir"/*.bak
        for e in c cpp; do
            printf '#include "nn_tensor.h"\nint main(void)\n{\n    nn_tensor t = NN_ZERO;\n    if (nn_tensor_make2(&t, NN_F32, 2, 3, NULL, NULL) != NN_OK) return 1;\n    nn_tensor_free(&t);\n    return 0;\n}\n' >"$dir/main.$e"
        done
        if [ $way = subdirectory ]; then
            mkdir "$dir/nn" && cp nn_*.h CMakeLists.txt "$dir/nn/"
            use='add_subdirectory(nn)'; pair='gcc g++'
        else
            use="find_package(nn ${version%.*} REQUIRED)"; pair='clang clang++'
        fi
        printf '%s\n' 'cmake_minimum_required(VERSION 3.14)' 'project(theirs LANGUAGES C CXX)' 'set(CMAKE_C_STANDARD 99)' 'set(CMAKE_CXX_STANDARD 11)' "$use" \
            'foreach(l c cpp)' '    add_executable(with_${l} impl.${l} main.${l})' "    target_compile_options(with_\${l} PRIVATE $strict)" \
            '    target_link_libraries(with_${l} PRIVATE nn::nn)' 'endforeach()' >"$dir/CMakeLists.txt"
        # shellcheck disable=SC2086
        set -- $pair
        command -v "$2" >/dev/null 2>&1 || set -- cc c++
        check "cmake, $way: configure ($1)" cmake -S "$dir" -B "$dir/out" -DCMAKE_C_COMPILER="$1" -DCMAKE_CXX_COMPILER="$2" -DCMAKE_PREFIX_PATH="$at"
        check "cmake, $way: build" cmake --build "$dir/out"
        for l in c cpp; do check "cmake, $way: run $l" "$dir/out/with_$l"; done
    done
    if command -v tcc >/dev/null 2>&1; then
        sed 's/LANGUAGES C CXX/LANGUAGES C/; s/foreach(l c cpp)/foreach(l c)/; s/PRIVATE -Wall.*)/PRIVATE -Wall)/' "$tmp/cmake_package/CMakeLists.txt" >"$tmp/lists" && mv "$tmp/lists" "$tmp/cmake_package/CMakeLists.txt"
        check "cmake, package, tcc" sh -c "cd '$tmp/cmake_package' && cmake -S . -B out_tcc -DCMAKE_C_COMPILER=tcc -DCMAKE_PREFIX_PATH='$at' && cmake --build out_tcc && out_tcc/with_c"
    fi
    check "cmake --install puts the same headers and package" sh -c "cmake -S . -B '$tmp/self' -DCMAKE_INSTALL_PREFIX='$tmp/self_at' && cmake --install '$tmp/self' &&
        diff -r '$tmp/self_at/include' '$at/include' && diff '$tmp/self_at/share/cmake/nn/nn-config.cmake' '$at/share/cmake/nn/nn-config.cmake'"
    check "cmake: a later series is refused" sh -c "! sed 's/find_package.*/find_package(nn 99.0 REQUIRED)/; s/ C CXX/ NONE/' '$tmp/cmake_package/CMakeLists.txt' >'$tmp/plain/CMakeLists.txt' || ! cmake -S '$tmp/plain' -B '$tmp/plain/out' -DCMAKE_PREFIX_PATH='$at'"
fi

check "make uninstall" make uninstall PREFIX=/opt/nn DESTDIR="$tmp/stage"
check "nothing is left" sh -c "find '$tmp/stage' -type f | { ! grep .; }"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
