"""tests/interop/test_sig.py - signatures beside NumPy, SciPy and scikit-learn; activations beside PyTorch's hooks; records beside json and pandas."""
import json, os, subprocess, sys, tempfile

passed = failed = skipped = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def skip(what):
    global skipped
    skipped += 1
    print("skip", what)


def finish():
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


try:
    import numpy as np
except ImportError:
    skip("test_sig: needs numpy")
    finish()

os.makedirs("build", exist_ok=True)
if subprocess.call(["cc", "-O1", "-w", "tests/interop/sig_driver.c", "-o", "build/sig_driver", "-lm"]):
    check(False, "sig_driver does not build")
    finish()


def signature(x, groups, pca=3, svd=2, fourier=3, bins=20, clusters=2):
    with tempfile.NamedTemporaryFile(delete=False) as f:
        f.write(np.ascontiguousarray(x, "<f4").tobytes())
    args = [str(v) for v in (x.shape[0], x.shape[1], groups, pca, svd, fourier, bins, clusters)]
    out = subprocess.run(["build/sig_driver", f.name] + args, check=True, capture_output=True, text=True).stdout.splitlines()
    os.unlink(f.name)
    at = out.index("values")
    vals = np.array([[float(v) for v in l.split()] for l in out[at + 1:]])
    return {n: vals[:, int(o):int(o) + int(c)] for n, o, c in (l.split() for l in out[:at])}


def sign_rule(v):                      # [components, neurons]: the loading of largest magnitude is positive
    i = np.abs(v).argmax(axis=1)
    return v * np.sign(v[np.arange(len(v)), i])[:, None]


def kmeans_optimum(x, k):              # exhaustive over cuts of the sorted values (k <= 3)
    x = np.sort(x)
    best = (np.inf, None)
    n = len(x)
    cuts = [[]] if k == 1 else [[i] for i in range(1, n)] if k == 2 else [[i, j] for i in range(1, n) for j in range(i + 1, n)]
    for c in cuts:
        parts = np.split(x, c)
        cost = sum(((p - p.mean()) ** 2).sum() for p in parts)
        if cost < best[0] - 1e-12:
            best = (cost, [p.mean() for p in parts])
    return best


rng = np.random.default_rng(0)
for name, x in {
    "normal 200 x 32": rng.normal(size=(200, 32)).astype("f4"),
    "relu-like 200 x 40": np.maximum(rng.normal(size=(200, 40)) @ rng.normal(size=(40, 40)) * 0.2, 0).astype("f4"),
    "few rows 7 x 12": rng.normal(size=(7, 12)).astype("f4"),
    "one neuron 200 x 1": rng.normal(size=(200, 1)).astype("f4"),
    "odd 45 x 5, offset": (rng.normal(size=(45, 5)) * 3 + 10).astype("f4"),
}.items():
    N, D = x.shape
    s = signature(x, groups=4)
    d = x.astype("f8")
    tol = 1e-5
    check(np.allclose(s["mean"][:, 0], d.mean(0), atol=tol), name + ": mean")
    check(np.allclose(s["std"][:, 0], d.std(0), atol=tol), name + ": std")
    check(np.array_equal(s["max"][:, 0], d.max(0)), name + ": max")
    check(np.array_equal(s["min"][:, 0], d.min(0)), name + ": min")
    check(np.allclose(s["sparsity"][:, 0], (np.abs(d) < 1e-3).mean(0), atol=0), name + ": sparsity")
    mags = np.sort(np.abs(np.fft.rfft(d, axis=0)), axis=0)[-3:].T
    check(np.allclose(s["fourier"], mags, rtol=1e-9, atol=tol), name + ": fourier")
    ent = []
    for j in range(D):
        h, _ = np.histogram(d[:, j], bins=20)
        p = h[h > 0] / N
        ent.append(0.0 if d[:, j].min() == d[:, j].max() else -(p * np.log2(p)).sum())
    check(np.allclose(s["entropy"][:, 0], ent, atol=tol), name + ": entropy")
    for method, m in (("pca", d - d.mean(0)), ("svd", d)):
        u, sv, vt = np.linalg.svd(m, full_matrices=False)
        k = s[method].shape[1]
        real = [c for c in range(k) if sv[c] > 1e-9 * sv[0]]
        check(np.allclose(s[method].T[real], sign_rule(vt[:k])[real], atol=tol), name + ": " + method)
    means = np.array([d[np.arange(N) % 4 == g].mean(0) for g in range(4)]).T
    check(np.allclose(s["pattern_wise"], means, atol=tol), name + ": pattern_wise")
    ok = True
    for j in range(min(D, 6)):
        cost, centres = kmeans_optimum(d[:, j], 2)
        got = s["clustering"][j]
        c2 = sum(min((v - got[0]) ** 2, (v - got[1]) ** 2) for v in d[:, j])
        ok &= np.allclose(got, centres, atol=tol) or abs(c2 - cost) <= 1e-9 * (1 + cost)
    check(ok, name + ": clustering")
    if N == 45:
        s3 = signature(x, groups=4, clusters=3, pca=5, bins=7)
        ok = True
        for j in range(D):
            cost, centres = kmeans_optimum(d[:, j], 3)
            ok &= np.allclose(s3["clustering"][j], centres, atol=tol)
        check(ok, name + ": three clusters")
    try:
        from sklearn.decomposition import PCA
        from sklearn.cluster import KMeans
        if N > 40 and D > 1:
            k = min(3, D)
            c = sign_rule(PCA(n_components=k, svd_solver="full").fit(d).components_)
            check(np.allclose(s["pca"].T[:k], c, atol=tol), name + ": pca beside scikit-learn")
            cost, _ = kmeans_optimum(d[:, 0], 2)
            km = KMeans(2, n_init=10, random_state=0).fit(d[:, :1])
            check(cost <= km.inertia_ * (1 + 1e-9), name + ": our optimum is not above scikit-learn's")
    except ImportError:
        skip("scikit-learn: not installed")

