#!/bin/sh
#SBATCH --job-name=interpreter
#SBATCH --array=0-7
#SBATCH --cpus-per-task=1
#SBATCH --mem=100M
#SBATCH --requeue
#SBATCH --open-mode=append
# examples/scale/slurm_array.sh - one shard per array task:  sbatch examples/scale/slurm_array.sh [flags of run-data-gen]
# The program reads the shard from SLURM_ARRAY_TASK_ID and _COUNT. A task that died is started again with
#   scontrol requeue JOB_TASK       (while Slurm still knows the job), or
#   SHARDS=8 SHARD=5 sbatch --array=5 examples/scale/slurm_array.sh [the same flags]       (later: Slurm counts such an array as 1)
# and goes on where it stopped because of --resume.
PROGRAM=${PROGRAM:-build/interpreter_data}
if [ -n "${SHARD:-}" ]; then set -- --shard "$SHARD/${SHARDS:?}" "$@"; fi
exec "$PROGRAM" run-data-gen --resume --threads "${SLURM_CPUS_PER_TASK:-1}" --out "${OUT:-generated_datasets}" "$@"
