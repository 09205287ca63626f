#!/bin/sh
# tests/sanitize_programs.sh - the programs' own end-to-end tests on builds with AddressSanitizer (uses of dead stack frames and leaks too) and
# UBSan (build/san/PROGRAM, made by make sanitize).
export BUILD=build/san ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
exec sh tests/run.sh tests/e2e_nnfmt.sh tests/e2e_probe_data.sh tests/e2e_fair_tasks.sh tests/e2e_interpreter_data.sh tests/e2e_artificial_data.sh
