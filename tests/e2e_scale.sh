#!/bin/sh
# tests/e2e_scale.sh - nnfmt show of 2 GiB; examples/scale on real engines: 8 shards of one data set by GNU parallel, mpirun and a Slurm array (slurmctld, slurmd and munge of
# this test's own, on one machine); shard 5 is killed with -9 in its middle and started again by the same line; merged, the promised bytes of one process.
passed=0; failed=0; skipped=0; pids=
D=$(mktemp -d) || exit 1
done_with() { for p in $pids; do kill "$p" 2>/dev/null; done; for p in $pids; do wait "$p" 2>/dev/null; done; rm -rf "$D"; }
trap done_with EXIT
trap 'exit 1' INT TERM
ok()   { if [ "$1" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $2"; fi; }
skip() { skipped=$((skipped + 1)); echo "skip $1: needs $2"; }
end()  { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" -eq 0 ]; exit; }
has()  { for c in "$@"; do command -v "$c" >/dev/null 2>&1 || return 1; done; }
PATH=$PATH:/usr/sbin:/sbin
P=$PWD/build/interpreter_data
[ -x "$P" ] || { echo "FAIL build/interpreter_data is not built"; failed=1; end; }
unset SLURM_ARRAY_TASK_ID OMPI_COMM_WORLD_RANK PMI_RANK JOB_COMPLETION_INDEX
export OMP_NUM_THREADS=1
S="--preset v0.1 --num_layers 2 --neurons_per_layer 8 --patterns all_same,sorted_ascending,starts_with,ends_with --target_total_examples 600 --checkpoint_interval 16 --no-tensorboard.enabled --quiet --length 192"

# nnfmt show of 2 GiB of zeros, as files with holes: headers alone, in 20 MiB of address space and 10 MB read (what the system counted
# of the shell and its children)
N=$PWD/build/nnfmt
[ -x "$N" ] || { echo "FAIL build/nnfmt is not built"; failed=1; end; }
if [ -r /proc/self/io ]; then
    mkdir "$D/holes"; cd "$D/holes" || exit 1
    le() { lv=$1; ln=$2; while [ "$ln" -gt 0 ]; do printf "\\$(printf %03o $((lv % 256)))"; lv=$((lv / 256)); ln=$((ln - 1)); done; }
    big=2147483648
    holes() { dd if=/dev/zero of="$1" bs=1 count=0 seek="$2" 2>/dev/null; }
    size() { wc -c <"$1" | tr -d ' '; }
    # safetensors
    h='{"w":{"dtype":"F32","shape":[524288,1024],"data_offsets":[0,2147483648]}}      '
    { le ${#h} 8; printf '%s' "$h"; } >big.safetensors
    holes big.safetensors $((8 + ${#h} + big))
    # GGUF
    { printf 'GGUF'; le 3 4; le 1 8; le 0 8; le 1 8; printf w; le 2 4; le 1024 8; le 524288 8; le 0 4; le 0 8; } >big.gguf
    holes big.gguf $((96 + big))
    # zip: the members NAME:SIZE:FILE, FILE its beginning, in order; sizes below 4 GiB
    zip() {
        out=$1; shift; : >"$out"; : >cd; count=0
        for m in "$@"; do
            name=${m%%:*}; file=${m##*:}; n=${m#*:}; n=${n%%:*}; at=$(size "$out")
            { printf 'PK\3\4'; le 20 2; le 0 6; le 33 2; le 0 4; le "$n" 4; le "$n" 4; le ${#name} 2; le 0 2; printf '%s' "$name"; cat "$file"; } >>"$out"
            { printf 'PK\1\2'; le 20 2; le 20 2; le 0 6; le 33 2; le 0 4; le "$n" 4; le "$n" 4; le ${#name} 2; le 0 12; le "$at" 4; printf '%s' "$name"; } >>cd
            holes "$out" $((at + 30 + ${#name} + n)); count=$((count + 1))
        done
        at=$(size "$out")
        { cat cd; printf 'PK\5\6'; le 0 4; le $count 2; le $count 2; le "$(size cd)" 4; le "$at" 4; le 0 2; } >>"$out"
    }
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (524288, 1024), }" >npy
    zip big.npz w.npy:$((big + 128)):npy
    : >none; printf '3\n' >version
    {
        printf '\200\2}X'; le 1 4; printf 'wctorch._utils\n_rebuild_tensor_v2\n((X'; le 7 4; printf 'storagectorch\nFloatStorage\nX'; le 1 4; printf '0X'; le 3 4
        printf 'cpuJ'; le 536870912 4; printf 'tQK\0J'; le 524288 4; printf 'M'; le 1024 2; printf '\206M'; le 1024 2
        printf 'K\1\206\211ccollections\nOrderedDict\n)RtRs.'
    } >pkl
    zip big.pth a/data.pkl:$(size pkl):pkl a/data/0:$big:none a/version:2:version
    for f in big.safetensors big.gguf big.npz big.pth; do
        sh -c '(ulimit -v 20480 && exec "$1" show "$2") && sed -n "s/^rchar: /read /p" /proc/$$/io' sh "$N" $f >show 2>"$D/log"; ok $? "show $f in 20 MiB: $(cat "$D/log")"
        awk '$1 == "w" && $2 == "f32" && $3 == "[524288,1024]" { w = 1 } $1 == "read" { n = $2 } END { exit !(w && n > 0 && n < 10000000) }' show; ok $? "show $f: $(cat show)"
    done
    cd "$OLDPWD" || exit 1
else skip "show of 2 GiB" "/proc/self/io"; fi

# the program, but the first time that shard 5 of a run has its first record it dies as by a power cut
cat >"$D/program" <<EOF
#!/bin/sh
case " \$* \${SLURM_ARRAY_TASK_ID:-} \${OMPI_COMM_WORLD_RANK:-} " in *" 5/8 "*|*" 5 "*) ;; *) exec "$P" "\$@" ;; esac
[ -e "\$OUT.killed" ] && exec "$P" "\$@"
"$P" "\$@" & pid=\$!
until grep -q ' R ' "\$OUT/shard-5-of-8/journal.txt" 2>/dev/null; do kill -0 \$pid 2>/dev/null || break; done
kill -9 \$pid; wait \$pid; rc=\$?
[ \$rc -eq 137 ] && echo \$rc >"\$OUT.killed"
exit \$rc
EOF
chmod +x "$D/program"
export PROGRAM="$D/program"
# merged NAME: shard 5 was killed, the shards merge, into the bytes of one process
merged() {
    [ -s "$D/$1.killed" ]; ok $? "$1: shard 5 was not killed in its middle"
    "$P" merge "$D/$1"/shard-*-of-8 --out "$D/$1-merged" --quiet >/dev/null 2>"$D/log"; ok $? "$1: merge: $(cat "$D/log")"
    for f in data rejected.jsonl README.md config.yaml signature_dataset.json; do
        diff -r "$D/one/$f" "$D/$1-merged/$f" >/dev/null 2>&1; ok $? "$1: $f differs from one process's"
    done
}
"$P" run-data-gen $S --threads 1 --out "$D/one" >/dev/null 2>"$D/log"; ok $? "one process: $(cat "$D/log")"
[ "$(cat "$D"/one/data/*.jsonl | wc -l)" -eq 192 ]; ok $? "192 records"

# engines that only set variables: what a shard of them would make
plan() { want=$1; shift; env "$@" "$P" run-data-gen $S --threads 1 --dry-run --out "$D/x" 2>/dev/null | grep -q "^records $want of 192,"; ok $? "$*: records $want"; }
plan '120 to 144' JOB_COMPLETION_INDEX=5 JOB_COMPLETIONS=8
plan '120 to 144' PMI_RANK=5 PMI_SIZE=8
plan '120 to 144' SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=8
plan '72 to 96' SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=8
part() { env "$@" "$P" run-data-gen $S --dry-run --out "$D/x" >/dev/null 2>"$D/log"; [ $? -eq 2 ] && grep -q 'give --shard' "$D/log"; ok $? "part of an array is refused: $*: $(cat "$D/log")"; }
part SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_COUNT=1
part SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_COUNT=2
part SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=4
plan '0 to 192' OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1
env JOB_COMPLETION_INDEX=5 "$P" run-data-gen $S --out "$D/x" >/dev/null 2>"$D/log"; [ $? -eq 2 ] && grep -q JOB_COMPLETION_INDEX "$D/log"; ok $? "an index without a count is refused"

if has parallel; then
    export OUT="$D/parallel"
    JOBS=2 sh examples/scale/parallel.sh $S >"$D/log" 2>&1; ok $? "parallel: $(cat "$D/log")"
    merged parallel
else skip "parallel" "parallel"; fi

if has mpirun; then
    export OUT="$D/mpirun" MPIRUN="mpirun --oversubscribe"
    [ "$(id -u)" -ne 0 ] || MPIRUN="$MPIRUN --allow-run-as-root"
    sh examples/scale/mpirun.sh $S >"$D/log" 2>&1; [ $? -ne 0 ]; ok $? "mpirun says that a rank died"
    sh examples/scale/mpirun.sh $S >"$D/log" 2>&1; ok $? "mpirun, the same line again: $(cat "$D/log")"
    merged mpirun
else skip "mpirun" "openmpi-bin"; fi

if [ "$(id -u)" -ne 0 ]; then skip "slurm" "root, for slurmd"
elif has munged slurmctld slurmd sbatch scontrol squeue sinfo; then
    L="$D/slurm.d"; mkdir -p "$L/munge" "$L/state" "$L/spool"; chmod 700 "$L/munge"; H=$(hostname -s); port=$((20000 + $$ % 10000))
    (umask 077; head -c 128 /dev/urandom >"$L/munge/key")
    cat >"$L/slurm.conf" <<EOF
ClusterName=one
SlurmctldHost=$H(127.0.0.1)
SlurmUser=root
AuthInfo=socket=$L/munge/socket
SlurmctldPort=$port
SlurmdPort=$((port + 10000))
StateSaveLocation=$L/state
SlurmdSpoolDir=$L/spool
SlurmctldPidFile=$L/slurmctld.pid
SlurmdPidFile=$L/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=$H NodeAddr=127.0.0.1 CPUs=8 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$H Default=YES State=UP
EOF
    export OUT="$D/slurm" SLURM_CONF="$L/slurm.conf"
    munged --force -F --key-file="$L/munge/key" --socket="$L/munge/socket" --pid-file="$L/munge/pid" --log-file="$L/munge/log" --seed-file="$L/munge/seed" >"$L/m" 2>&1 & pids=$!
    n=0; until [ -S "$L/munge/socket" ] || [ $n -ge 50 ]; do sleep 0.1; n=$((n + 1)); done
    slurmctld -D >"$L/c" 2>&1 & pids="$! $pids"
    slurmd -D >"$L/d" 2>&1 & pids="$! $pids"
    n=0; until [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] || [ $n -ge 50 ]; do sleep 0.2; n=$((n + 1)); done
    # ends STATES: waits until every task of the job has one of these states
    ends() { n=0; until ! squeue -h -t all -r -j "$job" -o %T 2>/dev/null | grep -qvE "$1" || [ $n -ge 75 ]; do sleep 0.2; n=$((n + 1)); done; [ $n -lt 75 ]; }
    job=$(sbatch --parsable -o "$L/job.log" examples/scale/slurm_array.sh $S 2>"$D/log"); ok $? "sbatch: $(cat "$D/log" "$L/m" "$L/c" "$L/d")"
    ends '^(COMPLETED|FAILED)$'; ok $? "slurm: the array ends: $(squeue -t all -r)"
    [ "$(squeue -h -t all -r -j "$job" -o '%K %T' | grep -v COMPLETED)" = '5 FAILED' ]; ok $? "slurm: task 5 alone failed: $(squeue -h -t all -r -j "$job" -o '%K %T')"
    scontrol requeue "${job}_5" >"$D/log" 2>&1; ok $? "scontrol requeue: $(cat "$D/log")"
    # (a requeued task waits until Slurm has cleaned up after it and may begin again; its begin time is brought forward)
    n=0; until scontrol update "jobid=${job}_5" starttime=now >/dev/null 2>&1 || [ $n -ge 10 ]; do sleep 0.3; n=$((n + 1)); done
    ends '^COMPLETED$'; ok $? "slurm: the requeued task ends: $(squeue -t all -r; cat "$L/job.log")"
    merged slurm
else skip "slurm" "slurmctld slurmd slurm-client munge"; fi
end
