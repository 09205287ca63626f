#!/usr/bin/env python3
"""tests/bench/peers_probe.py - probe_data beside the original's way: np.load of every key of every sentence file, then pick the final
row. Both in turn on the same folder, medians of the ratios' parts; one line of JSON per case. Run after make."""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

FILES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
REPEAT = int(sys.argv[2]) if len(sys.argv) > 2 else 5
PEER = r"""
import numpy as np, os, sys
folder, strategy, layer, feature, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
X, y = [], []
for name in sorted(os.listdir(folder)):
    with np.load(os.path.join(folder, name)) as z:
        f = {k: z[k] for k in z.files}
    r = int(np.flatnonzero(f['is_final_token'])[-1]); l = list(f['layers']).index(layer)
    X.append((f['embeddings'][r] if strategy == 'embedding-to-feature' else f['hidden_states'][l, r]).astype(np.float32))
    y.append(f['concept_strength_label'] if strategy == 'hidden-to-concept' else f['activations'][l, r, feature])
X = np.array(X); mean, std = X.mean(0), X.std(0); std[std == 0] = 1
np.savez(out, X=(X - mean) / std, y=np.array(y))
"""


def folder(path, compressed, rng):
    os.makedirs(path)
    for k in range(FILES):
        n = int(rng.integers(4, 8))
        act = np.where(rng.random((26, n, 16384)) < 0.004, rng.exponential(2, (26, n, 16384)), 0).astype(np.float32)
        save = np.savez_compressed if compressed else np.savez
        save(os.path.join(path, f"sentence_{k:06d}.npz"), sentence=np.array("s"), concept_strength_label=np.int64(k % 4), sentence_index=np.int64(k),
             fragments=np.array(["f"] * n), token_positions=np.arange(n), fragment_lengths=np.arange(n), is_final_token=np.arange(n) == n - 1,
             embeddings=rng.normal(size=(n, 2304)).astype(np.float16), hidden_states=rng.normal(size=(26, n, 2304)).astype(np.float16),
             activations=act, layers=np.arange(26), average_l0s=np.full(26, 64), num_features=np.int64(16384), hidden_dim=np.int64(2304))


def timed(cmd):
    t = time.perf_counter()
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return time.perf_counter() - t


with tempfile.TemporaryDirectory() as tmp:
    for compressed in (True, False):
        d = os.path.join(tmp, "deflated" if compressed else "stored")
        folder(d, compressed, np.random.default_rng(0))
        size = sum(os.path.getsize(os.path.join(d, f)) for f in os.listdir(d)) / FILES / 2**20
        for strategy, flags in (("hidden-to-concept", ["--layer", "12"]), ("hidden-to-feature", ["--target-layer", "12", "--target-feature", "77"]),
                                ("embedding-to-feature", ["--target-layer", "12", "--target-feature", "77"])):
            ours, peer = [], []
            for _ in range(REPEAT):
                ours.append(timed(["build/probe_data", "--strategy", strategy, "--input", d, *flags, "--output", os.path.join(tmp, "o.npz"), "--overwrite", "--quiet", "--threads", "1"]))
                peer.append(timed([sys.executable, "-c", PEER, d, strategy, "12", "77", os.path.join(tmp, "p.npz")]))
            a, b = np.load(os.path.join(tmp, "o.npz")), np.load(os.path.join(tmp, "p.npz"))
            assert np.allclose(a["X"], b["X"], atol=1e-4) and np.array_equal(a["y"], b["y"])
            o, p = statistics.median(ours), statistics.median(peer)
            print(json.dumps({"name": "probe_" + strategy, "files": FILES, "MiB_per_file": round(size, 2), "storage": "deflated" if compressed else "stored", "threads": 1,
                              "ours_s": round(o, 4), "numpy_s": round(p, 4), "ratio": round(p / o, 1)}))
    print(json.dumps({"name": "peak_rss_children", "MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "note": "the peer's; ours is below it"}))
