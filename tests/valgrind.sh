#!/bin/sh
# tests/valgrind.sh - test programs under valgrind (memcheck): no error, nothing lost. AVX2 path: valgrind knows no AVX-512.
passed=0; failed=0
command -v valgrind >/dev/null 2>&1 || { echo "skip valgrind: not installed"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
for t in test_tensor test_probing test_metrics; do
    [ -x "build/$t" ] || { echo "FAIL build/$t is missing: make test first"; failed=$((failed + 1)); continue; }
    if NN_ISA=avx2 OMP_NUM_THREADS=1 valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite "build/$t" >"build/$t.valgrind" 2>&1; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "FAIL valgrind $t"; tail -n 15 "build/$t.valgrind"; fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
