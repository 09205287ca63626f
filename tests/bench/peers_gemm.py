#!/usr/bin/env python3
"""tests/bench/peers_gemm.py - the products of nn_tensor.h beside OpenBLAS (NumPy's own library) and MKL (PyPI's `mkl`), both by cblas_sgemm from a C loop as ours,
and beside PyTorch and JAX (`jit`) as they are called from Python; one thread, one core.

Builds tests/bench/gemm_lib.c as a shared library, then takes turns and prints one JSON object per line: medians and minima in microseconds, the ratios peer / ours
(above 1 = ours is faster), "share": of the FMA peak that the same process measures between the rounds. `gemm_packed`: one row through a packed model
(nn_mlp_pack, with bias and input check) beside X W^T of one row. At most --rounds R (9) rounds, fewer of the largest shapes. `--min-ratio R` exits 1 when a ratio from M = 8 up
is below R. Words select shapes by name. --held-avx2: everybody at AVX2, on purpose (tests/bench/peers.py)."""
import peers                                               # first: it clears what would hold a library back
import ctypes, json, os, statistics, subprocess, sys, time

peers.one_thread()
try:
    import numpy as np
except ImportError:
    print("skip peers_gemm: needs numpy")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
try:
    import torch
    torch.set_num_threads(1)
except ImportError:
    torch = None

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.makedirs(os.path.join(root, "build"), exist_ok=True)
lib = os.path.join(root, "build", "gemm_lib.so")
subprocess.check_call([os.environ.get("CC", "cc"), "-std=c99", "-O2", "-shared", "-fPIC", os.path.join(root, "tests", "bench", "gemm_lib.c"), "-o", lib, "-lm"])
ours = ctypes.CDLL(lib)
P = ctypes.c_void_p
Z = ctypes.c_size_t
ours.gemm_many.argtypes = [Z, Z, Z, P, ctypes.c_int, P, ctypes.c_int, P, ctypes.c_int]
ours.gemm_isa.restype = ctypes.c_char_p
ours.gemm_peak.restype = ctypes.c_double
ours.packed_open.argtypes = [Z, Z, P]
ours.packed_many.argtypes = [P, P, Z, ctypes.c_int]


ours.cblas_many.argtypes = [P] + [ctypes.c_int] * 4 + [P, ctypes.c_int, P, ctypes.c_int, P, ctypes.c_int]
ours.cblas_many.restype = None


def find_openblas():
    """NumPy's OpenBLAS: cblas_sgemm with 64-bit integers"""
    import threadpoolctl
    for found in threadpoolctl.threadpool_info():
        if found["internal_api"] == "openblas":
            library = ctypes.CDLL(found["filepath"])
            for name, wide in (("scipy_cblas_sgemm64_", 1), ("cblas_sgemm64_", 1), ("cblas_sgemm", 0)):
                if hasattr(library, name):
                    return ctypes.cast(getattr(library, name), P), wide
    return None


def find_mkl():
    library = peers.mkl_library()
    if library is None:
        print(json.dumps({"note": "MKL is not here: pip install --no-deps mkl"}), flush=True)
        return None
    return ctypes.cast(library.cblas_sgemm, P), 0


cblas = {name: where for name, where in (("openblas", find_openblas()), ("mkl", find_mkl())) if where}
try:
    import importlib.util
    jax = peers.Worker("jax_worker.py", 1) if importlib.util.find_spec("jax") else None
except OSError:
    jax = None
if jax is None: print(json.dumps({"note": "JAX is not here: pip install jax"}), flush=True)
peers.report()


def per_call(fn, n):
    t = time.perf_counter()
    fn(n)
    return (time.perf_counter() - t) / n


