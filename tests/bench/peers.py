#!/usr/bin/env python3
"""tests/bench/peers.py - what every peers_*.py imports before anything else: peers at full strength, and proof of it.

Variables that hold a library at slower kernels (OPENBLAS_*, MKL_*, ATEN_*, ONEDNN_*, DNNL_*, XLA_*) are taken out of the environment on
import, before NumPy, PyTorch or JAX can read them. Rows that hold peers at AVX2 on purpose start their script with --held-avx2, which
sets HELD after the clearing; their lines carry "held": "avx2". kernels() says what the libraries chose; results.py compares it with a
fresh child (`python3 tests/bench/peers.py`) and writes no RESULTS.md when the two differ."""
import json
import os
import subprocess
import sys

PREFIXES = ("OPENBLAS_", "MKL_", "ATEN_", "ONEDNN_", "DNNL_", "XLA_")
HELD = {"OPENBLAS_CORETYPE": "Haswell", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2", "XLA_FLAGS": "--xla_cpu_max_isa=AVX2", "NN_ISA": "avx2"}
MKL_BRANCH = {2: "its own choice", 3: "compatible", 4: "SSE2", 6: "SSSE3", 7: "SSE4.1", 8: "SSE4.2", 9: "AVX", 10: "AVX2", 11: "AVX512_MIC", 12: "AVX512"}
held = "--held-avx2" in sys.argv
quick = os.environ.get("BENCH_QUICK", "") not in ("", "0")


def clear(environment):
    """removes what holds a peer back; the names that were removed"""
    gone = sorted(k for k in environment if k.startswith(PREFIXES) or k == "NN_ISA")
    for k in gone:
        del environment[k]
    return gone


cleared = clear(os.environ)
if held:
    sys.argv.remove("--held-avx2")
    os.environ.update(HELD)


def one_thread():
    """one thread of every library, and one core for this process and its children (XLA takes as many threads as it sees cores)"""
    os.environ.update({k + "_NUM_THREADS": "1" for k in ("OMP", "OPENBLAS", "MKL")}, MKL_THREADING_LAYER="SEQUENTIAL")
    bind(1)


def bind(cores):
    """the first cores that this process may use, for it and for children started from now on"""
    if hasattr(os, "sched_setaffinity"):
        if not hasattr(bind, "allowed"):
            bind.allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(bind.allowed[:cores]))


def mkl_library():
    """PyPI's `mkl` by ctypes, or None"""
    import ctypes
    import glob
    for path in sorted(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*"))):
        try:
            return ctypes.CDLL(path)
        except OSError:
            pass
    return None


def kernels(everything=False):
    """what each library that this process has loaded (or that is here at all) chose: {"OpenBLAS": "SkylakeX", "PyTorch": "AVX512", ...}"""
    out = {}
    if everything or "numpy" in sys.modules:
        try:
            import numpy                                       # noqa: F401 (its OpenBLAS is what threadpoolctl finds)
            import threadpoolctl
            for lib in threadpoolctl.threadpool_info():
                if lib["internal_api"] == "openblas":
                    out["OpenBLAS"] = "%s (%s)" % (lib.get("architecture"), lib.get("version"))
        except ImportError:
            pass
    if everything or "ctypes" in sys.modules:
        try:
            import ctypes
            library = mkl_library()
            if library is not None:
                text = ctypes.create_string_buffer(300)
                library.mkl_get_version_string(text, 300)
                branch = library.mkl_cbwr_get_auto_branch()    # codes of mkl_types.h
                out["MKL"] = "%s (%s)" % (MKL_BRANCH.get(branch, "branch %d" % branch), text.value.decode().strip().split(" for ")[0])
        except (OSError, AttributeError):
            pass
    if everything or "torch" in sys.modules:
        try:
            import torch
            out["PyTorch"] = "%s (%s)" % (torch.backends.cpu.get_cpu_capability(), torch.__version__)
        except ImportError:
            pass
    try:
        import importlib.metadata
        out["JAX"] = "%s (jaxlib %s)" % (os.environ.get("XLA_FLAGS", "what the CPU has"), importlib.metadata.version("jaxlib"))
    except importlib.metadata.PackageNotFoundError:
        pass
    return out


def report(everything=False):
    """one line for results.py: what this script's peers run on"""
    print(json.dumps({"kernels": kernels(everything), "held": "avx2" if held else "", "cleared": cleared}), flush=True)


def fresh():
    """kernels() of a child whose environment never had the variables"""
    environment = dict(os.environ)
    clear(environment)
    answer = subprocess.run([sys.executable, os.path.abspath(__file__)], capture_output=True, text=True, env=environment, check=True)
    return json.loads(answer.stdout.splitlines()[-1])["kernels"]


class Worker:
    """a child that runs a peer (tests/bench/jax_worker.py) on so many cores and answers one line of JSON per request"""

    def __init__(self, script, cores):
        bind(cores)
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), script)
        self.child = subprocess.Popen([sys.executable, "-u", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.child.stdin.write(json.dumps(request) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError("the worker ended with status %s" % self.child.wait())
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def differences(line, natural):
    """where a script's kernels are not the natural ones, by their names: SciPy brings another OpenBLAS than NumPy; rows held on purpose are let alone"""
    if line.get("held"):
        return []
    kernel = lambda text: (text or "").split(" (")[0]
    return ["%s runs %s, on its own it takes %s" % (k, v, natural.get(k)) for k, v in line["kernels"].items() if kernel(natural.get(k)) != kernel(v)]


if __name__ == "__main__":
    report(everything=True)
