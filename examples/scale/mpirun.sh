#!/bin/sh
# examples/scale/mpirun.sh - N shards, one per rank:  RANKS=8 examples/scale/mpirun.sh [flags of run-data-gen]
# Only the launcher is used (the program links no MPI): the rank is read from OMPI_COMM_WORLD_RANK or PMI_RANK. MPIRUN adds options (hosts, --oversubscribe).
# When one rank dies, Open MPI ends the others too: the same line again goes on with every shard where it stopped.
PROGRAM=${PROGRAM:-build/interpreter_data}
# shellcheck disable=SC2086
exec ${MPIRUN:-mpirun} -n "${RANKS:-8}" "$PROGRAM" run-data-gen --resume --threads 1 --out "${OUT:-generated_datasets}" "$@"
