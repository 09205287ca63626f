"""nn_data.h beside scikit-learn itself: make_classification, splits, folds, scalers. y, roles, indices must be equal; X within
1e-12 of the column's largest |value| (BLAS sums in its own order); scalers bit for bit in float64."""
import sys, warnings
sys.path.insert(0, __import__("os").path.dirname(__import__("os").path.abspath(__file__)))
try:
    import numpy
except ImportError:
    print("skip test_sklearn.py: needs numpy")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
from num_common import *
need("sklearn")
import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import (train_test_split, KFold, StratifiedKFold, GroupKFold, GroupShuffleSplit, StratifiedGroupKFold)
from sklearn.preprocessing import StandardScaler, MinMaxScaler
warnings.simplefilter("ignore")
build()

# every option, 2..40 classes, informative 2..64, weights, 1..4 clusters, no hypercube, tiny and large
SETS = [dict(), dict(n_samples=6, n_features=4), dict(n_samples=1), dict(n_samples=2, n_features=2, n_redundant=0), dict(n_samples=3, n_features=2, n_redundant=0, n_clusters_per_class=1),
    dict(n_samples=1000, n_features=30, n_informative=10, n_classes=5), dict(n_samples=2000, n_features=64, n_informative=64, n_redundant=0, n_classes=40, n_clusters_per_class=4),
    dict(n_samples=500, n_features=50, n_informative=33, n_classes=7), dict(n_samples=500, n_features=50, n_informative=31, n_classes=3, n_clusters_per_class=4),
    dict(n_samples=500, n_features=40, n_informative=30, n_classes=20), dict(n_samples=300, n_features=12, n_informative=5, n_redundant=3, n_repeated=4),
    dict(n_samples=300, n_features=20, n_informative=5, n_redundant=3, n_repeated=4, shuffle=False), dict(n_samples=301, n_features=9, n_informative=3, n_redundant=0),
    dict(n_samples=301, n_features=10, n_informative=3, n_redundant=0, n_repeated=7), dict(weights=[0.9, 0.1], flip_y=0.0), dict(weights=[0.3]), dict(n_classes=3, n_informative=4, weights=[0.2, 0.5]),
    dict(n_classes=4, n_informative=4, weights=[0.1, 0.2, 0.3, 0.4], n_samples=997), dict(n_classes=3, n_informative=3, weights=[0.0, 0.5, 0.5], n_samples=50),
    dict(hypercube=False), dict(hypercube=False, n_informative=12, n_features=30, n_classes=6, n_samples=777), dict(flip_y=0.0), dict(flip_y=0.5, n_classes=4, n_informative=3), dict(flip_y=1.0),
    dict(class_sep=0.01), dict(class_sep=2.5, n_samples=250), dict(shift=None), dict(scale=None), dict(shift=None, scale=None, n_samples=600), dict(shift=3.5, scale=0.25),
    dict(n_features=4, shift=[1.0, -2.0, 0.5, 3.0], scale=[1.0, 2.0, 0.5, 4.0]), dict(shuffle=False), dict(shuffle=False, shift=None, scale=None, n_repeated=2),
    dict(n_clusters_per_class=1), dict(n_clusters_per_class=3, n_informative=3), dict(n_clusters_per_class=4, n_informative=4, n_classes=4), dict(n_informative=10, n_classes=4, n_clusters_per_class=1, n_features=20),
    dict(n_informative=2, n_classes=4, n_clusters_per_class=1), dict(n_informative=8, n_classes=2, n_clusters_per_class=1), dict(n_informative=7, n_classes=2, n_clusters_per_class=1),
    dict(n_classes=1, n_informative=2), dict(n_samples=5000, n_features=100, n_informative=40, n_redundant=30, n_classes=10), dict(n_samples=10000, n_features=128, n_informative=50, n_classes=10)]
