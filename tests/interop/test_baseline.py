"""tests/interop/test_baseline.py - `interpreter_data baseline` beside scikit-learn: the features that do not depend on the order of the neurons, built
anew in NumPy from the stored weights, the same split, the same penalty; and its edits of the degraded models, made anew and scored by `score`.
By hand, on a set that is there (--columns fields):
    python3 tests/interop/test_baseline.py DIR"""
import glob, json, math, os, subprocess, sys, tempfile

passed = failed = skipped = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def finish():
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


prog = os.path.join(os.environ.get("BUILD", "build"), "interpreter_data")
try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression, Ridge
except ImportError as e:
    why = str(e)
else:
    why = None if os.path.exists(prog) else f"{prog} is not built"
if why:
    print("skip test_baseline:", why)
    skipped = 1
    finish()


def group(layer, hidden):
    """The first two hidden layers, the last two of all, and the rest."""
    if layer == 0:
        return 0
    if layer + 1 == hidden:
        return 4
    if layer == 1 and hidden > 3:
        return 1
    return 3 if layer + 2 == hidden else 2


def four(a):
    return [a.mean(), a.std(), a.min(), a.max()] if a.size else [0, 0, 0, 0]


def features(weights, order=None):
    """Of W, the first layer, and e, what the logit takes of its neurons when activations are left out. order: the first layer's neurons anew."""
    names = [k[:-7] for k in weights if k.endswith(".weight")]
    w = [np.array(weights[k + ".weight"], float) for k in names]
    b = [np.array(weights[k + ".bias"], float) for k in names]
    if order is not None:
        w[0], b[0], w[1] = w[0][order], b[0][order], w[1][:, order]
    e = np.ones(1)
    for m in reversed(w[1:]):
        e = e @ m
    first, upper = w[0], np.triu_indices(w[0].shape[1])
    straight = e @ first / np.abs(e).sum()
    out = [(first.T @ first)[upper], (first.T @ (first * (e / np.abs(e).max())[:, None]))[upper],
           np.array([four(c) for c in first.T]).ravel(), straight, np.sign(straight)]
    for kind in (w, b):
        for g in range(5):
            out.append(four(np.concatenate([a.ravel() for i, a in enumerate(kind) if group(i, len(w)) == g] or [np.zeros(0)])))
    return np.concatenate(out + [b[-1]])


def run(*args):
    return subprocess.run([prog, *args], capture_output=True, text=True)


def read_set(out, *flags):
    """What `baseline` says of a set, and its rows in the order of their records."""
    r = run("baseline", out, "--quiet", *flags)
    check(r.returncode == 0, "baseline: " + r.stderr)
    rows = [json.loads(line) for path in sorted(glob.glob(os.path.join(out, "data", "*.jsonl"))) for line in open(path)]
    return dict(line.split(" ", 1) for line in r.stdout.splitlines()), sorted(rows, key=lambda row: row["example_id"])


def beside_sklearn(name, said, rows, tol=1e-9):
    """Per pattern, mean and exact: `baseline` and scikit-learn, the last quarter as the test."""
    weights = [json.loads(row["improved_model_weights"]) for row in rows]
    x = np.array([features(w) for w in weights])
    again = features(weights[0], np.random.default_rng(1).permutation(len(weights[0]["network.0.weight"])))
    check(np.allclose(again, x[0], rtol=1e-9, atol=1e-9), f"{name}: the order of the neurons changes no feature")
    n = len(x) - len(x) // 4
    sd = x[:n].std(0)
    x = np.where(sd > 0, (x - x[:n].mean(0)) / np.where(sd > 0, sd, 1), 0)
    listed = [{p.split(":")[0] for p in row["classification_completion"].split(", ")} for row in rows]
    exact, cells, worst = np.ones(len(x) - n, bool), [], 0.0
    for p in sorted(set().union(*listed)):
        y = np.array([p in one for one in listed])
        if y[:n].all() or not y[:n].any():                  # one class: every kind says what the majority says
            exact &= y[n:] == y[0]
            continue
        m = LogisticRegression(C=0.01, tol=tol, max_iter=20000).fit(x[:n], y[:n])
        right = m.predict(x[n:]) == y[n:]
        exact &= right
        cells.append(right.mean())
        own = float(said[f"weights.accuracy.{p}"])
        worst = max(worst, abs(own - right.mean()))
        check(abs(own - right.mean()) <= 0.005, f"{name}: {p}: {own}, scikit-learn {right.mean():.4f}")
    own, chance = float(said["weights.mean_accuracy"]), float(said["majority.mean_accuracy"])
    check(abs(own - np.mean(cells)) <= 0.005, f"{name}: mean {own}, scikit-learn {np.mean(cells):.4f}")
    check(abs(float(said["weights.exact"]) - exact.mean()) <= 0.01, f"{name}: exact {said['weights.exact']}, scikit-learn {exact.mean():.4f}")
    check(own > chance + 0.05, f"{name}: what is read out of the weights: {own}, majority {chance}")
    print(f"{name}: {len(rows)} records, weights {own:.4f}, scikit-learn {np.mean(cells):.4f}, worst pattern off by {worst:.4f}, exact {said['weights.exact']}, "
          f"scikit-learn {exact.mean():.4f}, Jaccard {said['weights.jaccard']}, majority {chance:.4f}")


