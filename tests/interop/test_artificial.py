"""tests/interop/test_artificial.py - checkpoints of artificial_data beside live PyTorch: the same module loads them with
strict=True and gives the same logits; files that torch.save wrote evaluate here to torch's own accuracy."""
import csv, json, os, subprocess, sys, tempfile, zipfile

passed = failed = skipped = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL " + what)


def done():
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


try:
    import numpy as np
    import torch
except ImportError:
    print("skip test_artificial: needs torch and numpy")
    skipped = 1
    done()

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROG = os.path.join(ROOT, "build", "artificial_data")
torch.set_num_threads(1)


def run(*args):
    p = subprocess.run([PROG, *args, "--quiet"], capture_output=True, text=True)
    check(p.returncode == 0, "%s: status %d: %s" % (" ".join(args[:3]), p.returncode, p.stderr.strip()))
    return dict(line.split(" ", 1) for line in p.stdout.splitlines() if " " in line)


def read(path):
    with open(path) as f:
        rows = list(csv.reader(f))[1:]
    a = np.array(rows, dtype=np.float64)
    return a[:, :-1].astype(np.float32), a[:, -1].astype(np.int64)


class MLP(torch.nn.Module):
    """the document's module: layers = ModuleList of Sequential(Linear, ReLU), head = Sequential; None = a bare Linear"""

    def __init__(self, d, widths, head, c):
        super().__init__()
        L = torch.nn.Linear
        layers, n = [], d
        for w, bare in widths:
            layers.append(torch.nn.Sequential(L(n, w)) if bare else torch.nn.Sequential(L(n, w), torch.nn.ReLU()))
            n = w
        self.layers = torch.nn.ModuleList(layers)
        mods = []
        for w in head:
            mods += [L(n, w), torch.nn.ReLU()]
            n = w
        self.head = torch.nn.Sequential(*mods, L(n, c))

    def forward(self, x):
        for l in self.layers:
            x = l(x)
        return self.head(x)