worst = (0.0, None)
for i, o in enumerate(SETS):
    for seed in ((42, 0, 123, 2**32 - 1) if i % 4 == 0 else (i,)):
        X, y = make_classification(random_state=seed, **o)
        n, f = X.shape
        plain = make_classification(random_state=seed, **dict(o, return_X_y=False)) if n <= 1000 else None
        opt = {k: v for k, v in o.items() if v is not None}
        for k in ("shift", "scale"):
            if k in o and o[k] is None:
                opt["random_" + k] = 1
        x, yy, role, col, src, row, cluster, flipped = take(run("mc", random_state=seed, **opt), ("f8", (n, f)), ("i8", n), ("u1", f), ("i8", f), ("i8", f), ("i8", n), ("i8", n), ("u1", n))
        name = "make_classification(random_state=%d, %s)" % (seed, o)
        check(name + " y", np.array_equal(y, yy))
        d = np.abs(X - x) / np.maximum(np.abs(X).max(axis=0), 1e-300)
        check(name + " X", d.max() <= 1e-12, "off by %g" % d.max())
        if d.max() > worst[0]:
            worst = (d.max(), name)
        k = o.get("n_classes", 2)
        check(name + " truth", np.array_equal(cluster[flipped == 0] % k, y[flipped == 0]) and np.array_equal(np.sort(row), np.arange(n)) and np.array_equal(np.sort(col), np.arange(f)))
        if plain is not None:
            roles = ["informative", "redundant", "repeated", "random"]
            check(name + " roles", [roles[r] for r in role] == plain.feature_info)
        inv = np.argsort(col)
        rep = np.nonzero(role == 2)[0]
        if o.get("shift", 0.0) == 0.0 and o.get("scale", 1.0) == 1.0 and len(rep):
            check(name + " repeated", all(np.array_equal(x[:, j], x[:, inv[src[j]]]) for j in rep))
print("make_classification: worst |ours - theirs| / max|column| = %.3g in %s" % worst)

for bad, word in ((dict(n_informative=2, n_classes=3), "2^n_informative"), (dict(n_features=3), "n_features"), (dict(weights=[0.1, 0.2, 0.3]), "weights"), (dict(n_informative=19, n_repeated=3), "n_repeated"),
                  (dict(weights=[0.7, 0.7]), "sum"), (dict(random_state=2**32), "random_state")):
    try:
        run("mc", **bad)
        check("refuses %s" % bad, False)
    except RuntimeError as e:
        check("refuses %s" % bad, word in str(e), str(e))

# the stable mode: a longer set starts with the shorter one; threads change nothing
a = run("mc", stable=1, n_samples=100, n_features=30, n_informative=6, n_classes=3, random_state=5)
b = run("mc", stable=1, n_samples=1000, n_features=30, n_informative=6, n_classes=3, random_state=5, threads=4)
check("stable prefix", a[:100 * 240] == b[:100 * 240] and a[24000:24800] == b[240000:240800])
xb = np.frombuffer(b[:240000]).reshape(1000, 30)
check("stable is spread", np.all(np.abs(xb.mean(axis=0)) < 3) and np.all(xb.std(axis=0) > 0.5))

rng = np.random.RandomState(7)


def split(n, y=None, groups=None, **o):
    data = b"".join(np.asarray(v, "i8").tobytes() for v in (y, groups) if v is not None)
    out = np.frombuffer(run("split", data, n=n, strat=int(y is not None), groups=int(groups is not None), **o), "i8")
    return out[1:1 + out[0]], out[1 + out[0]:]


for n in (2, 3, 10, 11, 97, 1000):
    for o in (dict(), dict(test=0.2), dict(test=0.3), dict(train=0.5), dict(test=0.25, train=0.25), dict(n_test=1), dict(n_train=1), dict(test=0.5, shuffle=0), dict(n_test=1, n_train=1)):
        py = {"test_size": o.get("test", o.get("n_test")), "train_size": o.get("train", o.get("n_train")), "shuffle": bool(o.get("shuffle", 1))}
        for seed in (0, 42):
            try:
                tr, te = train_test_split(np.arange(n), random_state=seed if py["shuffle"] else None, **py)
            except ValueError:
                try:
                    split(n, seed=seed, **o)
                    check("split refuses %s %s" % (n, o), n == 2 and o.get("test") == 0.25 and "train" in o)
                except RuntimeError:
                    check("split refuses", True)
                continue
            a, b = split(n, seed=seed, **o)
            if n == 3 and len(te) == 0:
                continue
            check("train_test_split(%d, %s, seed %d)" % (n, o, seed), np.array_equal(a, tr) and np.array_equal(b, te), "%s %s" % (a[:5], tr[:5]))