def bench(kind, m, n, k):
    rng = np.random.default_rng(0)
    packed = kind == "packed"
    ta, tb = (False, True) if packed else (kind[0] == "t", kind[1] == "t")
    a = rng.standard_normal((k, m) if ta else (m, k), dtype=np.float32)
    b = rng.standard_normal((n, k) if tb else (k, n), dtype=np.float32)
    c = np.zeros((m, n), np.float32)
    na, nb = (a.T if ta else a), (b.T if tb else b)
    out = np.zeros((m, n), np.float32)

    if packed: assert ours.packed_open(n, k, b.ctypes.data) == 0

    def run_ours(reps):
        if packed: return ours.packed_many(c.ctypes.data, a.ctypes.data, m, reps)
        ours.gemm_many(m, n, k, a.ctypes.data, ta, b.ctypes.data, tb, c.ctypes.data, reps)

    rows, results = {"ours": run_ours}, [c]
    for name, (function, wide) in cblas.items():
        result = np.zeros((m, n), np.float32)
        results.append(result)

        def run_cblas(reps, function=function, wide=wide, result=result):
            ours.cblas_many(function, wide, m, n, k, a.ctypes.data, ta, b.ctypes.data, tb, result.ctypes.data, reps)
        rows[name] = run_cblas
    if torch is not None:
        xa, xb, xo = torch.from_numpy(a), torch.from_numpy(b), torch.zeros(m, n)
        xa, xb = (xa.T if ta else xa), (xb.T if tb else xb)

        def run_torch(reps):
            for _ in range(reps):
                torch.mm(xa, xb, out=xo)
        rows["torch"] = run_torch
    if jax is not None:                                    # in its own process, timed there
        def run_jax(reps):
            return jax.ask(job="gemm", kind="nt" if packed else kind, m=m, n=n, k=k, reps=reps)["s"]
        rows["jax"] = run_jax
    reps = max(1, int(2e8 / (2.0 * m * n * k + 2e5)))
    times = {name: [] for name in rows}
    for name in rows:
        rows[name](1)
    peak, t0 = ours.gemm_peak(), time.perf_counter()
    for r in range(ROUNDS):
        for name, fn in rows.items():
            times[name].append(fn(max(1, reps // 4)) if name == "jax" else per_call(fn, reps))
        peak = max(peak, ours.gemm_peak())
        if r >= 2 and time.perf_counter() - t0 > 1.2: break
    np.matmul(na, nb, out=out)
    for result in results: assert np.allclose(result, out, rtol=1e-3, atol=1e-3 * k ** 0.5)
    med = {name: statistics.median(t) for name, t in times.items()}
    line = {"name": "gemm_" + kind, "m": m, "n": n, "k": k, "threads": 1, "isa": ours.gemm_isa().decode(), "unit": "us", "held": "avx2" if peers.held else ""}
    if peak > 0: line["peak_gflops"], line["share"] = round(peak, 1), round(2e-9 * m * n * k / min(times["ours"]) / peak, 3)
    for name in med:
        line[name] = round(med[name] * 1e6, 3)
        line[name + "_min"] = round(min(times[name]) * 1e6, 3)
    # ratios of the best times: on a shared machine a median tells who was interrupted
    for name in med:
        if name != "ours":
            line[name + "/ours"] = round(min(times[name]) / min(times["ours"]), 2)
    print(json.dumps(line), flush=True)
    return line


ROUNDS = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 1 if peers.quick else 9


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("-")]
    need = float(sys.argv[sys.argv.index("--min-ratio") + 1]) if "--min-ratio" in sys.argv else 0.0
    words = [w for w in words if not w.replace(".", "").isdigit()]
    squares = (8, 17, 30, 50, 64, 100, 200, 256, 300, 500, 512, 1000, 1024, 2048)
    if peers.held: squares = (64, 100, 256, 512, 1024)
    if peers.quick: squares = (17, 64, 100)
    shapes = [(kind, s, s, s) for s in squares for kind in ("nn", "nt", "tn")]
    for batch in (32,) if peers.held or peers.quick else (1, 8, 32, 128):
        for w in (512,) if peers.held or peers.quick else (16, 64, 256, 512, 1024):
            shapes += [("nt", batch, w, w), ("nn", batch, w, w), ("tn", w, w, batch)]
    shapes += [("packed", 1, w, w) for w in ((512,) if peers.held or peers.quick else (16, 64, 256, 512, 1024))]
    bad = 0
    for s in shapes:
        if words and not any(w in "gemm_%s_%dx%dx%d" % s for w in words):
            continue
        line = bench(*s)
        batch = s[3] if s[0] == "tn" else s[1]
        if batch >= 8 and any(v < need for key, v in line.items() if key.endswith("/ours")):
            bad += 1
    return 1 if bad else 0


sys.exit(main())
