#!/bin/sh
# examples/scale/parallel.sh - N shards by GNU parallel:  SHARDS=8 JOBS=2 examples/scale/parallel.sh [flags of run-data-gen]
# JOBS at a time (default: one per core). A shard that dies is tried twice more, and goes on where it stopped because of --resume.
PROGRAM=${PROGRAM:-build/interpreter_data}
SHARDS=${SHARDS:-8}
seq 0 $((SHARDS - 1)) | exec parallel --will-cite --quote --retries 3 ${JOBS:+--jobs "$JOBS"} \
    "$PROGRAM" run-data-gen --shard "{}/$SHARDS" --resume --threads 1 --out "${OUT:-generated_datasets}" "$@"