for trial in range(60):
    k = rng.randint(2, 12)
    n = rng.randint(6 * k, 60 * k)
    y = np.concatenate([np.repeat(np.arange(k), 2), rng.randint(0, k, n - 2 * k)]) * rng.choice([1, -3, 1000])
    if trial % 5 == 0:
        y = np.repeat(np.arange(k), n // k); n = len(y)
    rng.shuffle(y)
    o = [dict(test=0.2), dict(test=0.3), dict(), dict(test=0.5, train=0.3), dict(n_test=2 * k), dict(train=0.6)][trial % 6]
    tr, te = train_test_split(np.arange(n), random_state=trial, stratify=y, test_size=o.get("test", o.get("n_test")), train_size=o.get("train"))
    a, b = split(n, y=y, seed=trial, **o)
    check("stratified split %d" % trial, np.array_equal(a, tr) and np.array_equal(b, te))
    groups = rng.randint(0, max(5, n // 6), n) * 7 - 3
    tr, te = next(GroupShuffleSplit(1, test_size=0.25, random_state=trial).split(np.zeros(n), groups=groups))
    a, b = split(n, groups=groups, seed=trial, test=0.25)
    check("group split %d" % trial, np.array_equal(a, tr) and np.array_equal(b, te))
    tr, te = next(StratifiedGroupKFold(4, shuffle=True, random_state=trial).split(np.zeros(n), y, groups))
    a, b = split(n, y=y, groups=groups, seed=trial, test=0.25)
    check("stratified group split %d" % trial, np.array_equal(a, tr) and np.array_equal(b, te))
    for folds in (2, 3, 5):
        for shuffle in (0, 1):
            kw = dict(shuffle=bool(shuffle), random_state=trial if shuffle else None)
            for name, cls, kind in (("KFold", KFold, (0, 0)), ("StratifiedKFold", StratifiedKFold, (1, 0)), ("GroupKFold", GroupKFold, (0, 1)), ("StratifiedGroupKFold", StratifiedGroupKFold, (1, 1))):
                try:
                    want = np.empty(n, int)
                    for i, (_, te) in enumerate(cls(folds, **kw).split(np.zeros(n), y if kind[0] else None, groups if kind[1] else None)):
                        want[te] = i
                except TypeError:      # GroupKFold(shuffle=) is younger than 1.6
                    continue
                data = b"".join(np.asarray(v, "i8").tobytes() for v, use in ((y, kind[0]), (groups, kind[1])) if use)
                got = np.frombuffer(run("kfold", data, n=n, k=folds, shuffle=shuffle, seed=trial, strat=kind[0], groups=kind[1]), "i8")
                check("%s(%d, shuffle=%d) trial %d" % (name, folds, shuffle, trial), np.array_equal(got, want), "%d differ" % np.sum(got != want))

for trial in range(24):
    d, rows = rng.randint(1, 40), [int(v) for v in rng.randint(1, 300, rng.randint(1, 4))]
    f32 = trial % 2
    batches = [(rng.standard_normal((r, d)) * rng.uniform(0.01, 100, d) + rng.uniform(-50, 50, d)).astype("f4" if f32 else "f8") for r in rows]
    for b in batches:
        b[:, 0] = 3.25                          # constant
        if trial % 3 == 0:
            b[rng.uniform(size=b.shape) < 0.1] = np.nan
            b[0] = 1.0
    for kind, cls in ((1, StandardScaler), (2, MinMaxScaler)):
        s = cls()
        for b in batches:
            s.partial_fit(b)
        out = run("scale", b"".join(b.tobytes() for b in batches), kind=kind, f32=f32, d=d, rows=rows)
        t = "f4" if f32 else "f8"
        parts = take(out, ("f8", d), ("f8", d), ("f8", d), *([(t, b.shape) for b in batches] * 2))
        mean, var, scale = parts[:3]
        name = "%s trial %d" % (cls.__name__, trial)
        if kind == 1:
            same = np.array_equal(mean, s.mean_) and np.array_equal(var, s.var_) and np.array_equal(scale, s.scale_)
            check(name + " statistics", same, "mean %g var %g" % (np.max(np.abs(mean - s.mean_)), np.max(np.abs(var - s.var_))))
        else:
            check(name + " statistics", np.allclose(mean, s.min_, rtol=1e-5 if f32 else 1e-15, atol=1e-6 if f32 else 1e-15))
        for i, b in enumerate(batches):
            want = s.transform(b)
            if f32 and kind == 2:
                ok = np.allclose(parts[3 + i], want, atol=1e-5, equal_nan=True)
            else:
                ok = np.array_equal(parts[3 + i], want, equal_nan=True)
            check(name + " transform", ok, "off by %g" % np.nanmax(np.abs(parts[3 + i] - want)))
            check(name + " inverse", np.allclose(parts[3 + len(batches) + i], b, rtol=1e-4 if f32 else 1e-12, atol=1e-3 if f32 else 1e-10, equal_nan=True))
report()