def follows(label, s):
    """Whether a sequence follows a pattern, for those of the sets below."""
    name, _, letter = label.partition(":")
    return {"sorted_ascending": list(s) == sorted(s), "starts_with": s[0] == letter, "ends_with": s[-1] == letter, "contains_abc": "ABC" in s,
            "has_majority": max(map(s.count, s)) > len(s) // 2, "first_last_match": s[0] == s[-1]}[name]


def edited(row, probe, kind):
    """The degraded model's weights as the edit leaves them: bias_shift or last_layer."""
    w = {k: np.array(v, np.float64) for k, v in json.loads(row["degraded_model_weights"]).items()}
    act = {"relu": lambda v: np.maximum(v, 0), "gelu": lambda v: v * (1 + np.vectorize(math.erf)(v / math.sqrt(2))) / 2}[row["metadata"]["model_config"]["activation_type"]]
    names = [k[:-7] for k in w if k.endswith(".weight")]
    h = np.array([np.eye(7)[[ord(c) - 65 for c in s]].ravel() for s in probe])
    for k in names[:-1]:
        h = act(h @ w[k + ".weight"].T + w[k + ".bias"])
    last = names[-1]
    z = (h @ w[last + ".weight"].T + w[last + ".bias"])[:, 0]
    if kind == "bias_shift":
        w[last + ".bias"] = w[last + ".bias"] + z.std() / 2
    else:
        of = np.array([follows(row["metadata"]["target_pattern"], s) for s in probe])
        goal = np.median(z[z > 0]) if (z > 0).any() else 1.0
        rise = np.where(of & (z < goal), goal - z, 0)
        if of.any():
            share = np.where(of, 0.5 / of.sum(), 0.5 / max(1, (~of).sum()))
            m = Ridge(alpha=1e-3 * (h ** 2).mean() + 1e-9).fit(h, rise, sample_weight=share)
            w[last + ".weight"] = w[last + ".weight"] + m.coef_
            w[last + ".bias"] = w[last + ".bias"] + m.intercept_
    return json.dumps({k: v.tolist() for k, v in w.items()})


if len(sys.argv) > 1:
    said, rows = read_set(sys.argv[1])
    beside_sklearn(sys.argv[1], said, rows, 1e-6)
    finish()
with tempfile.TemporaryDirectory() as tmp:
    six = ["--patterns", "sorted_ascending,starts_with,ends_with,has_majority,contains_abc,first_last_match", "--columns", "fields", "--no-tensorboard.enabled",
           "--quiet"]
    for name, flags in (("v0.1", ["--preset", "v0.1", "--num_layers", "2:5", "--neurons_per_layer", "8:12", "--target_total_examples", "900", "--length", "400"]),
                        ("compact", ["--preset", "compact", "--length", "160"]),
                        ("default", ["--num_layers", "2:3", "--neurons_per_layer", "16:24", "--length", "120"])):
        out = os.path.join(tmp, name)
        r = run("run-data-gen", *flags, *six, "--out", out)
        check(r.returncode == 0, f"{name}: run-data-gen: {r.stderr}")
        said, rows = read_set(out, "--card")
        beside_sklearn(name, said, rows)
        # edits: nothing gained by copying, nearly all by the completions, whose gain is the records' own
        test = rows[len(rows) - len(rows) // 4:]
        own = []
        for row in test:
            m = row["metadata"]
            a = next(a for a in m["pattern_accuracies"] if a["pattern"] == m["target_pattern"])
            own.append(a["improved"] - a["degraded"])
        check(abs(float(said["reference.target_gain"]) - np.mean(own)) < 2e-6, f"{name}: gain of the completions {said['reference.target_gain']}, of the records {np.mean(own):.6f}")
        check(said["copy.target_gain"] == said["copy.gates_passed"] == "0", f"{name}: a copy gains nothing")
        gain = {k: float(said[f"{k}.target_gain"]) for k in ("bias_shift", "last_layer", "reference")}
        check(all(float(said[f"{k}.target_gain_low"]) <= v <= float(said[f"{k}.target_gain_high"]) for k, v in gain.items()), f"{name}: intervals hold their means")
        check(0 < gain["bias_shift"] < gain["reference"] and 0 < gain["last_layer"] < gain["reference"], f"{name}: {gain}")
        # the card has them, once
        r = run("baseline", out, "--quiet", "--card")
        card = open(os.path.join(out, "README.md")).read()
        check(card.count("## What a reader has to beat") == 1 and f"| {float(said['weights.mean_accuracy']):.3f} |" in card
              and f"{float(said['last_layer.gates_passed']):.3f} (" in card and card.startswith("---\nlicense:"), f"{name}: the card says it")
        check(("a perfect reader: what the model accepts" in card) == (name != "v0.1"), f"{name}: a perfect reader's line where labels are behaviour")
        if name != "v0.1":
            continue
        # the edits made anew, read and judged by `score`
        probe = [e["sequence"] for e in json.load(open(os.path.join(out, "signature_dataset.json")))["examples"]]
        for kind in ("bias_shift", "last_layer"):
            path = os.path.join(tmp, kind + ".jsonl")
            with open(path, "w") as f:
                for row in test:
                    f.write(json.dumps({"example_id": row["example_id"], "task": "modification", "completion": edited(row, probe, kind)}) + "\n")
            r = run("score", out, "--completions", path, "--quiet")
            z = dict(line.split(" ", 1) for line in r.stdout.splitlines())
            check(r.returncode == 0 and abs(float(z["modification_target_gain"]) - gain[kind]) < 5e-4
                  and abs(float(z["modification_gates_passed"]) - float(said[kind + ".gates_passed"])) < 0.011,
                  f"{kind}: by score {z.get('modification_target_gain')}, {z.get('modification_gates_passed')}; by baseline {gain[kind]}, {said[kind + '.gates_passed']} {r.stderr}")
finish()
