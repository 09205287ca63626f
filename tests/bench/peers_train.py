#!/usr/bin/env python3
"""tests/bench/peers_train.py - training beside PyTorch: epochs of `uniform` at several batch sizes, steps of small nets.

Alternates ours and PyTorch in one run and prints one JSON object per line: seconds (or microseconds) and ratio peer / ours (above 1 =
ours is faster). PyTorch in eager form with fused Adam (its fastest form on a CPU for these sizes) and with its default (foreach off).
    python3 tests/bench/peers_train.py [--rows 2000] [--threads 1,2] [--batches 1,8,32,128,256]"""
import json, os, statistics, subprocess, sys, time
try:
    import torch, torch.nn as nn, torch.nn.functional as F
except ImportError:
    print("skip peers_train: needs torch"); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
exe = os.path.join(root, "build", "bench_train")
os.makedirs(os.path.dirname(exe), exist_ok=True)
subprocess.check_call([os.environ.get("CC", "cc"), "-std=c99", "-O2", "-fopenmp", os.path.join(root, "tests", "bench", "bench_train.c"), "-o", exe, "-lm"])
arg = lambda name, default: sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default
rows, threads = int(arg("--rows", "2000")), [int(t) for t in arg("--threads", "1,2").split(",")]
batches = [int(b) for b in arg("--batches", "1,8,32,128,256").split(",")]

def uniform(D=512, K=10):
    l = []
    for _ in range(10): l += [nn.Linear(D, D), nn.ReLU()]
    return nn.Sequential(*l, nn.Linear(D, D // 2), nn.ReLU(), nn.Linear(D // 2, K))
def small(widths):
    l = []
    for a, b in zip(widths[:-2], widths[1:-1]): l += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*l, nn.Linear(widths[-2], 1))
def loop(model, x, y, batch, loss, steps, fused):
    o = torch.optim.Adam(model.parameters(), 1e-3, fused=fused)
    order = torch.randperm(len(x))
    def run():
        for k in range(steps):
            r = order[(k * batch) % len(x):][:batch]
            o.zero_grad(); loss(model(x[r]), y[r]).backward(); o.step()
    run()
    return run
def timed(run): t = time.perf_counter(); run(); return time.perf_counter() - t
def ours(word, *more):
    out = subprocess.run([exe, word, *map(str, more)], capture_output=True, text=True, check=True).stdout
    return [json.loads(l) for l in out.splitlines()]
def show(name, size, batch, th, unit, o, p):
    print(json.dumps(dict(name=name, size=size, batch=batch, threads=th, unit=unit, ours=round(o, 4), **{k: round(v, 4) for k, v in p.items()}, ratio=round(min(p.values()) / o, 2))), flush=True)

torch.manual_seed(0)
x, y = torch.randn(rows, 512), torch.randint(0, 10, (rows,))
for th in threads:
    torch.set_num_threads(th)
    for batch in batches:
        n = min(rows, 250) if batch == 1 else rows
        mine, peer = [], {"eager": [], "fused": []}
        runs = {k: loop(uniform(), x[:n], y[:n], batch, F.cross_entropy, max(1, n // batch), k == "fused") for k in peer}
        for _ in range(3):
            mine.append(ours("one", n, 1, batch, th)[0]["min"])
            for k in peer: peer[k].append(timed(runs[k]) * 8000 / n)
        show("train.epoch", "uniform", batch, th, "s/8000 rows", statistics.median(mine), {k: statistics.median(v) for k, v in peer.items()})
torch.set_num_threads(1)
for size, widths, batch, word in (("100-8-8-8-1", (100, 8, 8, 8, 1), 32, "train.tiny"), ("7-32x7-1", (7,) + (32,) * 7 + (1,), 128, "train.subject")):
    xs, ys = torch.randn(2048, widths[0]), torch.randint(0, 2, (2048, 1)).float()
    steps = 2048 // batch
    mine, peer = [], {"eager": [], "fused": []}
    runs = {k: loop(small(widths), xs, ys, batch, F.binary_cross_entropy_with_logits, steps, k == "fused") for k in peer}
    for _ in range(5):
        mine.append(ours(word)[0]["median"])
        for k in peer: peer[k].append(timed(runs[k]) / steps * 1e6)
    show("train.step", size, batch, 1, "us", statistics.median(mine), {k: statistics.median(v) for k, v in peer.items()})