# a small data set of the program's own
prog = "build/interpreter_data"
out = tempfile.mkdtemp()
full = [f"--signature.neuron_profile_methods.{m}.enabled" for m in ("max", "min", "sparsity", "pca", "svd", "fourier", "entropy", "clustering", "pattern_wise")]
cmd = [prog, "run-data-gen", "--preset", "v0.1", "--length", "6", "--quiet", "--out", out, "--overwrite", "--threads", "1", "--target_total_examples", "900"] + full
if not os.path.exists(prog):
    skip("records: build/interpreter_data is not built")
    finish()
r = subprocess.run(cmd, capture_output=True, text=True)
check(r.returncode == 0, "run-data-gen: " + r.stderr)
rows = [json.loads(l) for l in open(os.path.join(out, "data", "train-00000.jsonl"))]
check([x["example_id"] for x in rows] == list(range(6)), "ids in order")


def schema(v):
    if isinstance(v, dict):
        return {k: schema(w) for k, w in v.items()}
    if isinstance(v, list):
        return [schema(v[0])] if v else []
    return "number" if isinstance(v, (int, float)) and not isinstance(v, bool) else type(v).__name__


check(all(schema(x) == schema(rows[0]) for x in rows), "all rows have one schema")
try:
    import pandas as pd
    frame = pd.read_json(os.path.join(out, "data", "train-00000.jsonl"), lines=True)
    check(len(frame) == 6 and set(rows[0]) == set(frame.columns), "pandas reads the rows")
except ImportError:
    skip("pandas: not installed")
try:
    import datasets
    ds = datasets.load_dataset("json", data_files=os.path.join(out, "data", "train-*.jsonl"), split="train", cache_dir=os.path.join(out, "cache"))
    check(len(ds) == 6 and ds[3]["modification_completion"] == rows[3]["modification_completion"], "datasets reads the rows")
except ImportError:
    skip("datasets: not installed")

