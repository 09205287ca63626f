#!/usr/bin/env python3
"""tests/interop/test_probe.py - probe_data beside a plain NumPy oracle (load everything, pick, concatenate, normalise)
and its probes beside scikit-learn. Run from the repository root after make."""
import json
import os
import re
import subprocess
import sys
import tempfile

NAME = "test_probe"
sys.path.insert(0, os.path.join("tests", "interop"))
passed = failed = skipped = 0
try:
    import numpy as np
    import torch
    from scipy import stats
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, cross_val_predict
    from sklearn.preprocessing import StandardScaler
    from sklearn.pipeline import make_pipeline
    from sklearn.decomposition import PCA
    from sklearn import metrics
except ImportError as e:
    print(f"skip {NAME}: needs {e.name}")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)

PROGRAM = os.path.join("build", "probe_data")
DATA = os.environ.get("NN_TEST_DATA", os.path.join("..", "shared", "data"))


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def run(*args, status=0):
    r = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
    check(r.returncode == status, f"{' '.join(map(str, args))}: status {r.returncode}, expected {status}: {r.stderr.strip()[:300]}")
    return r


def calibration(y, proba, bins=15):
    """Expected calibration error: bins (lo, hi] of the largest probability."""
    top = proba.max(1)
    bin_of = np.clip(np.ceil(top * bins).astype(int) - 1, 0, bins - 1)
    hit = proba.argmax(1) == y
    return sum((bin_of == b).mean() * abs(hit[bin_of == b].mean() - top[bin_of == b].mean()) for b in np.unique(bin_of))


def folder(path, seed, sentences=24, layers=6, dim=20, features=40, dtype=np.float16, compressed=False, shuffle=False, one_based=False, others=False):
    """Sentence files as the extraction stage writes them."""
    rng = np.random.default_rng(seed)
    os.makedirs(path)
    order = np.arange(layers) * 2 + 1
    if shuffle:
        rng.shuffle(order)
    w = rng.normal(size=(layers, dim))
    for k in range(sentences):
        n = int(rng.integers(1, 9))
        label = int(rng.integers(0, 4))
        hidden = rng.normal(size=(layers, n, dim)) + 0.8 * label * w[:, None, :] / np.sqrt(dim)
        act = np.maximum(rng.normal(size=(layers, n, features)) - 1.2, 0).astype(np.float32)
        save = np.savez_compressed if compressed else np.savez
        i = k + 1 if one_based else k
        save(os.path.join(path, f"sentence_{i:06d}.npz"), sentence=np.array(f"Sätze {k}"), concept_strength_label=np.int64(label),
             sentence_index=np.int64(1000 - k), fragments=np.array([f"f{j}" for j in range(n)]), token_positions=np.arange(n),
             fragment_lengths=np.arange(n), is_final_token=np.arange(n) == n - 1, embeddings=rng.normal(size=(n, dim)).astype(dtype),
             hidden_states=hidden.astype(dtype), activations=act, layers=order.astype(np.int64),
             average_l0s=(order * 10 + 3).astype(np.int64), num_features=np.int64(features), hidden_dim=np.int64(dim))
        if others:                                         # what other writers make of the same: 0 and 1, floats, Fortran order
            name = os.path.join(path, f"sentence_{i:06d}.npz")
            with np.load(name) as z:
                f = {k: z[k] for k in z.files}
            f["is_final_token"] = f["is_final_token"].astype(np.int64)
            f["average_l0s"] = f["average_l0s"].astype(np.float32)
            for key in ("embeddings", "hidden_states", "activations"):
                f[key] = np.asfortranarray(f[key])
            save(name, **f)
    return sorted(int(v) for v in order)


def oracle(path, strategy, layers=(), target=None, features=(), input_layer=None, combine="concat", rows="final"):
    xs, ys, idx = [], [], []
    for name in sorted(os.listdir(path)):
        with np.load(os.path.join(path, name)) as z:
            f = {k: z[k] for k in z.files}
        n = len(f["is_final_token"])
        take = {"final": range(n - 1, n), "all": range(n)}.get(rows)
        if take is None:
            take = range(max(0, n - int(rows.split(":")[1])), n)
        pos = {int(v): i for i, v in enumerate(f["layers"])}
        for r in take:
            if strategy.startswith("embedding"):
                x = f["embeddings"][r].astype(np.float32)
            else:
                src = f["activations"] if strategy.startswith("activation") else f["hidden_states"]
                ls = layers or [target if input_layer is None else input_layer]
                parts = [src[pos[l], r].astype(np.float32) for l in ls]
                x = {"concat": lambda: np.concatenate(parts), "mean": lambda: np.mean(parts, axis=0, dtype=np.float64).astype(np.float32),
                     "diff": lambda: parts[-1] - parts[0]}[combine]()
            xs.append(x)
            if strategy.endswith("concept"):
                ys.append(int(f["concept_strength_label"]))
            else:
                ys.append(f["activations"][pos[target], r, list(features)])
            idx.append(int(f["sentence_index"]))
    X = np.array(xs, dtype=np.float32)
    if strategy.endswith("concept"):
        y = np.array(ys, dtype=np.int64)
    else:
        y = np.array(ys, dtype=np.float32)
        y = y[:, 0] if len(features) == 1 else y
    return X, y, np.array(idx, dtype=np.int64)


