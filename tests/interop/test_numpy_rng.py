"""nn_tensor.h [RNG] and [LINALG] beside live NumPy and PyTorch: integers, uniforms, permutations, choices equal; normals and exponentials
within 2 ulp of NumPy's (their libm is off by an ulp now and then); PyTorch's normals bit for bit; SVD, eigen, PCA against LAPACK."""
import hashlib, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import numpy
except ImportError:
    print("skip test_numpy_rng.py: needs numpy")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
from num_common import *
import numpy as np
build()


def draw(what, seed, n, dtype="f8", **o):
    return np.frombuffer(run("draw", what=what, seed=seed, n=n, **o), dtype)


def ulps(a, b):
    return np.max(np.abs(a - b) / np.spacing(np.abs(b))) if len(a) else 0


N = 20000
for seed in (0, 1, 42, 123456789, 2**32 - 1):
    R = lambda: np.random.RandomState(seed)
    check("rand", np.array_equal(draw("mt_rand", seed, N), R().random_sample(N)))
    for n in (1, 2, 7, 1001, N):
        u = ulps(draw("mt_normal", seed, n), R().standard_normal(n))
        check("standard_normal(%d)" % n, u <= 2, "%g ulp" % u)
    u = ulps(draw("mt_exponential", seed, N), R().standard_exponential(N))
    check("standard_exponential", u <= 2, "%g ulp" % u)
    for lo, hi in ((0, 10), (-5, 3), (0, 2**31), (0, 2**32), (0, 2**32 + 1), (-2**62, 2**62), (7, 8)):
        check("randint(%d, %d)" % (lo, hi), np.array_equal(draw("mt_randint", seed, 500, "i8", lo=lo, hi=hi), R().randint(lo, hi, 500, dtype=np.int64)))
    for n in (0, 1, 2, 10, 1000):
        check("permutation(%d)" % n, np.array_equal(draw("mt_permutation", seed, n, "i8"), R().permutation(n)))
for seed in (0, 1, 42, 2**32, 2**63 + 5):
    G = lambda: np.random.default_rng(seed)
    check("random", np.array_equal(draw("pcg_random", seed, N), G().random(N)))
    check("uniform", np.array_equal(draw("pcg_uniform", seed, N, lo=0.1, hi=0.9), G().uniform(0.1, 0.9, N)))
    a, b = draw("pcg_normal", seed, 200000), G().standard_normal(200000)
    check("normal", ulps(a, b) <= 2, "%g ulp" % ulps(a, b))
    a, b = draw("pcg_exponential", seed, 200000), G().standard_exponential(200000)
    check("exponential", ulps(a, b) <= 2, "%g ulp" % ulps(a, b))
    for lo, hi in ((0, 10), (5, 21), (0, 2**32), (0, 2**32 + 1), (0, 3 * 2**61), (7, 8)):
        check("integers(%d, %d)" % (lo, hi), np.array_equal(draw("pcg_integers", seed, 500, "i8", lo=lo, hi=hi), G().integers(lo, hi, 500)))
    for n in (0, 1, 2, 10, 1000):
        check("permutation(%d)" % n, np.array_equal(draw("pcg_permutation", seed, n, "i8"), G().permutation(n)))
    for n, k in ((10, 6), (10, 10), (10000, 5000), (10001, 200), (10001, 201), (50000, 1000), (50000, 1001), (30000, 30000), (5, 0)):
        check("choice(%d, %d)" % (n, k), np.array_equal(draw("pcg_choice", seed, k, "i8", lo=0, hi=n), G().choice(n, k, replace=False)))
        check("choice(%d, %d, replace)" % (n, k), np.array_equal(draw("pcg_choice", seed, k, "i8", lo=1, hi=n), G().choice(n, k)))
    for n, p in ((1, 0.3), (1, 0.7), (20, 0.4), (100, 0.25), (100, 0.9), (5, 0.0), (5, 1.0)):
        check("binomial(%d, %g)" % (n, p), np.array_equal(draw("pcg_binomial", seed, 500, "i8", lo=float(p), hi=n), G().binomial(n, p, 500)))