probe = json.load(open(os.path.join(out, "signature_dataset.json")))["examples"]
tokens = np.array([[ord(c) - 65 for c in e["sequence"]] for e in probe])
check(len(probe) == 200, "exactly 200 probes")
onehot = np.eye(7)[tokens].reshape(len(tokens), -1)
try:
    import torch
    # the weights after each epoch: the degraded model is stage 1's last, the improved one stage 2's best, both rounded to what is printed
    path = os.path.join(out, "epochs.pth")
    r = subprocess.run([prog, "show", "2", "--seed", "5", "--num_layers", "2", "--neurons_per_layer", "16", "--export", path, "--every-epoch", "--quiet"], capture_output=True, text=True)
    check(r.returncode == 0, "show --every-epoch: " + r.stderr)
    w, m = torch.load(path, weights_only=True), json.loads(r.stdout)["training_metrics"]
    best = f"stage2.epoch{m['stage2_best_epoch']:03d}"
    for which, epoch in (("degraded", f"stage1.epoch{len(m['stage1_train_loss']):03d}"), ("improved", best)):
        mine = {n[len(epoch) + 1:]: t.double().mul(1e4).round().div(1e4) for n, t in w.items() if n.startswith(epoch + ".")}
        want = {n[len(which) + 1:]: t.double() for n, t in w.items() if n.startswith(which + ".")}
        check(len(want) == 6 and set(mine) == set(want) and all((mine[n] - want[n]).abs().max() < 1e-6 for n in want), f"{which} is {epoch}")
    check(len({n.rsplit(".network", 1)[0] for n in w if n.startswith("stage")}) == len(m["stage1_train_loss"]) + len(m["stage2_train_loss"]), "every epoch is there")
    worst = {"exact": 0.0, "printed": 0.0}
    for k, row in enumerate(rows):
        path = os.path.join(out, f"models-{k}.pth")
        r = subprocess.run([prog, "show", str(k), "--config-path", os.path.join(out, "config.yaml"), "--export", path, "--quiet"], capture_output=True, text=True)
        check(r.returncode == 0 and json.loads(r.stdout) == row, f"show {k} --export: {r.stderr}")
        exact = torch.load(path, weights_only=True)
        cfg = row["metadata"]["model_config"]
        n = cfg["num_layers"]
        for which, model in (("exact", "improved"), ("exact", "degraded"), ("printed", "improved")):
            if which == "exact":
                w = {name[len(model) + 1:]: t.double() for name, t in exact.items() if name.startswith(model + ".")}
                check(all(t.dtype == torch.float32 for t in exact.values()), "exported weights are float32")
            else:
                w = {name: torch.tensor(v, dtype=torch.float64) for name, v in json.loads(row["improved_model_weights"]).items()}
            layers = []
            for i in range(n + 1):
                l = torch.nn.Linear(*reversed(w[f"network.{2 * i}.weight"].shape)).double()
                l.weight.data, l.bias.data = w[f"network.{2 * i}.weight"], w[f"network.{2 * i}.bias"]
                layers += [l] + ([torch.nn.GELU() if cfg["activation_type"] == "gelu" else torch.nn.ReLU()] if i < n else [])
            net, seen = torch.nn.Sequential(*layers), {}
            for i, l in enumerate(net):
                if isinstance(l, torch.nn.Linear):
                    l.register_forward_hook(lambda m, a, b, i=i: seen.__setitem__(i, b.detach().numpy()))
            with torch.no_grad():
                net(torch.tensor(onehot))
            sig = json.loads(row[model + "_signature"])["neuron_activations"]
            check(list(sig) == [str(2 * i) for i in range(n + 1)], "layer keys")
            for key, layer in sig.items():
                a, prof = seen[int(key)], layer["neuron_profiles"]
                for name, v in (("mean", a.mean(0)), ("std", a.std(0)), ("max", a.max(0)), ("min", a.min(0))):
                    mine = np.array([prof[str(j)][name] for j in range(a.shape[1])])
                    worst[which] = max(worst[which], (np.abs(mine - v) / (1 + np.abs(v).max())).max())
    # in double from the exported floats: what is left is our float32 chain and the six decimals of the signature
    check(worst["exact"] < 1e-6, f"signatures equal those of PyTorch's hooks on the exact weights (worst {worst['exact']:.2e} of 1 + |largest|)")
    # the printed weights are rounded to 6 decimals, so activations agree to what that moves them (a chain of up to 10 layers of 40)
    check(worst["printed"] < 1e-3, f"... on the printed weights (worst {worst['printed']:.2e})")
    print("  hooks: exact weights %.1e, printed weights %.1e" % (worst["exact"], worst["printed"]))
except ImportError:
    skip("torch: not installed")

