#!/bin/sh
# tests/sanitize_programs.sh - the programs' own end-to-end tests on builds with AddressSanitizer and UBSan (build/san/PROGRAM, made by make
# sanitize). Not with detect_stack_use_after_return: gcc 12 aligns its substitute frames too little for AVX-512 (its bug 110027).
unset ASAN_OPTIONS UBSAN_OPTIONS
export BUILD=build/san
exec sh tests/run.sh tests/e2e_nnfmt.sh tests/e2e_probe_data.sh tests/e2e_fair_tasks.sh tests/e2e_interpreter_data.sh tests/e2e_artificial_data.sh