digest = "565295797825931547a1036f5b012a247be54abbe077c39fe06c8ed1e9d0a5a9 33c6472209e1d09ea3548f0291e5e1ad67fb4f1d0305e9f1086689584b7bb7fa " \
    "acd898d9d87e212f657755ba43b21e40958090a7ff2103c9e79f4ea1b0fe2bc5 785bcf5a662793cf25870d33474a750da43f0e903fa734292e1eeefb38e8efce " \
    "12751415cc5c2d3a76783f682d265bbfdd63c8775b4d3ded9926d3bb673871a1 1f4b2a07fcf8396e73fc378ce2199c83cf46da21f0d6469f43375c29cb2d8635"
z = run("draw", what="zig", seed=0, n=0)
check("ziggurat tables", [hashlib.sha256(z[i:i + 2048]).hexdigest() for i in range(0, 6 * 2048, 2048)] == digest.split())

rng = np.random.RandomState(3)
for m, n in ((1, 1), (5, 3), (3, 5), (40, 40), (200, 20), (20, 200), (60, 59)):
    a = rng.standard_normal((m, n)) * np.logspace(0, -6, n)
    r = min(m, n)
    s, vt, u = take(run("svd", a.tobytes(), m=m, n=n), ("f8", r), ("f8", (r, n)), ("f8", (m, r)))
    U, S, Vt = np.linalg.svd(a, full_matrices=False)
    check("svd %dx%d" % (m, n), np.allclose(s, S, rtol=0, atol=1e-13 * S[0]) and np.allclose((u * s) @ vt, a, atol=1e-13 * S[0]))
    sign = np.sign(Vt[np.arange(r), np.abs(Vt).argmax(axis=1)])
    check("svd %dx%d vectors" % (m, n), np.allclose(vt, Vt * sign[:, None], atol=1e-6))
    if m == n:
        h = a + a.T
        w, v = take(run("eigh", h.tobytes(), m=n, n=n), ("f8", n), ("f8", (n, n)))
        check("eigh %d" % n, np.allclose(w[::-1], np.linalg.eigvalsh(h), atol=1e-13 * np.abs(h).sum()) and np.allclose(v.T @ np.diag(w) @ v, h, atol=1e-12 * np.abs(h).sum()))
q, _ = np.linalg.qr(rng.standard_normal((32, 32)))
for name, want in (("degenerate", np.repeat([5.0, 2.0, 1.0, 0.0], 8)), ("clustered", 1 + 1e-11 * np.arange(32)), ("rank 2", np.r_[3.0, 1.0, np.zeros(30)]), ("graded", np.logspace(0, -30, 32)),
                   ("gram of dead neurons", None)):
    if want is None:
        x = np.maximum(rng.standard_normal((200, 32)) - 1, 0) * (rng.random(32) < 0.5)
        h = x.T @ x
    else: h = (q * want) @ q.T
    h = (h + h.T) / 2
    w, v = take(run("eigh", h.tobytes(), m=32, n=32), ("f8", 32), ("f8", (32, 32)))
    W, V = np.linalg.eigh(h)
    size = np.abs(W).max()
    check("eigh " + name, np.allclose(w[::-1], W, rtol=0, atol=1e-13 * size) and np.allclose((v.T * w) @ v, h, atol=1e-13 * size) and np.allclose(v @ v.T, np.eye(32), atol=1e-13))
    k = 8                                                      # the invariant subspace of a degenerate group is unique, its vectors are not
    w, v = take(run("eigh_top", h.tobytes(), m=32, n=32, k=k), ("f8", k), ("f8", (k, 32)))
    check("eigh_top " + name, np.allclose(w, W[::-1][:k], rtol=0, atol=1e-13 * size) and np.allclose(h @ v.T, v.T * w, atol=1e-13 * size) and np.allclose(v @ v.T, np.eye(k), atol=1e-13))
    if W[-k] - W[-k - 1] > 1e-3 * size: check("eigh_top space " + name, np.allclose(v.T @ v, V[:, -k:] @ V[:, -k:].T, atol=1e-10))