# the curves in TensorBoard's own loader, beside the record's own losses
try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
    for k, row in enumerate(rows):
        e = EventAccumulator(os.path.join(out, "tensorboard", f"example-{k:05d}"), size_guidance={"scalars": 0})
        e.Reload()
        tags = e.Tags()["scalars"]
        want = ["Loss/train", "Loss/val", "Accuracy/train", "Accuracy/val", "Learning_rate", "Stage/current_stage", "Stage/transition_marker", "Markers/first_improvement", "Markers/best_accuracy"]
        check(all(t in tags for t in want), f"tensorboard: tags of record {k}: {tags}")
        if not all(t in tags for t in want):
            continue
        m = row["training_metrics"]
        losses = {"Loss/train": m["stage1_train_loss"] + m["stage2_train_loss"], "Loss/val": m["stage1_val_loss"] + m["stage2_val_loss"]}
        for t, v in losses.items():
            check(np.allclose([x.value for x in e.Scalars(t)], v, rtol=1e-5, atol=1e-6) and [x.step for x in e.Scalars(t)] == list(range(1, len(v) + 1)), f"tensorboard: {t} of record {k}")
        one = len(m["stage1_val_loss"])
        check([x.value for x in e.Scalars("Stage/current_stage")] == [1.0] * one + [2.0] * len(m["stage2_val_loss"]), f"tensorboard: stages of record {k}")
        check([x.step for x in e.Scalars("Stage/transition_marker")] == [one], f"tensorboard: transition of record {k}")
        acc = [x.value for x in e.Scalars("Accuracy/val")]
        best = e.Scalars("Markers/best_accuracy")[0]
        check(best.value == max(acc) and acc[best.step - 1] == best.value and all(0 <= v <= 1 for v in acc), f"tensorboard: best accuracy of record {k}")
        check(np.allclose(e.Scalars("Learning_rate")[0].value, row["metadata"]["model_config"]["learning_rate"], rtol=1e-6), f"tensorboard: learning rate of record {k}")
        meta = e.summary_metadata["_hparams_/session_start_info"].plugin_data
        start = plugin_data_pb2.HParamsPluginData.FromString(meta.content).session_start_info.hparams
        tagged = e.Tags()
        check(tagged["histograms"] == ["Weights/model"] or "Weights/model" in tagged["tensors"], f"tensorboard: histogram of record {k}: {tagged}")
        check(tagged["images"] == ["Curves/loss"] or "Curves/loss" in tagged["tensors"], f"tensorboard: image of record {k}")
        check("Record/text_summary" in tagged["tensors"], f"tensorboard: text of record {k}")
        check(meta.plugin_name == "hparams" and start["num_layers"].number_value == row["metadata"]["model_config"]["num_layers"]
              and start["activation_type"].string_value == row["metadata"]["model_config"]["activation_type"], f"tensorboard: hparams of record {k}")
except ImportError:
    skip("tensorboard: not installed")

# completions written back: the improved model's own text scores like the improved model
comp = os.path.join(out, "completions.jsonl")
with open(comp, "w") as f:
    for x in rows:
        f.write(json.dumps({"example_id": x["example_id"], "task": "modification", "completion": "```json\n" + x["modification_completion"] + "\n```"}) + "\n")
        f.write(json.dumps({"example_id": x["example_id"], "task": "classification", "completion": x["classification_completion"]}) + "\n")
    f.write(json.dumps({"example_id": 0, "task": "modification", "completion": "I cannot"}) + "\n")
r = subprocess.run([prog, "score", out, "--completions", comp, "--json", "--quiet"], capture_output=True, text=True)
check(r.returncode == 0, "score: " + r.stderr)
try:
    res = json.loads(r.stdout)
    check(res["classification_exact"] == 1.0 and res["modification_malformed"] == 1, "score: labels exact, one malformed")
    scores = [json.loads(l) for l in open(comp + ".scores.jsonl")]
    diff = max(abs(s["target_after"] - s["reference_after"]) for s in scores if "target_after" in s)
    check(diff <= 0.005, f"score: accuracy of the parsed weights within 0.5 points ({diff})")
except (ValueError, KeyError) as e:
    check(False, "score's output: " + repr(e) + r.stdout[:300])
import shutil
shutil.rmtree(out)
finish()