with tempfile.TemporaryDirectory() as tmp:
    kinds = {
        "f16": dict(seed=1), "f32": dict(seed=2, dtype=np.float32), "deflated": dict(seed=3, compressed=True),
        "shuffled": dict(seed=4, shuffle=True, one_based=True), "others": dict(seed=6, others=True),
        "wide": dict(seed=5, sentences=120, layers=26, dim=24, features=64, compressed=True, shuffle=True),
    }
    for kind, args in kinds.items():
        d = os.path.join(tmp, kind)
        have = folder(d, **args)
        cases = [
            ("embedding-to-feature", dict(target=have[1], features=[7]), ["--target-layer", have[1], "--target-feature", 7]),
            ("hidden-to-feature", dict(target=have[2], features=[0, 5, 39]), ["--target-layer", have[2], "--features", "0,5,39"]),
            ("hidden-to-feature", dict(target=have[2], features=[3], input_layer=have[0]), ["--target-layer", have[2], "--target-feature", 3, "--input-layer", have[0]]),
            ("hidden-to-concept", dict(layers=[have[3]]), ["--layer", have[3]]),
            ("hidden-to-concept", dict(layers=[have[0], have[2], have[5]]), ["--layers", f"{have[0]},{have[2]},{have[5]}"]),
            ("hidden-to-concept", dict(layers=[have[0], have[4]], combine="diff"), ["--layers", f"{have[0]},{have[4]}", "--combine", "diff"]),
            ("hidden-to-concept", dict(layers=[have[0], have[4]], combine="mean"), ["--layers", f"{have[0]},{have[4]}", "--combine", "mean"]),
            ("hidden-to-concept", dict(layers=[have[1]], rows="all"), ["--layer", have[1], "--rows", "all"]),
            ("hidden-to-concept", dict(layers=[have[1]], rows="last:3"), ["--layer", have[1], "--rows", "last:3"]),
            ("embedding-to-concept", {}, []),
            ("activation-to-concept", dict(layers=[have[1]]), ["--layer", have[1]]),
        ]
        for strategy, want, flags in cases:
            out = os.path.join(tmp, "o.npz")
            what = f"{kind} {strategy} {flags}"
            X, y, idx = oracle(d, strategy, **want)
            run("--strategy", strategy, "--input", d, *flags, "--normalize", "none", "--output", out, "--overwrite", "--quiet")
            with np.load(out, allow_pickle=False) as z:
                check(z["X"].dtype == np.float32 and np.array_equal(z["X"], X), f"{what}: X")
                check(z["y"].dtype == y.dtype and np.array_equal(z["y"], y), f"{what}: y")
                check(np.array_equal(z["meta_sentence_indices"], idx), f"{what}: sentence indices")
                check(str(z["meta_strategy"]) == strategy, f"{what}: strategy")
                check(str(z["meta_input_source"]) == {"e": "embeddings", "h": "hidden_states", "a": "activations"}[strategy[0]], f"{what}: source")
                check(int(z["meta_input_dims"]) == X.shape[1] and int(z["meta_n_samples"]) == len(X), f"{what}: dims")
                if "target" in want:
                    check(int(z["meta_target_layer"]) == want["target"], f"{what}: target layer")
                    check(float(z["meta_average_l0"]) == want["target"] * 10 + 3, f"{what}: average l0")
                    check(np.array_equal(np.atleast_1d(z["meta_target_feature"]), want["features"]), f"{what}: feature")
            for method in ("standardize", "minmax"):
                run("--strategy", strategy, "--input", d, *flags, "--normalize", method, "--output", out, "--overwrite", "--quiet")
                with np.load(out) as z:
                    X64 = X.astype(np.float64)
                    if method == "standardize":
                        mean, std = X64.mean(0), X64.std(0)
                        std[std == 0] = 1
                        ref = (X64 - mean) / std
                        check(np.allclose(z["norm_mean"], mean, atol=1e-6) and np.allclose(z["norm_std"], std, atol=1e-6), f"{what}: mean, std")
                    else:
                        lo, hi = X64.min(0), X64.max(0)
                        span = np.where(hi > lo, hi - lo, 1)
                        ref = (X64 - lo) / span
                        check(np.array_equal(z["norm_min"], lo) and np.array_equal(z["norm_max"], hi), f"{what}: min, max")
                    check(str(z["norm_method"]) == method, f"{what}: norm_method")
                    check(np.abs(z["X"] - ref).max() <= 1e-6 * max(1, np.abs(ref).max()), f"{what}: {method} {np.abs(z['X'] - ref).max()}")

    # PCA as scikit-learn's, up to sign (ours has a fixed one)
    d = os.path.join(tmp, "wide")
    out = os.path.join(tmp, "p.npz")
    have = sorted(range(1, 52, 2))
    run("--strategy", "hidden-to-concept", "--input", d, "--layers", ",".join(map(str, have)), "--pca", 8, "--output", out, "--quiet")
    X, y, idx = oracle(d, "hidden-to-concept", layers=have)
    Z = StandardScaler().fit_transform(X.astype(np.float64))
    ref = PCA(8, svd_solver="full").fit_transform(Z)
    with np.load(out) as z:
        got = z["X"]
        check(got.shape == (120, 8), "pca shape")
        check(np.abs(np.abs(got) - np.abs(ref)).max() < 1e-4, f"pca scores {np.abs(np.abs(got) - np.abs(ref)).max()}")

    # a probe is scikit-learn's on the same folds
    out = os.path.join(tmp, "q.npz")
    run("--strategy", "hidden-to-concept", "--input", d, "--layer", have[5], "--output", out, "--quiet")
    X, y, idx = oracle(d, "hidden-to-concept", layers=[have[5]])
    r = run("probe", out, "--probe", "logistic", "--penalty", 1.0, "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite")
    figures = dict(line.split(" ")[:2] for line in r.stdout.splitlines() if line.count(" ") >= 1)
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    pred = cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-8, max_iter=5000)), X.astype(np.float64), y, cv=folds)
    check(abs(float(figures.get("accuracy", "nan")) - metrics.accuracy_score(y, pred)) < 1e-6, f"accuracy {figures.get('accuracy')} against {metrics.accuracy_score(y, pred)}")
    check(abs(float(figures.get("f1_weighted", "nan")) - metrics.f1_score(y, pred, average="weighted")) < 1e-6, "weighted F1")
    r = run("probe", out, "--penalty", 1.0, "--seeds", 3, "--quiet", "--json", "--out", os.path.join(tmp, "rep"), "--overwrite")
    want = [calibration(y, cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-12, max_iter=20000)), X.astype(np.float64), y,
                                             cv=StratifiedKFold(5, shuffle=True, random_state=42 + k), method="predict_proba")) for k in range(3)]
    check(abs(json.loads(r.stdout).get("ece", np.nan) - np.mean(want)) < 1e-6, f"calibration error {json.loads(r.stdout).get('ece')} against {np.mean(want)}")
    page = open(os.path.join(tmp, "rep", "q_report.html"), encoding="utf-8").read()
    check("Calibration" in page and not re.search(r"\bnan\b", page, re.I), "the calibration plot has no NaN")
    run("--strategy", "hidden-to-feature", "--input", d, "--target-layer", have[5], "--target-feature", 3, "--output", out, "--overwrite", "--quiet")
    X, y, idx = oracle(d, "hidden-to-feature", target=have[5], features=[3])
    r = run("probe", out, "--probe", "ridge", "--penalty", 10.0, "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite")
    figures = dict(line.split(" ")[:2] for line in r.stdout.splitlines() if line.count(" ") >= 1)
    pred = cross_val_predict(make_pipeline(StandardScaler(), Ridge(alpha=10.0)), X.astype(np.float64), y.astype(np.float64), cv=KFold(5, shuffle=True, random_state=42))
    check(abs(float(figures.get("r2", "nan")) - metrics.r2_score(y, pred)) < 1e-6, f"r2 {figures.get('r2')} against {metrics.r2_score(y, pred)}")

    # several features: each one's R2, and their mean
    run("--strategy", "hidden-to-feature", "--input", d, "--target-layer", have[5], "--features", "3,9,1", "--output", out, "--overwrite", "--quiet")
    X, y, idx = oracle(d, "hidden-to-feature", target=have[5], features=[3, 9, 1])
    r = run("probe", out, "--probe", "ridge", "--penalty", 10.0, "--quiet", "--json", "--out", os.path.join(tmp, "rep"), "--overwrite")
    figures = json.loads(r.stdout)
    pred = cross_val_predict(make_pipeline(StandardScaler(), Ridge(alpha=10.0)), X.astype(np.float64), y.astype(np.float64), cv=KFold(5, shuffle=True, random_state=42))
    want = metrics.r2_score(y, pred, multioutput="raw_values")
    for k, v in zip((3, 9, 1), want):
        check(abs(figures.get(f"r2_feature_{k}", np.nan) - v) < 1e-6, f"r2 of feature {k}: {figures.get(f'r2_feature_{k}')} against {v}")
    check(abs(figures["r2"] - want.mean()) < 1e-6, "mean r2 of the features")

    # a saved probe on other sentences: scaler, PCA and model as scikit-learn fits them on the first folder
    other = os.path.join(tmp, "unseen")
    folder(other, seed=55, sentences=60, layers=26, dim=24, features=64, shuffle=True)
    saved = os.path.join(tmp, "saved.npz")
    for flags, kw, steps in ((["--layer", 11], dict(layers=[11]), []), (["--layers", "11,13", "--pca", 7], dict(layers=[11, 13]), [PCA(7, svd_solver="full")]),
                             (["--layer", 5, "--rows", "all"], dict(layers=[5], rows="all"), [])):
        run("--strategy", "hidden-to-concept", "--input", d, *flags, "--output", out, "--overwrite", "--quiet")
        run("probe", out, "--penalty", 2.0, "--save", saved, "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite")
        r = run("apply", saved, "--input", other, "--quiet", "--json", "--out", os.path.join(tmp, "ap"), "--overwrite")
        figures = json.loads(r.stdout)
        X, y, idx = oracle(d, "hidden-to-concept", **kw)
        V, w, other_idx = oracle(other, "hidden-to-concept", **kw)
        model = make_pipeline(StandardScaler(), *steps, LogisticRegression(C=0.5, tol=1e-12, max_iter=20000)).fit(X.astype(np.float64), y)
        import csv
        with open(os.path.join(tmp, "ap", "saved_on_unseen_predictions.csv"), newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        proba = np.array([[float(row[f"p_{c}"]) for c in model.classes_] for row in rows])
        diff = np.abs(proba - model.predict_proba(V.astype(np.float64))).max()
        check(proba.shape == (len(w), 4) and diff < 1e-6, f"apply {flags}: probabilities differ by {diff}")
        check([int(row["label"]) for row in rows] == list(w) and [int(row["sentence"]) for row in rows] == list(other_idx), f"apply {flags}: rows")
        right = proba.argmax(1) == w
        check(abs(figures["accuracy"] - right.mean()) < 1e-12, f"apply {flags}: accuracy")
        if "--rows" not in flags:
            z = stats.norm.ppf(.975)
            mid = (right.mean() + z * z / 2 / len(w)) / (1 + z * z / len(w))
            half = z * np.sqrt(right.mean() * (1 - right.mean()) / len(w) + z * z / 4 / len(w) ** 2) / (1 + z * z / len(w))
            check(abs(figures["accuracy_lo"] - mid + half) < 1e-6 and abs(figures["accuracy_hi"] - mid - half) < 1e-6, f"apply {flags}: Wilson's interval")
        check(abs(figures["log_loss"] - metrics.log_loss(w, proba)) < 1e-6, f"apply {flags}: log loss")
        check(abs(figures.get("ece", np.nan) - calibration(w, proba)) < 1e-6, f"apply {flags}: calibration error")
        check(abs(figures["majority_accuracy"] - np.mean(w == np.bincount(y).argmax())) < 1e-12, f"apply {flags}: majority of the fitted rows")

    # average_l0s may be missing, which is said; the original's own names of the normalisation, and none at all
    for name in sorted(os.listdir(os.path.join(tmp, "others"))):
        name = os.path.join(tmp, "others", name)
        with np.load(name) as z:
            f = {k: z[k] for k in z.files if k != "average_l0s"}
        np.savez(name, **f)
    out = os.path.join(tmp, "q.npz")
    run("--strategy", "hidden-to-feature", "--input", os.path.join(tmp, "others"), "--target-layer", 3, "--target-feature", 3, "--output", out, "--overwrite", "--quiet")
    with np.load(out) as z:
        check(np.isnan(z["meta_average_l0"]) and np.isfinite(z["X"]).all(), "missing average_l0s")
    d = os.path.join(tmp, "wide")
    for method in ("standardize", "minmax"):
        figures = []
        run("--strategy", "hidden-to-concept", "--input", d, "--layer", 5, "--normalize", method, "--no-raw", "--output", out, "--overwrite", "--quiet")
        with np.load(out) as z:
            f = {k: z[k] for k in z.files}
        for keys in ({}, {"norm_method": "meta_method", "norm_mean": "meta_mean", "norm_std": "meta_std", "norm_min": "meta_min", "norm_max": "meta_max"}):
            np.savez(out, **{keys.get(k, k): v for k, v in f.items()})
            r = run("probe", out, "--quiet", "--json", "--out", os.path.join(tmp, "rep"), "--overwrite")
            figures.append(r.stdout)
            run("--strategy", "hidden-to-concept", "--input", d, "--layer", 5, "--norm-from", out, "--output", os.path.join(tmp, f"from{len(figures)}.npz"), "--overwrite", "--quiet")
        check(figures[0] == figures[1], f"the original's names: {method}")
        with np.load(os.path.join(tmp, "from1.npz")) as a, np.load(os.path.join(tmp, "from2.npz")) as b:
            check(np.array_equal(a["X"], b["X"]) and np.allclose(a["X"], f["X"], atol=1e-5), f"--norm-from the original's names: {method}")
    X, y, idx = oracle(d, "hidden-to-concept", layers=[5])
    np.savez(out, X=X, y=y)
    r = run("probe", out, "--quiet", "--json", "--out", os.path.join(tmp, "rep"), "--overwrite")
    pred = cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-8, max_iter=5000)), X.astype(np.float64), y, cv=StratifiedKFold(5, shuffle=True, random_state=42))
    check(abs(json.loads(r.stdout)["accuracy"] - metrics.accuracy_score(y, pred)) < 1e-9, "plain X and y")

    # denormalise: the raw extraction again, from X_raw bit for bit, else by undoing the scaling
    raw = os.path.join(tmp, "raw.npz")
    X, y, idx = oracle(d, "hidden-to-concept", layers=[5, 11], rows="all")
    for method in ("standardize", "minmax", "none"):
        for keep in ("--raw", "--no-raw"):
            if (method, keep) == ("none", "--raw"):
                continue
            run("--strategy", "hidden-to-concept", "--input", d, "--layers", "5,11", "--rows", "all", "--normalize", method, *([keep] if method != "none" else []), "--output", out, "--overwrite", "--quiet")
            run("denormalise", out, "--output", raw, "--overwrite", "--quiet")
            with np.load(raw) as z, np.load(out) as was:
                diff = np.abs(z["X"] - X).max()
                check(diff == 0 if keep == "--raw" or method == "none" else diff <= 4e-7 * np.abs(X).max(), f"denormalise {method} {keep}: off by {diff}")
                check(str(z["norm_method"]) == "none" and not any(k.startswith(("norm_m", "norm_s", "X_raw")) and k != "norm_method" for k in z.files), f"denormalise {method} {keep}: keys {z.files}")
                check(all(np.array_equal(z[k], was[k]) for k in was.files if k[0] != "X" and not k.startswith("norm")), f"denormalise {method} {keep}: the rest")
    run("--strategy", "hidden-to-concept", "--input", d, "--layer", 5, "--pca", 3, "--no-raw", "--output", out, "--overwrite", "--quiet")
    check("holds the components of a PCA" in run("denormalise", out, "--output", raw, "--overwrite", "--quiet", status=1).stderr, "denormalise: components")
    check("raw.npz" in run("denormalise", raw, "--output", raw, "--quiet", status=1).stderr, "denormalise: no file is replaced")

    # one set per input layer of a feature, and their curve
    run("--strategy", "hidden-to-feature", "--input", d, "--layers", "5,11", "--each-layer", "--target-layer", 7, "--features", "3,9", "--normalize", "none", "--output", os.path.join(tmp, "fl.npz"), "--quiet")
    for l in (5, 11):
        X, y, idx = oracle(d, "hidden-to-feature", target=7, features=[3, 9], input_layer=l)
        with np.load(os.path.join(tmp, f"fl_l{l}.npz")) as z:
            check(np.array_equal(z["X"], X) and np.array_equal(z["y"], y) and list(z["meta_input_layers"]) == [l] and int(z["meta_target_layer"]) == 7, f"features by input layer {l}")
    r = run("compare", os.path.join(tmp, "fl_l5.npz"), os.path.join(tmp, "fl_l11.npz"), "--quiet", "--out", os.path.join(tmp, "cmp"), "--overwrite")
    check("r2_fl_l5 " in r.stdout and "r2_fl_l11 " in r.stdout, "compare of a feature's layers")
    check("hidden-to-feature takes x from one layer" in run("--strategy", "hidden-to-feature", "--input", d, "--layers", "5,11", "--target-layer", 7, "--features", "3,9", "--output", raw, "--overwrite", "--quiet", status=2).stderr, "layers of a feature without --each-layer")

    # layer x place: the held-out accuracy, or R2, of the rows at each place of their sentences
    run("--strategy", "hidden-to-concept", "--input", d, "--layers", "5,11", "--each-layer", "--rows", "all", "--normalize", "none", "--output", os.path.join(tmp, "tok.npz"), "--quiet")
    run("--strategy", "hidden-to-feature", "--input", d, "--layers", "5,11", "--each-layer", "--target-layer", 7, "--target-feature", 3, "--rows", "all", "--normalize", "none", "--output", os.path.join(tmp, "tof.npz"), "--quiet")
    for stem, key in (("tok", "accuracy"), ("tof", "r2")):
        run("compare", os.path.join(tmp, f"{stem}_l5.npz"), os.path.join(tmp, f"{stem}_l11.npz"), "--quiet", "--out", os.path.join(tmp, "cmp"), "--overwrite")
        with open(os.path.join(tmp, "cmp", "compare_metrics.json"), encoding="utf-8") as f:
            figures = json.load(f)
        figures = figures.get("metrics", figures.get("results", figures))
        seen = 0
        for l in (5, 11):
            with np.load(os.path.join(tmp, f"{stem}_l{l}.npz")) as z:
                X, y, g, place = z["X"].astype(float), z["y"], z["meta_sentence_indices"], z["meta_fragment_indices"]
            pred = np.zeros(len(y))
            if key == "accuracy":
                cv, m = StratifiedGroupKFold(5, shuffle=True, random_state=42), LogisticRegression(tol=1e-10, max_iter=20000)
            else:
                cv, m, y = GroupKFold(5, shuffle=True, random_state=42), Ridge(alpha=1.0), y.astype(float)
            for tr, te in cv.split(X, y, g):
                pred[te] = m.fit(X[tr], y[tr]).predict(X[te])
            for t in range(place.max() + 1):
                here = place == t
                want = (pred[here] == y[here]).mean() if key == "accuracy" else metrics.r2_score(y[here], pred[here])
                got = figures.get(f"{key}_layer_{l}_token_{t}")
                if here.sum() < 5 or np.ptp(y[here]) == 0:
                    check(got is None, f"{stem}: layer {l} place {t}: too few rows")
                else:
                    seen += 1
                    check(got is not None and abs(got - want) < 1e-6, f"{stem}: layer {l} place {t}: {got} against {want}")
        check(seen > 8, f"{stem}: {seen} places")
        check("by layer and place" in open(os.path.join(tmp, "cmp", "compare_report.html"), encoding="utf-8").read(), f"{stem}: the map is drawn")

    # anybody's arrays: each layout as its library writes it, against a NumPy extraction, bit for bit
    door = os.path.join(tmp, "door")
    os.makedirs(os.path.join(door, "parts"))
    rng = np.random.default_rng(11)
    n, L, T, D = 12, 3, 4, 5
    lab = np.arange(n) % 2
    np.save(os.path.join(door, "y.npy"), lab)
    made = os.path.join(door, "o.npz")

    def at(name):
        return os.path.join(door, name)

    def build(array, *flags, labels="y.npy", status=0, out=made):
        return run("--array", at(array), "--labels", at(labels), "--normalize", "none", "--output", out, "--overwrite", "--quiet", *flags, status=status)

    def same(path, X, what, y=None, group=None, layer=None):
        with np.load(path, allow_pickle=False) as z:
            check(z["X"].dtype == np.float32 and np.array_equal(z["X"], X.astype(np.float32)), f"{what}: X")
            check(np.array_equal(z["y"], lab if y is None else y), f"{what}: y")
            if group is not None:
                check(np.array_equal(z["meta_sentence_indices"], group), f"{what}: groups")
            if layer is not None:
                check(list(z["meta_input_layers"]) == layer, f"{what}: layer")

    def curve(X_of, layers, what, stem="o"):
        for i, l in enumerate(layers):
            same(at(f"{stem}_l{l}.npz"), X_of(i), f"{what} {l}", layer=[l])

    H = rng.normal(size=(n, L, D)).astype(np.float32)             # [n, layer, d], as honest_llama stores head-wise and layer-wise states
    np.save(at("nld.npy"), H)
    build("nld.npy", "--take", "1=-1")
    same(made, H[:, -1], "take a place")
    build("nld.npy", "--axis", "layer=1", "--take", "layer=2")
    same(made, H[:, 2], "a named axis", layer=[2])
    build("nld.npy", "--axis", "layer=1", "--take", "layer=each")
    curve(lambda i: H[:, i], range(L), "one set per layer")
    r = run("compare", *[at(f"o_l{l}.npz") for l in range(L)], "--folds", 3, "--out", at("cmp"), "--overwrite", "--quiet")
    check(all(f"accuracy_o_l{l} " in r.stdout for l in range(L)), "one curve from one command")
    r = build("nld.npy", status=1)
    check("axis 1, which has 3 places: --take 1=K, mean, max, last, all or each" in r.stderr, f"3-d without --take: {r.stderr}")
    B = rng.normal(size=(n, T, D)).astype(np.float16)             # [batch, seq, d]: a TransformerLens cache entry
    torch.save(torch.from_numpy(B), at("resid.pt"))
    for word, want in (("last", B[:, -1]), ("0", B[:, 0]), ("mean", B.mean(1, dtype=np.float64)), ("max", B.max(1))):
        build("resid.pt", "--axis", "token=1", "--take", f"token={word}")
        same(made, want, f"token={word}")
    build("resid.pt", "--take", "1=all")
    same(made, B.reshape(-1, D), "token=all", y=np.repeat(lab, T), group=np.repeat(np.arange(n), T))
    C4 = rng.normal(size=(L, n, T, D)).astype(np.float32)         # layers first, 4-d, Fortran order
    np.savez(at("cube.npz"), acts=np.asfortranarray(C4), other=lab)
    build("cube.npz:acts", "--axis", "layer=0,token=2", "--take", "layer=each,token=mean")
    curve(lambda i: C4[i].mean(1, dtype=np.float64), range(L), "4-d, layers first")
    keys = {f"blocks.{l}.hook_resid_post": torch.from_numpy(C4[i]) for i, l in enumerate((0, 2, 10))}
    torch.save(keys, at("cache.pth"))
    build("cache.pth:blocks.{l}.hook_resid_post", "--take", "1=last")
    curve(lambda i: C4[i][:, -1], (0, 2, 10), "layers by the names of a .pth")
    from safetensors.torch import save_file
    save_file({f"layer_{l}": torch.from_numpy(C4[i][:, 0].copy()) for i, l in enumerate((0, 2, 10))}, at("layers.safetensors"))
    build("layers.safetensors:layer_{l}")
    curve(lambda i: C4[i][:, 0], (0, 2, 10), "layers by the names of a .safetensors")
    np.savez(at("layers.npz"), **{f"layer_{l}": C4[i][:, 0] for i, l in enumerate((0, 2, 10))}, labels=lab)
    build("layers.npz:layer_{l}", labels="layers.npz:labels")
    curve(lambda i: C4[i][:, 0], (0, 2, 10), "layers by the names of a .npz")
    for i, l in enumerate((0, 2, 10)):
        np.save(at(f"acts_layer{l}.npy"), C4[i][:, 1])
    build("acts_layer{l}.npy")
    curve(lambda i: C4[i][:, 1], (0, 2, 10), "layers by the names of files")
    for i in range(n):                                            # one array per shard, natural order: part_2 before part_10
        np.save(at(f"parts/part_{i}.npy"), H[i:i + 1, 0])
    build("parts/part_*.npy")
    same(made, H[:, 0], "shards by a pattern")
    build("parts")
    same(made, H[:, 0], "shards of a folder")
    np.save(at("parts/part_12.npy"), np.ones((1, D + 1), np.float32))
    check("part_12.npy: is no continuation of" in build("parts", status=1).stderr, "a shard of another width")
    torch.save([torch.from_numpy(H[i, 0]) for i in range(n)], at("list.bin"))      # a list of 1-d vectors
    build("list.bin")
    same(made, H[:, 0], "a list of vectors")
    torch.save({"acts": [H[i, 1] for i in range(n)], "labels": torch.from_numpy(lab)}, at("dict.ckpt"))   # NumPy arrays inside
    build("dict.ckpt:acts", labels="dict.ckpt:labels")
    same(made, H[:, 1], "a list of NumPy vectors in a dict")
    torch.save([torch.ones(3), torch.ones(4)], at("ragged.pt"))
    check("expected vectors of one length" in build("ragged.pt", status=1).stderr, "vectors of different lengths")
    import pandas as pd
    names = np.array(["pos", "neg", "nö"], dtype=object)[np.arange(n) % 3]
    frame = pd.DataFrame(H[:, 0].astype(np.float64), columns=[f"f{j}" for j in range(D)])
    frame["who"] = [f"s{i // 2}" for i in range(n)]
    frame["label"] = names
    frame.to_csv(at("table.csv"), index=False)
    build("table.csv", "--groups", at("table.csv:who"), labels="table.csv:label")
    codes = np.unique(names.astype(str), return_inverse=True)[1]
    same(made, H[:, 0], "a .csv matrix with its labels and groups", y=codes, group=np.arange(n) // 2)
    check("column 'who': expected numbers, got text" in build("table.csv", labels="table.csv:label", status=1).stderr, "text in a .csv matrix")
    np.savez(at("object.npz"), vectors=H[:, 0], categories=names, col=lab[:, None], hot=np.eye(3)[np.arange(n) % 3], real=lab.astype(np.float32), soft=rng.random((n, 3)))
    build("object.npz:vectors", labels="object.npz:categories")
    same(made, H[:, 0], "object strings", y=codes)
    build("object.npz:vectors", labels="object.npz:col")
    same(made, H[:, 0], "labels [n,1]")
    build("object.npz:vectors", labels="object.npz:hot")
    same(made, H[:, 0], "one-hot labels", y=np.arange(n) % 3)
    check("row 0 is not one-hot" in build("object.npz:vectors", labels="object.npz:soft", status=1).stderr, "labels [n,3] that are not one-hot")
    build("object.npz:vectors", labels="object.npz:real")
    with np.load(made) as z:
        check(z["y"].dtype == np.float32, "floats are targets")
    build("object.npz:vectors", "--task", "classify", labels="object.npz:real")
    with np.load(made) as z:
        check(z["y"].dtype == np.int64 and np.array_equal(z["y"], lab), "--task classify")
    build("object.npz:vectors", "--task", "regress", labels="object.npz:col")
    with np.load(made) as z:
        check(z["y"].dtype == np.float32, "--task regress")
    np.save(at("nan.npy"), np.r_[np.nan, np.arange(n - 1.0)])
    check("row 0: expected a finite label" in build("object.npz:vectors", labels="nan.npy", status=1).stderr, "NaN labels")

    # intervals: the formula of sim_intervals.py, whose coverage is known, on scikit-learn's own held-out predictions
    import sim_intervals as sim
    rng = np.random.default_rng(5)

    def figures_of(path, *flags):
        r = run("probe", path, *flags, "--quiet", "--json", "--out", os.path.join(tmp, "rep"), "--overwrite")
        return json.loads(r.stdout)

    def interval(value, influence, group, metric, least):
        units = np.unique(group, return_inverse=True)[1]
        h = np.bincount(units, influence) / len(influence)
        se = np.sqrt(2 * (h ** 2).sum() * len(h) / (len(h) - 1))
        return sim.transformed(value, stats.t.ppf(.975, least - 1) * se, metric, least)

    def expect(got, name, value, bounds, what):
        for key, want in ((name, value), (name + "_lo", bounds[0]), (name + "_hi", bounds[1])):
            check(got.get(key) is not None and abs(got[key] - want) < 1e-6, f"{what}: {key} {got.get(key)} against {want}")

    def plain(path, X, y, group=None):
        np.savez(path, X=X.astype(np.float32), y=y, norm_method=np.array("none"), meta_strategy=np.array("hidden-to-concept"),
                 meta_input_layers=np.array([3]), meta_sentence_indices=np.arange(len(y)) if group is None else group)

    model = make_pipeline(StandardScaler(with_mean=False, with_std=False), LogisticRegression(C=1.0, tol=1e-10, max_iter=10000))
    for size in (1, 4):
        group = np.repeat(np.arange(120 // size), size)
        y = np.repeat(rng.integers(0, 2, 120 // size), size)
        X = rng.normal(size=(120, 6)) + np.repeat(rng.normal(size=(120 // size, 6)), size, 0)
        X[:, 0] += 1.2 * y
        order = rng.permutation(120)                       # rows of a sentence far apart
        for what, o in ((f"groups of {size}", np.arange(120)), (f"groups of {size}, shuffled rows", order)):
            out = os.path.join(tmp, "i.npz")
            plain(out, X[o], y[o], group[o])
            got = figures_of(out)
            cv = StratifiedKFold(5, shuffle=True, random_state=42) if size == 1 else StratifiedGroupKFold(5, shuffle=True, random_state=42)
            Xo, yo = X[o].astype(np.float32).astype(np.float64), y[o]
            fold = np.empty(120, int)
            proba = np.empty((120, 2))
            for f, (tr, te) in enumerate(cv.split(Xo, yo, group[o])):
                fold[te] = f
                proba[te] = model.fit(Xo[tr], yo[tr]).predict_proba(Xo[te])
            right = (proba.argmax(1) == yo).astype(float)
            rare = min(len(np.unique(group[o][yo == c])) for c in (0, 1))
            units = len(np.unique(group))
            expect(got, "accuracy", right.mean(), interval(right.mean(), right - right.mean(), group[o], "accuracy", units), what)
            value, h = sim.balanced_rows(yo, right)
            expect(got, "balanced_accuracy", value, interval(value, h, group[o], "balanced", rare), what)
            value, h = sim.auc_rows(yo, proba[:, 1], fold)
            expect(got, "auc", value, interval(value, h, group[o], "auc", rare), what)
            check(abs(got["f1_macro"] - metrics.f1_score(yo, proba.argmax(1), average="macro")) < 1e-6, f"{what}: macro F1")
        # a sparse target: R2, and AUC and average precision of "active"
        y = np.maximum(X[:, 1] - 1, 0)
        out = os.path.join(tmp, "i.npz")
        plain(out, X, y.astype(np.float32), group)
        got = figures_of(out, "--penalty", 3)
        Xo, yo = X.astype(np.float32).astype(np.float64), y.astype(np.float32).astype(np.float64)
        cv = KFold(5, shuffle=True, random_state=42) if size == 1 else GroupKFold(5, shuffle=True, random_state=42)
        pred, fold = np.empty(120), np.empty(120, int)
        for f, (tr, te) in enumerate(cv.split(Xo, yo, group)):
            fold[te] = f
            pred[te] = Ridge(alpha=3.0).fit(Xo[tr], yo[tr]).predict(Xo[te])
        r2 = metrics.r2_score(yo, pred)
        tot = (yo - yo.mean()) ** 2
        expect(got, "r2", r2, interval(r2, -((yo - pred) ** 2 - (1 - r2) * tot) / tot.mean(), group, "r2", len(np.unique(group))), f"sparse, groups of {size}")
        active = (yo != 0).astype(int)
        rare = min(len(np.unique(group[active == c])) for c in (0, 1))
        value, h = sim.auc_rows(active, pred, fold)
        expect(got, "active_auc", value, interval(value, h, group, "auc", rare), f"sparse, groups of {size}")
        check(abs(got["active_average_precision"] - metrics.average_precision_score(active, pred)) < 1e-9, f"sparse, groups of {size}: average precision")
        check(abs(got["active_share"] - active.mean()) < 1e-12, f"sparse, groups of {size}: share of active rows")
    # the permutation test of noise: p <= a in a share a of the sets, where labels are constant within groups, too
    for size in (1, 4):
        ps = []
        for k in range(80):
            group = np.repeat(np.arange(12 * (4 // size)), size)
            y = np.repeat(rng.permutation(np.arange(12 * (4 // size)) % 2), size)
            X = 0.3 * rng.normal(size=(48, 3)) + np.repeat(rng.normal(size=(48 // size, 3)), size, 0)
            plain(out, X, y, group)
            ps.append(figures_of(out, "--shuffles", 19, "--probe", "mean-difference", "--no-plots")["permutation_p"])
        for a in (0.05, 0.1, 0.25):
            got = np.mean(np.array(ps) <= a + 1e-12)
            check(got <= a + 3 * np.sqrt(a * (1 - a) / 80), f"groups of {size}: P(p <= {a}) is {got}")
        check(np.mean(np.array(ps) <= 0.5) >= 0.3, f"groups of {size}: P(p <= .5) is {np.mean(np.array(ps) <= 0.5)}")
    # and that formula covers: the reduced simulation
    r = subprocess.run([sys.executable, os.path.join("tests", "interop", "sim_intervals.py"), "--sets", "100", "--n", "60", "100"],
                       capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
    check(r.returncode == 0 and r.stdout.endswith("\ncovers\n"), f"intervals cover: {r.stdout[-300:]} {r.stderr[-300:]}")
    print([line for line in r.stdout.splitlines() if line.startswith(sim.CHOSEN + "  ")][-1])

    # --tune is nested: the penalty of the grid with the best inner 3-fold score, the smallest of equal ones; the saved one too;
    # the shuffled labels are run the same way (shuffles are ours: one that moves nothing must give the figure itself)
    rng = np.random.default_rng(21)
    n = 84
    y = np.repeat(np.arange(3), 28)[rng.permutation(n)]
    X = rng.normal(size=(n, 18)).astype(np.float32)
    X[:, 0] += 1.1 * y
    X[:, 1] -= .6 * (y == 2)
    grid = 10.0 ** np.arange(-3, 5)

    def tuned(X, y, seed):
        score = np.zeros(len(grid))
        cv = (StratifiedKFold if y.dtype.kind == "i" else KFold)(3, shuffle=True, random_state=seed)
        for tr, te in cv.split(X, y):
            for g, lam in enumerate(grid):
                m = make_pipeline(StandardScaler(), LogisticRegression(C=1 / lam, tol=1e-9, max_iter=20000) if y.dtype.kind == "i" else Ridge(alpha=lam)).fit(X[tr], y[tr])
                score[g] += (m.predict(X[te]) == y[te]).sum() if y.dtype.kind == "i" else -((m.predict(X[te]) - y[te]) ** 2).sum()
        return grid[score.argmax()]

    for what, target in (("labels", y), ("targets", (X[:, 2] + rng.normal(size=n)).astype(np.float32))):
        np.savez(out, X=X, y=target)
        saved = os.path.join(tmp, "tuned.npz")
        got = figures_of(out, "--tune", "--no-plots", "--save", saved)
        X64, t = X.astype(float), target if target.dtype.kind == "i" else target.astype(float)
        pred = np.zeros(n)
        for tr, te in (StratifiedKFold if what == "labels" else KFold)(5, shuffle=True, random_state=42).split(X, t):
            lam = tuned(X64[tr], t[tr], 42)
            pred[te] = make_pipeline(StandardScaler(), LogisticRegression(C=1 / lam, tol=1e-9, max_iter=20000) if what == "labels" else Ridge(alpha=lam)).fit(X64[tr], t[tr]).predict(X64[te])
        key, want = ("accuracy", (pred == t).mean()) if what == "labels" else ("r2", metrics.r2_score(t, pred))
        check(abs(got[key] - want) < 1e-6, f"--tune, {what}: {key} {got[key]} against {want}")
        with np.load(saved) as z:
            check(float(z["penalty"]) == got["penalty"] == tuned(X64, t, 42), f"--tune, {what}: the saved penalty {got['penalty']} against {tuned(X64, t, 42)}")
        plain = figures_of(out, "--no-plots", "--shuffles", 12)
        got = figures_of(out, "--tune", "--no-plots", "--shuffles", 12)
        check(any(got[k] != plain[k] for k in (f"shuffled_{key}", f"shuffled_{key}_p95")), f"--tune, {what}: shuffled labels are tuned too")
    t = X[:, 2].copy()
    t[2] = np.nan
    np.savez(out, X=X, y=t)
    check(os.path.basename(out) + ": y row 2: expected a finite number, got NaN or infinity" in run("probe", out, "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite", status=1).stderr, "probe: NaN targets")
    # components that a set holds in place of its columns keep their variances
    Z = (rng.normal(size=(n, 5)) * [9, 3, 1, .3, .1]).astype(np.float32)
    Z[:, 1] += y
    np.savez(out, X=Z, y=y, norm_method=np.array("standardize"), norm_mean=np.zeros(9), norm_std=np.ones(9), pca_components=np.zeros((5, 9)), pca_mean=np.zeros(9))
    pred = cross_val_predict(LogisticRegression(tol=1e-10, max_iter=20000), Z.astype(float), y, cv=StratifiedKFold(5, shuffle=True, random_state=42), method="predict_proba")
    got = figures_of(out, "--no-plots")
    check(abs(got["log_loss"] - metrics.log_loss(y, pred)) < 1e-6, f"components are not scaled: {got['log_loss']} against {metrics.log_loss(y, pred)}")

    # control tasks: as many types as labels of one size each get one of them, so that the control is the task "which type"
    rng = np.random.default_rng(8)
    n = 96
    word = np.repeat(np.arange(4), 24)[rng.permutation(n)]
    y = np.repeat(np.arange(4), 24)[rng.permutation(n)]
    X = rng.normal(size=(n, 12))
    X[:, 0] += y
    X[:, 1] += 1.2 * word
    types = os.path.join(tmp, "types.npz")

    def controls(y, word, *flags):
        np.savez(out, X=X.astype(np.float32), y=y)
        np.savez(types, word=word)
        return figures_of(out, "--types", types + ":word", "--no-plots", *flags)

    names = np.array(["the", "cat", "sat", "down"])
    for flags in ((), ("--fold-seed", 7), ("--penalty", 30, "--folds", 3), ("--tune",), ("--probe", "mean-difference")):
        got = controls(y, names[word], *flags)
        np.savez(out, X=X.astype(np.float32), y=word)
        want = figures_of(out, "--no-plots", *flags)["accuracy"]
        check(got.get("control_accuracy") == want and abs(got["selectivity"] - got["accuracy"] + want) < 1e-12 and got["control_types"] == 4, f"control task {flags}: {got.get('control_accuracy')} against {want}")
    got = controls(y, names[word])
    pred = cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(tol=1e-10, max_iter=5000)), X.astype(np.float32).astype(float), word, cv=StratifiedKFold(5, shuffle=True, random_state=42))
    check(abs(got["control_accuracy"] - (pred == word).mean()) < 1e-9, "control task: scikit-learn's accuracy")
    one = [controls(y, word % 3, "--fold-seed", 42 + k)["control_accuracy"] for k in range(3)]
    got = controls(y, word % 3, "--seeds", 3)["control_accuracy"]
    check(len(set(one)) > 1 and abs(got - np.mean(one)) < 1e-12, f"control task: the mean of the seeds' draws {got} against {one}")
    # every row its own type: nothing can be learned by heart; a label of few rows gets no type of few, and is named
    got = [controls(y, np.arange(n), "--fold-seed", k)["control_accuracy"] for k in range(20)]
    check(abs(np.mean(got) - .25) < 3 * np.std(got) / np.sqrt(20) + .01, f"control task of single rows: {np.mean(got)}")
    rare = np.where(np.arange(n) < 6, 3, np.arange(n) % 3)
    got = [controls(rare, word, "--fold-seed", k).get("control_lacks_labels") for k in range(12)]
    check(set(got) == {None, "3"}, f"labels without a type: {got}")
    got = controls(y, np.zeros(n, int))
    check(got["control_accuracy"] is None and got["control_accuracy_undefined"] == "all 1 types have one label", "one type")
    np.savez(types, word=word[:-1])
    check("types: expected 96 of them, one per row of" in run("probe", out, "--types", types + ":word", "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite", status=1).stderr, "types of another length")
    np.savez(types, word=names[word])
    got = json.loads(run("compare", out, "--types", types + ":word", "--quiet", "--json", "--out", os.path.join(tmp, "cmp"), "--overwrite").stdout)
    check(any(k.startswith("selectivity_") for k in got), f"compare: selectivity {list(got)}")
    np.savez(out, X=X.astype(np.float32), y=X[:, 0].astype(np.float32))
    check("--types is for labels" in run("probe", out, "--types", types + ":word", "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite", status=2).stderr, "types for targets")

    # noise: the permutation test with 99 shuffles, in its reduced form
    r = subprocess.run([sys.executable, os.path.join("tests", "interop", "sim_null.py"), "--sets", "60", "--mode-sets", "0"], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    check(r.returncode == 0 and r.stdout.endswith("nothing is found in noise\n"), f"noise: {r.stdout[-400:]} {r.stderr[-300:]}")

    # real activations: categories of 500 tokens
    npz = os.path.join(DATA, "hidden", "activations_500.npz")
    if os.path.exists(npz):
        out = os.path.join(tmp, "real.npz")
        run("--array", npz + ":vectors", "--labels", os.path.join(DATA, "hidden", "derived", "activations_500.labels.csv") + ":category", "--output", out, "--quiet")
        r = run("probe", out, "--probe", "logistic", "--penalty", 1.0, "--quiet", "--out", os.path.join(tmp, "rep"), "--overwrite")
        figures = dict(line.split(" ")[:2] for line in r.stdout.splitlines() if line.count(" ") >= 1)
        import csv
        with open(os.path.join(DATA, "hidden", "derived", "activations_500.labels.csv"), newline="", encoding="utf-8") as f:
            cats = [row["category"] for row in csv.DictReader(f)]
        with np.load(npz, allow_pickle=True) as z:
            V = z["vectors"].astype(np.float64)
        codes = np.unique(cats, return_inverse=True)[1]
        with np.load(out) as z:
            check(np.array_equal(z["y"], codes), "real: label codes are the sorted categories")
        pred = cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=300)), V, codes, cv=folds)
        acc, mine = metrics.accuracy_score(codes, pred), float(figures.get("accuracy", "nan"))
        print(f"real activations: accuracy {mine:.4f}, scikit-learn {acc:.4f}, majority {np.bincount(codes).max() / len(codes):.4f}")
        check(abs(acc - mine) < 0.01, f"real: accuracy {mine} against {acc}")
        check(mine > np.bincount(codes).max() / len(codes) + 0.05, "real: above the majority")
    else:
        print(f"skip {NAME}: no ../shared/data/hidden")
        skipped += 1

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
