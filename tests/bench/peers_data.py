"""tests/bench/peers_data.py [ROUNDS [WORDS]] - generators, splits and scalers beside NumPy and scikit-learn (CSV of such data: peers_text.py, peers_artificial.py): the two in turn in one process, one JSON object per line
with the ratio peer / ours (above 1 = ours is faster), from the smallest times; WORDS: only the
lines with them in their name. One thread: CPU time, BLAS on one thread too. Two threads: wall time beside the peer's best
of one and two BLAS threads (its generator has no other).
NumPy asks the system for huge pages (madvise) behind every large array, and so do the headers on Linux unless the caller's hooks say otherwise; "4 KiB pages" is ours with
malloc, realloc and free as hooks. The last lines are ours on two threads beside ours on one (wall time): small sets must not lose by threads."""
import peers                                               # first: it clears what would hold a library back
import ctypes, json, os, subprocess, sys, time
try:
    import numpy as np
    from threadpoolctl import threadpool_limits
    from sklearn.datasets import make_classification
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
except ImportError as e:
    print("skip peers_data.py: %s" % e)
    sys.exit(0)
peers.report()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = r'''
#define NN_IMPLEMENTATION
#include "nn_data.h"
static void *plain_alloc(size_t n, void *user) { (void)user; return malloc(n); }
static void *plain_resize(void *p, size_t was, size_t n, void *user) { (void)was; (void)user; return realloc(p, n); }
static void plain_release(void *p, size_t n, void *user) { (void)n; (void)user; free(p); }
#define OUT __attribute__((visibility("default")))
OUT int mc(size_t n, size_t f, size_t inf, size_t classes, int stable, int threads, int plain)
{
    nn_classification_desc d = nn_classification_desc_default();
    nn_tensor x = NN_ZERO, y = NN_ZERO;
    int s;
    d.n_samples = n; d.n_features = f; d.n_informative = inf; d.n_classes = classes; d.random_state = 42; d.threads = threads; d.stable = stable;
    if (plain) { d.alloc.alloc = plain_alloc; d.alloc.resize = plain_resize; d.alloc.release = plain_release; }
    s = (int)nn_classification_make(&x, &y, NULL, &d, NULL);
    nn_tensor_free(&x);
    nn_tensor_free(&y);
    return s;
}
OUT void mt_normals(double *o, size_t n) { nn_mt s; nn_mt_seed(&s, 42); nn_mt_normals(&s, o, n); }
OUT void mt_rands(double *o, size_t n) { nn_mt s; nn_mt_seed(&s, 42); nn_mt_rands(&s, o, n); }
OUT void pcg_normals(double *o, size_t n) { nn_pcg s; size_t i; nn_pcg_seed(&s, 42); for (i = 0; i < n; i++) o[i] = nn_pcg_normal(&s); }
OUT void permutation(int64_t *o, size_t n) { nn_mt s; nn_mt_seed(&s, 42); nn_mt_permutation(&s, o, n); }
OUT int split(int64_t *labels, size_t n)
{
    nn_split_desc d = NN_ZERO;
    nn_tensor y = nn_tensor_view(labels, NN_I64, 1, &n), a = NN_ZERO, b = NN_ZERO;
    int s;
    d.stratify = &y; d.test_size = 0.2; d.random_state = 42;
    s = (int)nn_train_test_split(&a, &b, n, &d, NULL);
    nn_tensor_free(&a);
    nn_tensor_free(&b);
    return s;
}
OUT int scaler(double *x, size_t n, size_t d)
{
    nn_scaler s = NN_ZERO;
    size_t shape[2];
    nn_tensor t;
    int st;
    shape[0] = n; shape[1] = d;
    t = nn_tensor_view(x, NN_F64, 2, shape);
    st = (int)nn_scaler_fit(&s, &t, NULL);
    if (st == 0) st = (int)nn_scaler_transform(&s, &t, NULL);
    nn_scaler_free(&s);
    return st;
}
'''
os.makedirs(os.path.join(ROOT, "build"), exist_ok=True)
c = os.path.join(ROOT, "build", "peers_data.c")
open(c, "w").write(SOURCE)
so = os.path.join(ROOT, "build", "peers_data.so")
subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-O2", "-fopenmp", "-shared", "-fPIC", "-I", ROOT, c, "-o", so, "-lm"], check=True)
lib = ctypes.CDLL(so)
Z = ctypes.c_size_t
N = 1000000
buf, ibuf = np.empty(N), np.empty(N, "i8")
P = lambda a: a.ctypes.data_as(ctypes.c_void_p)
labels = np.random.RandomState(0).randint(0, 10, 100000)
X = np.random.RandomState(0).standard_normal((10000, 512))