try:
    from sklearn.decomposition import PCA
except ImportError:
    print("skip pca: needs sklearn")
    counts["skipped"] += 1
else:
    for m, n, k in ((50, 10, 10), (30, 300, 5), (300, 30, 4)):
        a = rng.standard_normal((m, n)) @ np.diag(np.logspace(0, -2, n)) + 5
        p = PCA(k, svd_solver="full").fit(a)
        mean, comp, var, ratio = take(run("pca", a.tobytes(), m=m, n=n, k=k), ("f8", n), ("f8", (k, n)), ("f8", k), ("f8", k))
        sign = np.sign(p.components_[np.arange(k), np.abs(p.components_).argmax(axis=1)])[:, None]
        check("pca %dx%d" % (m, n), np.allclose(mean, p.mean_) and np.allclose(comp, p.components_ * sign, atol=1e-7) and np.allclose(var, p.explained_variance_) and np.allclose(ratio, p.explained_variance_ratio_))
        mean, comp, var, ratio = take(run("pca", a.tobytes(), m=m, n=n, k=k, randomized=1), ("f8", n), ("f8", (k, n)), ("f8", k), ("f8", k))
        check("randomized pca %dx%d" % (m, n), np.allclose(var[:2], p.explained_variance_[:2], rtol=1e-3))

try:
    import torch
except ImportError:
    print("skip torch draws: needs torch")
    counts["skipped"] += 1
    report()
cap = torch.backends.cpu.get_cpu_capability()
for seed in (0, 1, 42, 2**40 + 7):
    def T():
        torch.manual_seed(seed)
    for n in (1, 15, 16, 17, 1000, 4099):
        T(); check("torch rand(%d)" % n, np.array_equal(draw("torch_rand", seed, n, "f4"), torch.rand(n).numpy()))
        T(); want = torch.empty(n).uniform_(-0.3, 0.7).numpy()
        got = draw("torch_rand", seed, n, "f4", lo=-0.3, hi=0.7)
        if cap.startswith("AVX"):
            check("torch uniform_(%d)" % n, np.array_equal(got, want))
        T(); want = torch.randn(n).numpy()
        got = draw("torch_randn", seed, n, "f4", lo=0, hi=1)
        if cap.startswith("AVX") or n < 16:
            check("torch randn(%d)" % n, np.array_equal(got, want), "%d differ, worst %g" % (np.sum(got != want), np.max(np.abs(got - want))))
        T(); want = torch.empty(n).normal_(0.5, 2.0).numpy()
        got = draw("torch_randn", seed, n, "f4", lo=0.5, hi=2.0)
        if cap.startswith("AVX") or n < 16:
            check("torch normal_(%d)" % n, np.array_equal(got, want), "%d differ, worst %g" % (np.sum(got != want), np.max(np.abs(got - want))))
        T(); check("torch randperm(%d)" % n, np.array_equal(draw("torch_randperm", seed, n, "i8"), torch.randperm(n).numpy()))
    for lo, hi in ((0, 10), (-7, 100), (0, 2**27), (0, 2**28 - 1), (0, 2**28), (0, 2**31), (0, 2**32), (0, 2**40)):
        T(); check("torch randint(%d, %d)" % (lo, hi), np.array_equal(draw("torch_randint", seed, 200, "i8", lo=lo, hi=hi), torch.randint(lo, hi, (200,)).numpy()))
    T(); check("torch random_", np.array_equal(draw("torch_random", seed, 100, "i8"), torch.empty(100, dtype=torch.int64).random_().numpy()))
report()
