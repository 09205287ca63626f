#!/usr/bin/env python3
"""tests/interop/test_probe_use.py - what probe_data makes of a probe (k-sparse probes, directions, erased copies, transfer) beside NumPy and
scikit-learn, their solvers run to 1e-12. Run from the repository root after make."""
import json
import os
import subprocess
import sys
import tempfile

NAME = "test_probe_use"
passed = failed = skipped = 0
try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.metrics import r2_score
    from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
except ImportError as e:
    print(f"skip {NAME}: needs {e.name}")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)

PROGRAM = os.path.join("build", "probe_data")


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def near(got, want, what, tol=1e-6):
    got, want = np.asarray(got, float), np.asarray(want, float)
    off = np.abs(got - want).max() if got.shape == want.shape and got.size else np.inf
    check(off <= tol * max(1, np.abs(want).max()), f"{what}: {got.shape} against {want.shape}, off by {off}")


def run(*args, status=0):
    r = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
    check(r.returncode == status, f"{' '.join(map(str, args))}: status {r.returncode}, expected {status}: {r.stderr.strip()[:300]}")
    return r


with tempfile.TemporaryDirectory() as tmp:
    def at(name):
        return os.path.join(tmp, name)

    def probe(path, *flags):
        return json.loads(run("probe", path, *flags, "--quiet", "--json", "--no-plots", "--out", at("rep"), "--overwrite").stdout or "{}")

    def data(name, X, y, method="standardize", group=None, **more):
        """a data set as build writes it: X before scaling, with the name of the scaling that probes refit"""
        np.savez(at(name), X=X.astype(np.float32), X_raw=X.astype(np.float32), y=y, norm_method=np.array(method),
                 meta_sentence_indices=np.arange(len(y)) if group is None else group, **more)
        return at(name), X.astype(np.float32).astype(np.float64)

    def model(penalty=1.0):
        return LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=20000)

    rng = np.random.default_rng(3)
    n, d = 90, 14
    two = rng.integers(0, 2, n)
    four = rng.integers(0, 4, n)
    base = rng.normal(size=(n, d)) * rng.uniform(.3, 4, d) + rng.normal(size=d)
    base[:, 2] += 1.5 * two
    base[:, 7] -= .8 * four
    real = np.stack([base[:, 2] + rng.normal(size=n), np.maximum(base[:, 5] - base[:, 7], 0)], 1).astype(np.float32)

    def best(Z, y, k):
        if y.ndim == 2:
            off = y - y.mean(0)
            score = (np.abs(off.T @ (Z - Z.mean(0))) / len(y) / y.std(0)[:, None]).max(0)
        else:
            score = np.max([np.abs(Z[y == c].mean(0) - Z[y != c].mean(0)) for c in np.unique(y)], axis=0)
        return np.sort(np.argsort(-score, kind="stable")[:k])

    # k-sparse: chosen by the training rows of each fold, on scaled columns, and fitted again
    for method, scaler in (("standardize", StandardScaler), ("minmax", MinMaxScaler)):
        for what, y in (("two classes", two), ("four classes", four), ("targets", real)):
            path, X = data("k.npz", base, y, method)
            got = probe(path, "--k-sparse", "1,3,6,14", "--penalty", 2)
            yd = y.astype(np.float64) if y.ndim == 2 else y
            folds = list((KFold if y.ndim == 2 else StratifiedKFold)(5, shuffle=True, random_state=42).split(X, y if y.ndim == 1 else None))
            for k in (1, 3, 6, 14):
                pred = np.zeros(y.shape)
                for tr, te in folds:
                    s = scaler().fit(X[tr])
                    cols = best(s.transform(X[tr]), yd[tr], k)
                    m = model(2) if y.ndim == 1 else Ridge(alpha=2)
                    pred[te] = m.fit(s.transform(X[tr])[:, cols], yd[tr]).predict(s.transform(X[te])[:, cols])
                want = (pred == y).mean() if y.ndim == 1 else r2_score(yd, pred)
                key = f"k_sparse_{'accuracy' if y.ndim == 1 else 'r2'}_{k}"
                near(got.get(key, np.nan), want, f"{method}, {what}: {key}")
                cols = best(scaler().fit_transform(X), yd, k)
                check(got.get(f"k_sparse_columns_{k}") == ("all" if k == d else ",".join(map(str, cols))), f"{method}, {what}: the columns of {k}: {got.get(f'k_sparse_columns_{k}')} against {cols}")

    # directions: mean differences in raw columns, and the normal of the probe
    for method, scaler in (("standardize", StandardScaler), ("minmax", MinMaxScaler), ("none", None)):
        for what, y in (("two classes", two), ("four classes", four)):
            path, X = data("s.npz", base, y, method)
            probe(path, "--steering", at("v.npz"))
            classes = [1] if y.max() == 1 else range(4)
            with np.load(at("v.npz")) as z:
                want = np.stack([X[y == c].mean(0) - X[y != c].mean(0) for c in classes])
                near(z["direction"], want, f"{method}, {what}: means")
                unit = want / np.linalg.norm(want, axis=1)[:, None]
                near(z["unit"], unit, f"{method}, {what}: unit")
                near(z["projection_mean"], [[(X[y == c] @ u).mean() for c in np.unique(y)] for u in unit], f"{method}, {what}: projections")
                near(z["projection_sd"], [[(X[y == c] @ u).std() for c in np.unique(y)] for u in unit], f"{method}, {what}: their deviations")
            probe(path, "--steering", at("v.npz"), "--steering-by", "normal", "--penalty", .5)
            s = scaler().fit(X) if scaler else None
            m = model(.5).fit(s.transform(X) if s else X, y)
            with np.load(at("v.npz")) as z:
                near(z["direction"], m.coef_ / s.scale_ if method == "standardize" else m.coef_ * s.scale_ if s else m.coef_, f"{method}, {what}: normal")
    path, X = data("s.npz", base, two)
    probe(path, "--probe", "mean-difference", "--steering", at("v.npz"), "--steering-by", "normal")
    with np.load(at("v.npz")) as z:
        sd = X.std(0)
        near(z["direction"][0], (X[two == 1].mean(0) - X[two == 0].mean(0)) / sd ** 2, "mean difference: normal")
    sparse = real[:, 1]
    path, X = data("s.npz", base, sparse)
    probe(path, "--steering", at("v.npz"))
    with np.load(at("v.npz")) as z:
        near(z["direction"][0], X[sparse != 0].mean(0) - X[sparse == 0].mean(0), "active less inactive rows")
    probe(path, "--steering", at("v.npz"), "--steering-by", "normal", "--penalty", 3)
    with np.load(at("v.npz")) as z:
        near(z["direction"][0], Ridge(alpha=3).fit(StandardScaler().fit_transform(X), sparse.astype(float)).coef_ / X.std(0), "ridge: normal")

    # LEACE by its formula, with Cov(x)^(-1/2) from an eigendecomposition; n < d, and columns that say the same
    def leace(X, Z, V, tol=1e-9):
        mu, S, C = X.mean(0), np.cov(X.T, bias=True), (X - X.mean(0)).T @ (Z - Z.mean(0)) / len(X)
        w, E = np.linalg.eigh(S)
        keep = w > tol * w.max()
        E, w = E[:, keep], w[keep]
        W, Wp = E / np.sqrt(w) @ E.T, E * np.sqrt(w) @ E.T
        U, sv, _ = np.linalg.svd(W @ C, full_matrices=False)
        U = U[:, sv > 1e-9]
        return V - (V - mu) @ (Wp @ U @ U.T @ W).T, U.shape[1]

    wide = rng.normal(size=(40, 70))
    twice = np.concatenate([base, base[:, :3], np.ones((n, 1))], 1)
    group = np.arange(n)
    for what, A, y in (("two classes", base, two), ("four classes", base, four), ("one target", base, sparse), ("two targets", base, real),
                       ("repeated columns", twice, four), ("n < d", wide, four[:40])):
        path, X = data("e.npz", A, y)
        got = probe(path, "--erase", at("erased.npz"))
        Z = np.eye(y.max() + 1)[y] if y.ndim == 1 and y.dtype.kind == "i" else y.astype(float).reshape(len(y), -1)
        want, rank = leace(X, Z, X)
        with np.load(at("erased.npz"), allow_pickle=False) as z:
            near(z["X"], want, f"erased, {what}")
            check(int(z["leace_rank"]) == rank == got["erased_directions"], f"erased, {what}: rank {z['leace_rank']} against {rank}")
            check(float(z["leace_tolerance"]) == max(X.shape) * 2.0 ** -52 and str(z["norm_method"]) == "none", f"erased, {what}: tolerance")
            near(X - (X - z["leace_mean"]) @ z["leace_right"].T @ z["leace_left"].T, want, f"erased, {what}: as arrays")
            check(np.array_equal(z["y"], y) and "X_raw" not in z.files, f"erased, {what}: y")
            left = z["X"].astype(float)
        if len(A) > A.shape[1] and y.ndim == 1 and y.dtype.kind == "i":
            cov = (left - left.mean(0)).T @ (Z - Z.mean(0)) / len(Z)
            check(np.abs(cov).max() < 1e-6, f"erased, {what}: covariance with the labels {np.abs(cov).max()}")
            proba = LogisticRegression(C=1e3, tol=1e-12, max_iter=20000).fit(left, y).predict_proba(left)
            gain = np.log(proba[np.arange(n), y]).mean() - np.log(Z.mean(0))[y].mean()
            check(abs(gain) < 1e-6, f"erased, {what}: the best linear probe gains {gain} nats on a constant")
    order = rng.permutation(n)
    path, X = data("e.npz", base, four, split_train=np.sort(order[:60]), split_test=np.sort(order[60:]))
    probe(path, "--stored-split", "--erase", at("erased.npz"))
    with np.load(at("erased.npz")) as z:
        near(z["X"], leace(X[np.sort(order[:60])], np.eye(4)[four[np.sort(order[:60])]], X)[0], "erased by split_train")

    # fitted on A, judged on B: other rows by one fit, the same rows (another layer) by the folds of A
    def fresh(m):
        X = rng.normal(size=(m, d)) * 2
        y = rng.integers(0, 4, m)
        X[:, 1] += y
        return X, y

    (A, ya), (B, yb) = fresh(80), fresh(50)
    C = A @ (np.eye(d) + .3 * rng.normal(size=(d, d)))
    pa, XA = data("A.npz", A, ya)
    pb, XB = data("B.npz", B, yb)
    pc, XC = data("C.npz", C, ya)
    got = json.loads(run("matrix", pa, pb, pc, "--penalty", 3, "--quiet", "--json", "--no-plots", "--out", at("mx"), "--overwrite").stdout)
    sets = dict(A=(XA, ya), B=(XB, yb), C=(XC, ya))

    def fit(X, y):
        s = StandardScaler().fit(X)
        m = model(3).fit(s.transform(X), y)
        return lambda V: m.predict(s.transform(V))

    for i, (X, y) in sets.items():
        for j, (V, w) in sets.items():
            if i == j or i + j in ("AC", "CA"):
                pred = np.zeros(len(y), int)
                for tr, te in StratifiedKFold(5, shuffle=True, random_state=42).split(X, y):
                    pred[te] = fit(X[tr], y[tr])(V[te])
            else:
                pred = fit(X, y)(V)
            near(got.get(f"accuracy_{i}_on_{j}", np.nan), (pred == w).mean(), f"fitted on {i}, judged on {j}")
            check(got[f"accuracy_{i}_on_{j}_lo"] < got[f"accuracy_{i}_on_{j}"] < got[f"accuracy_{i}_on_{j}_hi"], f"{i} on {j}: an interval")

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