def sk_scaler():
    StandardScaler(copy=False).fit_transform(X.copy())


def our_scaler():
    x = X.copy()
    assert lib.scaler(P(x), Z(x.shape[0]), Z(x.shape[1])) == 0


def ok(status):
    assert status == 0


def peer_mc():
    return make_classification(10000, 512, n_informative=50, n_classes=10, random_state=42)


def our_mc(stable, threads, plain=0, n=10000, features=512, informative=50, classes=10):
    return lambda: ok(lib.mc(Z(n), Z(features), Z(informative), Z(classes), stable, threads, plain))


CASES = [
    ("make_classification 10000x512", 1, our_mc(0, 1), peer_mc, "scikit-learn"),
    ("make_classification 10000x512, 4 KiB pages", 1, our_mc(0, 1, 1), peer_mc, "scikit-learn"),
    ("make_classification 10000x512", 2, our_mc(0, 2), peer_mc, "scikit-learn"),
    ("make_classification 10000x512, 4 KiB pages", 2, our_mc(0, 2, 1), peer_mc, "scikit-learn"),
    ("make_classification 10000x512 stable", 1, our_mc(1, 1), peer_mc, "scikit-learn"),
    ("make_classification 10000x512 stable, 4 KiB pages", 1, our_mc(1, 1, 1), peer_mc, "scikit-learn"),
    ("make_classification 10000x512 stable", 2, our_mc(1, 2), peer_mc, "scikit-learn"),
    ("make_classification 10000x512 stable, 4 KiB pages", 2, our_mc(1, 2, 1), peer_mc, "scikit-learn"),
    ("make_classification 1000x20", 1, our_mc(0, 1, 0, 1000, 20, 5, 2), lambda: make_classification(1000, 20, n_informative=5, n_classes=2, random_state=42), "scikit-learn"),
    ("RandomState normals 1e6", 1, lambda: lib.mt_normals(P(buf), Z(N)), lambda: np.random.RandomState(42).standard_normal(N), "NumPy"),
    ("RandomState uniforms 1e6", 1, lambda: lib.mt_rands(P(buf), Z(N)), lambda: np.random.RandomState(42).random_sample(N), "NumPy"),
    ("RandomState permutation 1e6", 1, lambda: lib.permutation(P(ibuf), Z(N)), lambda: np.random.RandomState(42).permutation(N), "NumPy"),
    ("default_rng normals 1e6", 1, lambda: lib.pcg_normals(P(buf), Z(N)), lambda: np.random.default_rng(42).standard_normal(N), "NumPy"),
    ("stratified split 1e5", 1, lambda: ok(lib.split(P(labels), Z(len(labels)))), lambda: train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=42), "scikit-learn"),
    ("StandardScaler 10000x512", 1, our_scaler, sk_scaler, "scikit-learn"),
] + [("make_classification %dx%d%s" % (n, f, ", stable" * stable), 2, our_mc(stable, 2, 0, n, f, 5, 2), our_mc(stable, 1, 0, n, f, 5, 2), "one thread")
     for n, f in ((1000, 20), (2000, 100)) for stable in (0, 1)]
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1 if peers.quick else 7
for name, threads, ours, peer, who in CASES:
    if len(sys.argv) > 2 and sys.argv[2] not in name:
        continue
    clock = time.process_time if threads == 1 else time.perf_counter
    a, b = [], []
    for _ in range(rounds):
        t = clock(); ours(); a.append(clock() - t)
        for blas in range(1, 2 if who == "one thread" else threads + 1):
            with threadpool_limits(None if who == "one thread" else blas):
                t = clock(); peer(); b.append(clock() - t)
    print(json.dumps({"name": name, "threads": threads, "peer": who, "ours_ms": round(min(a) * 1e3, 3), "peer_ms": round(min(b) * 1e3, 3), "ratio": round(min(b) / min(a), 2)}), flush=True)
