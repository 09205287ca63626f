#!/usr/bin/env python3
"""tests/bench/peers_artificial.py - artificial_data end to end beside the same steps in scikit-learn, pandas and PyTorch, one thread each, whole processes in turn.

generate: make_classification 10000x512, stratified split, two CSV files. train: read them, 10 % validation, `tapered` at batch 32 with Adam (fused in the peer, batches sliced
from one permutation), EPOCHS epochs with validation loss and accuracy after each, best weights kept, test accuracy, checkpoint. The peer's time is given with and without its imports; the
ratio is without. One JSON object per line.     python3 tests/bench/peers_artificial.py [--rounds 3] [--epochs 2]   (after make)"""
import peers                                               # first: it clears what would hold a library back
import json, os, resource, statistics, subprocess, sys, tempfile, time
peers.one_thread()
peers.report(everything=True)
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
exe = os.path.join(root, "build", "artificial_data")
arg = lambda name, default: int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default
ROUNDS, EPOCHS = arg("--rounds", 1 if peers.quick else 3), arg("--epochs", 1 if peers.quick else 2)
PEER = r'''
import sys, time
what, folder, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
if what == "train":
    import torch, torch.nn as nn, torch.nn.functional as F
    torch.set_num_threads(1); torch.manual_seed(1)
t = time.perf_counter()
if what == "generate":
    X, y = make_classification(n_samples=10000, n_features=512, n_informative=50, n_classes=10, random_state=42)
    d = pd.DataFrame(X); d["target"] = y
    a, b = train_test_split(d, test_size=0.2, random_state=42, stratify=y)
    a.to_csv(folder + "/train.csv", index=False); b.to_csv(folder + "/test.csv", index=False)
else:
    d, e = pd.read_csv(folder + "/train.csv"), pd.read_csv(folder + "/test.csv")
    a, v = train_test_split(d, test_size=0.1, random_state=42, stratify=d["target"])
    sets = [(torch.tensor(s.iloc[:, :-1].to_numpy("f4")), torch.tensor(s["target"].to_numpy())) for s in (a, v, e)]
    l = []
    for _ in range(5): l += [nn.Linear(512, 512), nn.ReLU()]
    l.append(nn.Linear(512, 256))
    for _ in range(5): l += [nn.Linear(256, 256), nn.ReLU()]
    m = nn.Sequential(*l, nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    o, best, keep = torch.optim.Adam(m.parameters(), 1e-3, fused=True), 1e9, None
    x, y = sets[0]
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for k in range(0, len(x), 32):
            r = order[k:k + 32]
            o.zero_grad(); F.cross_entropy(m(x[r]), y[r]).backward(); o.step()
        with torch.no_grad():
            z = m(sets[1][0]); loss = F.cross_entropy(z, sets[1][1]).item(); (z.argmax(1) == sets[1][1]).float().mean().item()
        if loss < best: best, keep = loss, {k: v.clone() for k, v in m.state_dict().items()}
    m.load_state_dict(keep)
    with torch.no_grad(): (m(sets[2][0]).argmax(1) == sets[2][1]).float().mean().item()
    torch.save(keep, folder + "/model.pth")
print(time.perf_counter() - t)
'''


def timed(cmd):
    t = time.perf_counter()
    out = subprocess.run(cmd, check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}).stdout
    return time.perf_counter() - t, out


with tempfile.TemporaryDirectory() as tmp:
    subprocess.run([exe, "generate", "--out", os.path.join(tmp, "d"), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    csv = [os.path.join(tmp, "d", "dataset1_%s.csv" % p) for p in ("train", "test")]
    jobs = {"generate": ["generate", "--no-truth", "--out", os.path.join(tmp, "g")],
            "train": ["train", "--train", csv[0], "--test", csv[1], "--arch", "tapered", "--epochs", str(EPOCHS), "--out", os.path.join(tmp, "t")]}
    for what, cmd in jobs.items():
        mine, whole, inner = [], [], []
        for _ in range(ROUNDS):
            mine.append(timed([exe, *cmd, "--threads", "1", "--overwrite", "--quiet"])[0])
            s, out = timed([sys.executable, "-c", PEER, what, tmp, str(EPOCHS)])
            whole.append(s)
            inner.append(float(out))
        o, p = statistics.median(mine), statistics.median(inner)
        print(json.dumps({"name": "artificial_data " + what, "threads": 1, "unit": "s", "ours": round(o, 3), "peer": round(p, 3), "peer_with_imports": round(statistics.median(whole), 3),
                          "epochs": EPOCHS if what == "train" else None, "ratio": round(p / o, 2)}), flush=True)
