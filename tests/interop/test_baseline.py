"""tests/interop/test_baseline.py - `interpreter_data baseline` beside scikit-learn: the features that do not depend on the order of the neurons, built
anew in NumPy from the stored weights, the same split, the same penalty."""
import json, os, subprocess, sys, tempfile

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
    from sklearn.linear_model import LogisticRegression
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


with tempfile.TemporaryDirectory() as tmp:
    out = os.path.join(tmp, "set")
    r = subprocess.run([prog, "run-data-gen", "--preset", "v0.1", "--num_layers", "2:5", "--neurons_per_layer", "8:12", "--patterns",
                        "sorted_ascending,starts_with,ends_with,has_majority,contains_abc,first_last_match", "--target_total_examples", "900", "--length", "400",
                        "--columns", "fields", "--no-tensorboard.enabled", "--quiet", "--out", out], capture_output=True, text=True)
    check(r.returncode == 0, "run-data-gen: " + r.stderr)
    r = subprocess.run([prog, "baseline", out, "--quiet"], capture_output=True, text=True)
    check(r.returncode == 0, "baseline: " + r.stderr)
    said = dict(line.split(" ", 1) for line in r.stdout.splitlines())
    rows = [json.loads(line) for line in open(os.path.join(out, "data", "train-00000.jsonl"))]
weights = [json.loads(row["improved_model_weights"]) for row in rows]
x = np.array([features(w) for w in weights])
again = features(weights[0], np.random.default_rng(1).permutation(len(weights[0]["network.0.weight"])))
check(np.allclose(again, x[0], rtol=1e-9, atol=1e-9), "the order of the neurons changes no feature")
n = len(x) - len(x) // 4
sd = x[:n].std(0)
x = np.where(sd > 0, (x - x[:n].mean(0)) / np.where(sd > 0, sd, 1), 0)
listed = [{p.split(":")[0] for p in row["classification_completion"].split(", ")} for row in rows]
exact, cells = np.ones(len(x) - n, bool), []
for p in sorted(set().union(*listed)):
    y = np.array([p in one for one in listed])
    m = LogisticRegression(C=0.01, tol=1e-9, max_iter=20000).fit(x[:n], y[:n])
    right = m.predict(x[n:]) == y[n:]
    exact &= right
    cells.append(right.mean())
    check(abs(float(said[f"weights.accuracy.{p}"]) - right.mean()) <= 0.005, f"{p}: {said.get(f'weights.accuracy.{p}')}, scikit-learn {right.mean():.4f}")
check(abs(float(said["weights.mean_accuracy"]) - np.mean(cells)) <= 0.005, f"mean {said['weights.mean_accuracy']}, scikit-learn {np.mean(cells):.4f}")
check(abs(float(said["weights.exact"]) - exact.mean()) <= 0.01, f"exact {said['weights.exact']}, scikit-learn {exact.mean():.4f}")
check(float(said["weights.mean_accuracy"]) > float(said["majority.mean_accuracy"]) + 0.05, f"what is read out of the weights: {said['weights.mean_accuracy']}, majority {said['majority.mean_accuracy']}")
finish()
