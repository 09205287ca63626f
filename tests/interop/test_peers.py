#!/usr/bin/env python3
"""tests/interop/test_peers.py - the bench scripts run their peers at full strength, or write no page.

A variable that holds a library at slower kernels is gone before the library is loaded; the kernel is then the one of a process that never
had it; results.py refuses a run whose kernels are others; README.md and docs/speed.md say what RESULTS.md says."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(ROOT, "tests", "bench")
sys.path.insert(0, BENCH)
import figures  # noqa: E402
import peers  # noqa: E402

passed = failed = 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL " + what)


def kernels(*arguments, **variables):
    """the line that peers.py prints with these variables set"""
    run = subprocess.run([sys.executable, os.path.join(BENCH, "peers.py"), *arguments], capture_output=True, text=True,
                         env=dict(os.environ, **variables))
    assert run.returncode == 0, run.stderr[-400:]
    return json.loads(run.stdout.splitlines()[-1])


natural = kernels()
check(natural["kernels"].get("OpenBLAS"), "threadpoolctl names OpenBLAS's kernel")
forced = {"OPENBLAS_CORETYPE": "Haswell", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2", "ATEN_CPU_CAPABILITY": "default",
          "ONEDNN_MAX_CPU_ISA": "SSE41", "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2", "NN_ISA": "ref"}
held_back = kernels(**forced)
check(held_back["cleared"] == sorted(set(forced) | set(natural["cleared"])), "every variable is named as cleared: %s" % held_back["cleared"])
check(held_back["kernels"] == natural["kernels"], "the kernels are the natural ones: %s, %s" % (held_back["kernels"], natural["kernels"]))
check(kernels(OPENBLAS_CORETYPE="Nehalem")["kernels"] == natural["kernels"], "OPENBLAS_CORETYPE=Nehalem is cleared")

# the control: a library that is held back does show another kernel, and that is what differences() reports
script = "import os; os.environ['OPENBLAS_CORETYPE'] = 'Nehalem'; import json, numpy, threadpoolctl; " \
         "print(json.dumps([i['architecture'] for i in threadpoolctl.threadpool_info() if i['internal_api'] == 'openblas']))"
slow = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
check(slow and not natural["kernels"]["OpenBLAS"].startswith(slow[0]), "OpenBLAS would have been held back: %s" % slow)
slow_line = {"kernels": dict(natural["kernels"], OpenBLAS="Nehalem"), "held": ""}
check(len(peers.differences(slow_line, natural["kernels"])) == 1, "a slower kernel is a difference")
other_version = {"kernels": dict(natural["kernels"], OpenBLAS=natural["kernels"]["OpenBLAS"].split(" (")[0] + " (0.0.1)"), "held": ""}
check(not peers.differences(other_version, natural["kernels"]), "another version with the same kernel is none: SciPy brings its own OpenBLAS")
check(not peers.differences(dict(slow_line, held="avx2"), natural["kernels"]), "rows held back on purpose are let alone")
check(kernels("--held-avx2")["held"] == "avx2", "--held-avx2 labels its rows")

# results.py: a run with natural kernels becomes a page, one with others does not
with tempfile.TemporaryDirectory() as folder:
    keep = os.path.join(folder, "run")
    row = {"name": "make_classification 10x10", "threads": 1, "peer": "scikit-learn", "ours_ms": 1.0, "peer_ms": 2.0, "ratio": 2.0}
    for line, rc in ((natural, 0), (slow_line, 1)):
        with open(keep, "w", encoding="utf-8") as f:
            json.dump([1.0, "2026-01-01", "- CPU: none\n", {"data": [[line, row], "", [], 1.0]}, natural["kernels"], ["OPENBLAS_CORETYPE"]], f)
        if os.path.exists(keep + ".md"):
            os.remove(keep + ".md")
        run = subprocess.run([sys.executable, os.path.join(BENCH, "results.py"), "--again", "--keep", keep], capture_output=True, text=True)
        check(run.returncode == rc, "results.py ends with %d: %s" % (rc, run.stdout[-300:] + run.stderr[-300:]))
        check(os.path.exists(keep + ".md") == (rc == 0), "a page is written only for natural kernels")
        if rc == 0:
            page = open(keep + ".md", encoding="utf-8").read()
            check("OPENBLAS_CORETYPE" in page and natural["kernels"]["OpenBLAS"] in page, "the page says what was cleared and what ran")

# one core for one-thread rows
if hasattr(os, "sched_getaffinity"):
    code = "import sys; sys.path.insert(0, %r); import peers, os; peers.one_thread(); print(len(os.sched_getaffinity(0)))" % BENCH
    check(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1", "one thread is bound to one core")

count, wrong = figures.write(save=False)
check(count >= 10, "README and docs/speed.md quote RESULTS.md and docs/numbers.md: %d places" % count)
for w in wrong:
    check(False, w)
print("%d passed, %d failed, 0 skipped" % (passed, failed))
sys.exit(failed > 0)