class Original(torch.nn.Module):
    """the original program's module and names"""

    def __init__(self, d, c):
        super().__init__()
        L, R, S = torch.nn.Linear, torch.nn.ReLU, torch.nn.Sequential

        def block(n):
            m = torch.nn.Module()
            m.block = S(*[f() for _ in range(5) for f in (lambda: L(n, n), R)])
            return m
        self.backbone = torch.nn.Module()
        self.backbone.block1 = block(d)
        self.backbone.transition = L(d, d // 2)
        self.backbone.block2 = block(d // 2)
        self.head = torch.nn.Module()
        self.head.head = S(L(d // 2, d // 4), R(), L(d // 4, c))

    def forward(self, x):
        b = self.backbone
        return self.head.head(b.block2.block(b.transition(b.block1.block(x))))


def logits_of(pred_csv):
    with open(pred_csv) as f:
        rows = list(csv.reader(f))
    return np.array([[float(v) for v in r[1:]] for r in rows[1:]]), [r[0] for r in rows[1:]]


def same(module, ckpt, x, data, tmp, name):
    sd = torch.load(ckpt, weights_only=True)
    module.load_state_dict(sd, strict=True)
    module.eval()
    with torch.no_grad():
        z = module(torch.from_numpy(x))
    p = torch.softmax(z.double(), 1).numpy()
    out = os.path.join(tmp, name + "_pred.csv")
    run("predict", "--model", ckpt, "--input", data, "--output", out)
    q, labels = logits_of(out)
    # probabilities carry the logits up to one constant per row: compare differences of logits
    a, b = np.log(p) - np.log(p[:, :1]), np.log(q) - np.log(q[:, :1])
    worst, size = float(np.abs(a - b).max()), float(z.abs().max())
    check(worst <= 1e-5 * max(1.0, size), "%s: logits differ by %.3g" % (name, worst))
    check([str(i) for i in p.argmax(1)] == labels or float((p.argmax(1) != np.array(labels, dtype=int)).mean()) < 0.005, name + ": predictions differ")
    return sd, z


with tempfile.TemporaryDirectory() as tmp:
    T = lambda *p: os.path.join(tmp, *p)
    run("generate", "--name", "d", "--n-samples", "600", "--n-features", "16", "--n-informative", "8", "--n-classes", "4", "--class-sep", "2", "--out", T("data"))
    train, test = T("data", "d_train.csv"), T("data", "d_test.csv")
    x, y = read(test)
    cases = [
        ("uniform", MLP(16, [(16, 0)] * 10, [8], 4), []),
        ("tapered", MLP(16, [(16, 0)] * 5 + [(8, 1)] + [(8, 0)] * 5, [4], 4), []),
        ("24,12", MLP(16, [(24, 0), (12, 0)], [], 4), []),
        ("24,12", MLP(16, [(24, 0), (12, 0)], [6], 4), ["--head-hidden", "6"]),
        ("tapered", Original(16, 4), ["--compat"]),
    ]
    for i, (arch, module, extra) in enumerate(cases):
        out = T("ck%d" % i)
        run("train", "--train", train, "--test", test, "--arch", arch, "--init", "he", "--epochs", "4", "--out", out, *extra)
        ck = os.path.join(out, "mlp_d_model.pth")
        sd, z = same(module, ck, x, test, tmp, "%s%d" % (arch.replace(",", "_"), i))
        head = torch.load(os.path.join(out, "mlp_d_head.pth"), weights_only=True)
        check(list(head) == [k for k in sd if k.startswith("head.")] and all(torch.equal(head[k], sd[k]) for k in head), "head file of %s" % arch)
        meta = json.load(open(os.path.join(out, "mlp_d_model.json")))
        check(meta["n_in"] == 16 and meta["n_out"] == 4 and meta["classes"] == ["0", "1", "2", "3"], "JSON of %s" % arch)
        # the same description stands in the file itself, where torch.load (above, weights_only=True) leaves it alone
        with zipfile.ZipFile(ck) as z:
            said = json.loads(z.read("archive/nn.json"))
            check("name" not in said and dict(said, name=meta["name"]) == meta, "nn.json in the .pth of %s" % arch)
        try:
            from safetensors import safe_open
            with safe_open(os.path.join(out, "mlp_d_model.safetensors"), "pt") as f:
                check(set(f.keys()) == set(sd) and all(torch.equal(f.get_tensor(k), sd[k]) for k in sd), "safetensors of %s" % arch)
                check(json.loads(f.metadata()["nn_mlp"])["n_out"] == 4, "safetensors metadata of %s" % arch)
        except ImportError:
            skipped += 1
            print("skip safetensors: needs safetensors")
        # the same module, trained a little by torch, saved by torch, read here
        opt = torch.optim.Adam(module.parameters(), lr=1e-2)
        module.train()
        tx, ty = read(train)
        for _ in range(15):
            opt.zero_grad()
            torch.nn.functional.cross_entropy(module(torch.from_numpy(tx)), torch.from_numpy(ty)).backward()
            opt.step()
        back = T("torch%d.pth" % i)
        torch.save(module.state_dict() if i % 2 else {"epoch": 3, "model_state_dict": module.state_dict()}, back)
        module.eval()
        with torch.no_grad():
            acc = float((module(torch.from_numpy(x)).argmax(1).numpy() == y).mean())
        got = run("evaluate", "--model", back, "--test", test, "--out", T("ev%d" % i), *(["--arch", arch] if i in (0, 1) else []))
        check(abs(float(got.get("accuracy", -1)) - acc) < 0.0126, "%s: torch-written file evaluates to %s here, %.4f there" % (arch, got.get("accuracy"), acc))
        # fine-tuning from a file that torch wrote
        got = run("finetune", "--from", back, "--train", train, "--test", test, "--epochs", "2", "--freeze-backbone", "--out", T("ft%d" % i), *(["--arch", arch] if i in (0, 1) else []))
        check(got.get("backbone_before_sha256") == got.get("backbone_after_sha256"), "%s: frozen backbone" % arch)
    # an edited model loads in torch, too
    run("finetune", "--from", T("ck2", "mlp_d_model.pth"), "--train", train, "--epochs", "3", "--lr", "1e-2", "--name", "e", "--out", T("ck2"))
    run("taskvec", "--pretrained", T("ck2", "mlp_d_model.pth"), "--finetuned", T("ck2", "mlp_e_finetuned_model.pth"), "--op", "add", "--scale", "1", "--test", test, "--out", T("tv"))
    a = torch.load(T("tv", "taskvec_add_model.pth"), weights_only=True)
    b = torch.load(T("ck2", "mlp_e_finetuned_model.pth"), weights_only=True)
    check(list(a) == list(b) and all(torch.equal(a[k], b[k]) for k in a), "the edited model at coefficient 1 is the fine-tuned one, bit for bit")
    # what is no weight is refused by its name
    odd = torch.load(T("ck2", "mlp_d_model.pth"), weights_only=True)
    odd["mask"] = torch.zeros(3, dtype=torch.uint8)
    torch.save(odd, T("odd.pth"))
    p = subprocess.run([PROG, "summary", "--model", T("odd.pth"), "--quiet"], capture_output=True, text=True)
    check(p.returncode == 1 and "1 unexpected" in p.stderr and "'mask'" in p.stderr, "a buffer in a checkpoint: %s" % p.stderr)
    tau = torch.load(T("tv", "taskvec_add_tau1.pth"), weights_only=True)
    pre = torch.load(T("ck2", "mlp_d_model.pth"), weights_only=True)
    check(all(tau[k].dtype == torch.float64 and torch.equal((pre[k].double() + tau[k]).float(), b[k]) for k in tau), "tau in float64 restores the fine-tuned weights")


def described(meta):
    """the module that a description means, from its JSON alone: what a reader of the .safetensors writes"""
    acts = {"relu": torch.nn.ReLU, "leaky_relu": torch.nn.LeakyReLU, "gelu": torch.nn.GELU, "gelu_tanh": lambda: torch.nn.GELU(approximate="tanh"),
            "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "silu": torch.nn.SiLU, "identity": torch.nn.Identity}
    mods, names = [], {}
    for l in meta["layers"]:
        names[l["name"]] = "%d" % len(mods)
        mods += [torch.nn.Linear(l["n_in"], l["n_out"]), torch.nn.LeakyReLU(l["slope"]) if "slope" in l else acts[l["activation"]]()]
    return torch.nn.Sequential(*mods), names


def prepared(x, meta):
    """the input transform of a description, in float32"""
    i = meta["input"]
    x = ((x / np.float32(i["divide"])) - np.float32(i["mean"])) / np.float32(i["std"])
    if meta["scaler"]:
        x = (x - np.array(meta["scaler"]["mean"], np.float32)) / np.array(meta["scaler"]["scale"], np.float32)
    if meta["selected"] is not None:
        x = x * np.isin(np.arange(x.shape[1]), meta["selected"]).astype(np.float32)
    return x.astype(np.float32)


# One model, three files, four readers: torch from the .pth, the description's module from the .safetensors, onnxruntime and our own
# predict. Logits differ by at most 1e-5 of the row's largest (1e-6 for networks up to 3 x 64), and the class is the same outside ties.
import onnx, onnxruntime
from onnx.reference import ReferenceEvaluator
from safetensors import safe_open
with tempfile.TemporaryDirectory() as d:
    T = lambda *p: os.path.join(d, *p)
    run("generate", "--name", "d", "--n-samples", "900", "--n-features", "24", "--n-informative", "8", "--n-classes", "5", "--out", d)
    train, test = T("d_train.csv"), T("d_test.csv")
    x, y = read(test)
    acts = ["relu", "leaky_relu", "gelu", "gelu_tanh", "tanh", "sigmoid", "silu"]
    jobs = [("48,32", a, ["--standardize"]) for a in acts]
    jobs += [("64,64,64", "relu", []), ("16", "gelu", ["--select", "6", "--input-divide", "2", "--input-mean", "0.25", "--input-std", "3"]),
             ("300,200,100", "relu", ["--standardize", "--select", "9"]), ("tapered", "relu", ["--standardize"]), ("16", "silu", ["--dropout", "0.4"])]
    for i, (arch, act, more) in enumerate(jobs):
        what = "%s %s %s" % (arch, act, " ".join(more))
        out = T("m%d" % i)
        run("train", "--train", train, "--arch", arch, "--act", act, "--init", "he", "--epochs", "8", "--onnx", *more, "--no-plots", "--out", out)
        base = os.path.join(out, "mlp_d_model")
        model = onnx.load(base + ".onnx")
        onnx.checker.check_model(model, full_check=True)
        check([o.version for o in model.opset_import] == [20], "%s: opset %s" % (what, model.opset_import))
        meta = json.loads({p.key: p.value for p in model.metadata_props}["nn_mlp"])
        with open(base + ".json") as f:
            check(json.load(f) == meta, "%s: the description in the .onnx is that beside the .pth" % what)
        session = onnxruntime.InferenceSession(base + ".onnx", providers=["CPUExecutionProvider"])
        logits, p = session.run(["logits", "probabilities"], {"input": x})
        sd = torch.load(base + ".pth", weights_only=True)
        module, names = described(meta)
        rename = lambda k: names[k.rsplit(".", 1)[0]] + "." + k.rsplit(".", 1)[1]
        module.load_state_dict({rename(k): v for k, v in sd.items()}, strict=True)
        with torch.no_grad():
            want = module(torch.from_numpy(prepared(x, meta))).numpy()
        with safe_open(base + ".safetensors", "pt") as f:
            said = json.loads(f.metadata()["nn_mlp"])
            check(said == meta, "%s: the description in the .safetensors" % what)
            module, names = described(said)
            module.load_state_dict({rename(k): f.get_tensor(k) for k in f.keys()}, strict=True)
        with torch.no_grad():
            also = module(torch.from_numpy(prepared(x, said))).numpy()
        # ours, from .pth and .safetensors: probabilities in double, printed to the last digit
        widths = [int(w) for w in arch.split(",")] if arch[0].isdigit() else [24]
        bound = 1e-6 if len(widths) <= 3 and max(widths) <= 64 and arch[0].isdigit() else 1e-5
        scale = np.abs(want).max(1, keepdims=True)
        check(np.array_equal(want, also), "%s: .pth and .safetensors are one network" % what)
        # onnxruntime's own kernels of these are looser than a float: the graph is judged by onnx's evaluator, beside torch's own
        # distance from float64
        loose = act in ("gelu", "gelu_tanh", "sigmoid", "silu")
        worst = (np.abs(logits - want) / scale).max()
        check(worst <= (1e-5 if loose else bound), "%s: onnxruntime and torch differ by %.2g of the row's largest logit" % (what, worst))
        if loose:
            exact = ReferenceEvaluator(model).run(["logits"], {"input": x})[0]
            with torch.no_grad():
                true = module.double()(torch.from_numpy(prepared(x, said)).double()).numpy()
            worst, own = (np.abs(exact - true) / scale).max(), (np.abs(want - true) / scale).max()
            check(worst <= max(bound, 2 * own), "%s: the graph is off by %.2g of the row's largest logit, torch by %.2g" % (what, worst, own))
        gap = np.sort(want, 1)
        clear = (gap[:, -1] - gap[:, -2]) > 2 * bound * scale[:, 0]
        check((logits.argmax(1) == want.argmax(1))[clear].all(), "%s: another class" % what)
        for kind in ("pth", "safetensors"):
            run("predict", "--model", base + "." + kind, "--input", test, "--output", T("p.csv"), "--overwrite")
            with open(T("p.csv")) as f:
                ours = np.array([r[1:] for r in list(csv.reader(f))[1:]], dtype=np.float64)
            ours = ours[:, -5:]
            w = want.astype(np.float64)
            q = np.exp(w - w.max(1, keepdims=True))
            q /= q.sum(1, keepdims=True)
            # |log p - log q| <= 2 bound max|logit|
            lim = 2 * bound * scale + 1e-6
            check((np.abs(np.log(np.maximum(ours, 1e-30)) - np.log(q)) <= lim + 1e-6 / np.maximum(q, 1e-9)).all(), "%s: predict from .%s" % (what, kind))
            check(np.abs(p - q).max() < 1e-5, "%s: probabilities of the .onnx" % what)


def truth(folder, name):
    with open(os.path.join(folder, name + "_truth.json")) as f:
        return json.load(f)


def carrying(t):
    """columns of the file by position: the informative ones in the order of the centroids"""
    n = t["set"]["n_informative"]
    at = {c["position"]: c["column"] for c in t["columns"]}
    return [at[p] for p in range(n)]


# Related sets, judged from the files alone. A Gaussian per cluster is fitted to the base's rows (which cluster made which row is in its
# truth file); rows of the related set that it explains best must have the class that `from` gives that cluster, the shared columns must
# stand in the same places, and rows of new clusters must be explained by none.
with tempfile.TemporaryDirectory() as d:
    size = ["--n-samples", "6000", "--n-features", "30", "--n-informative", "8", "--n-classes", "4", "--flip-y", "0"]
    for mode in ([], ["--stable"]):
        run("generate", "--name", "a", *size, *mode, "--overwrite", "--out", d)
        base = truth(d, "a")
        C = np.array(base["centroids"])
        if mode:          # the stable mode names no rows: the shape of its clusters is judged through the other one
            run("generate", "--related-to", os.path.join(d, "a_truth.json"), "--name", "b", "--overwrite", "--out", d)
            b = truth(d, "b")
            B, origin = np.array(b["centroids"]), b["related_to"]["from"]
            check(b["related_to"]["set"] == base["set"], "a related set names its stable base")
            check(sum(f >= 0 for f in origin) == 6 and all(np.array_equal(B[k], C[f]) for k, f in enumerate(origin) if f >= 0),
                  "stable base: shared centroids are the base's")
            continue
        x, y = read(os.path.join(d, "a_train.csv"))
        cluster = np.array(base["train"]["cluster"])
        cols = carrying(base)
        fits = []
        for k in range(8):
            rows = x[cluster == k][:, cols].astype(np.float64)
            check(np.abs(rows.mean(0) - C[k]).max() < 0.45, "the centroid of cluster %d is the mean of its rows" % k)
            fits.append((C[k], np.cov(rows.T)))

        def explained(rows):
            """log likelihood of each row under each of the base's clusters"""
            out = []
            for m, S in fits:
                L = np.linalg.cholesky(S)
                z = np.linalg.solve(L, (rows - m).T)
                out.append(-0.5 * (z * z).sum(0) - np.log(np.diag(L)).sum())
            return np.array(out).T

        for share, columns in ((1.0, 1.0), (0.5, 1.0), (1.0, 0.5)):
            run("generate", "--related-to", os.path.join(d, "a_truth.json"), "--name", "b", "--share-clusters", str(share),
                "--share-columns", str(columns), "--overwrite", "--out", d)
            b = truth(d, "b")
            B, origin = np.array(b["centroids"]), b["related_to"]["from"]
            old = {f: k for k, f in enumerate(origin) if f >= 0}
            check(len(old) == int(8 * share), "share %g: %d clusters are the base's" % (share, len(old)))
            check(all(np.array_equal(B[k], C[f]) for f, k in old.items()), "share %g: shared centroids are the base's" % share)
            check(all((np.abs(C - B[k]).max(1) > 0).all() for k in range(8) if origin[k] < 0), "share %g: new centroids are new" % share)
            same = sum(p == q for p, q in zip(carrying(b), cols))
            check(same == 8 if columns == 1 else 2 <= same < 8, "share %g: %d informative columns keep their places" % (columns, same))
            check(columns < 1 or any(f % 4 != k % 4 for f, k in old.items()), "share %g: classes were dealt anew" % share)
            xb, yb = read(os.path.join(d, "b_train.csv"))
            ll = explained(xb[:, carrying(b)].astype(np.float64))
            best = ll.argmax(1)
            said = np.array([old.get(k, -1) % 4 if k in old else -1 for k in range(8)])
            if share == 1:
                check((said[best] == yb).mean() > 0.93, "share %g, %g: the base's clusters tell the class of %.3f of the related rows"
                      % (share, columns, (said[best] == yb).mean()))
                # the same rows, read as if the columns had stayed: where half of them moved this is wrong
                if columns < 1:
                    moved = explained(xb[:, cols].astype(np.float64)).argmax(1)
                    check((said[moved] == yb).mean() < 0.7, "moved columns are no longer the base's")
            else:
                new = np.array([sum(origin[c + 4 * j] < 0 for j in range(2)) / 2 for c in range(4)])
                check(any(n == 1 for n in new) or ll[:, list(old)].max(1)[np.isin(yb, np.where(new == 0)[0])].mean() >
                      ll.max(1)[np.isin(yb, np.where(new > 0)[0])].mean(), "rows of new clusters are explained worse")
done()
