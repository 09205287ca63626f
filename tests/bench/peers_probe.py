#!/usr/bin/env python3
"""tests/bench/peers_probe.py - probe_data beside the original's way: np.load of every key of every sentence file, then the final rows.
    python3 tests/bench/peers_probe.py [FILES,FILES... = 20,100] [REPEAT = 5]
Folders as the original's: 26 layers, 11 to 17 fragments, 2,304 wide float16 states, 16,384 float32 features of which 4 % fire: 26 MB a file,
3 MB deflated; and the first folder's files stored. Ours and the peer in turn, medians, one thread each, whole processes. `ratio` is
against a peer that drops each file when it is done with it, Python's start and the import of NumPy not counted (cpu_ratio: in user
and system CPU seconds, start-up included on both sides); `hold_ratio` against the original's order: all files loaded first, then the
rows. One line of JSON per case. Run after make."""
import peers                                               # first: it clears what would hold a library back
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np

peers.one_thread()
peers.report()
NUMBERS = [a for a in sys.argv[1:] if a[0].isdigit()]
FILES = [int(v) for v in (NUMBERS[0] if NUMBERS else "2" if peers.quick else "20,100").split(",")]
REPEAT = int(NUMBERS[1]) if len(NUMBERS) > 1 else 1 if peers.quick else 5
PEER = r"""
import numpy as np, os, sys, time
t = time.perf_counter()
folder, strategy, layer, feature, out, hold = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], int(sys.argv[6])
X, y, files = [], [], []
def pick(f):
    r = int(np.flatnonzero(f['is_final_token'])[-1]); l = list(f['layers']).index(layer)
    X.append((f['embeddings'][r] if strategy == 'embedding-to-feature' else f['hidden_states'][l, r]).astype(np.float32))
    y.append(f['concept_strength_label'] if strategy == 'hidden-to-concept' else f['activations'][l, r, feature])
for name in sorted(os.listdir(folder)):
    with np.load(os.path.join(folder, name)) as z:
        f = {k: z[k] for k in z.files}
    files.append(f) if hold else pick(f)
for f in files: pick(f)
X = np.array(X); mean, std = X.mean(0), X.std(0); std[std == 0] = 1
np.savez(out, X=(X - mean) / std, y=np.array(y))
print(time.perf_counter() - t)
"""


def template(path, compressed, rng):
    """a whole sentence file but for its index and label"""
    n = int(rng.integers(11, 18))
    act = np.where(rng.random((26, n, 16384), dtype=np.float32) < 0.04, rng.standard_exponential((26, n, 16384), dtype=np.float32), np.float32(0))
    (np.savez_compressed if compressed else np.savez)(
        path, sentence=np.array("s"), fragments=np.array(["f"] * n), token_positions=np.arange(n), fragment_lengths=np.arange(n), is_final_token=np.arange(n) == n - 1,
        embeddings=rng.normal(size=(n, 2304)).astype(np.float16), hidden_states=rng.normal(size=(26, n, 2304)).astype(np.float16), activations=act,
        layers=np.arange(26), average_l0s=np.full(26, 64), num_features=np.int64(16384), hidden_dim=np.int64(2304))


def folder(path, files, compressed):
    rng = np.random.default_rng(0)
    os.makedirs(path)
    bases = [os.path.join(path, f"base{k}.npz") for k in range(min(10, files))]
    for b in bases:
        template(b, compressed, rng)
    for k in range(files):
        name = os.path.join(path, f"sentence_{k:06d}.npz")
        shutil.copyfile(bases[k % len(bases)], name)
        with zipfile.ZipFile(name, "a", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as z:
            for key, v in (("concept_strength_label", k % 4), ("sentence_index", k)):
                with z.open(key + ".npy", "w") as f:
                    np.lib.format.write_array(f, np.asanyarray(np.int64(v)))
    for b in bases:
        os.remove(b)


def timed(cmd):
    """wall seconds, CPU seconds, what it printed"""
    a, t = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    out = subprocess.run(cmd, check=True, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}).stdout
    t, b = time.perf_counter() - t, resource.getrusage(resource.RUSAGE_CHILDREN)
    return t, b.ru_utime - a.ru_utime + b.ru_stime - a.ru_stime, out


with tempfile.TemporaryDirectory() as tmp:
    for files, compressed in [(f, True) for f in FILES] + [(FILES[0], False)]:
        d = os.path.join(tmp, "sentences")
        folder(d, files, compressed)
        size = sum(os.path.getsize(os.path.join(d, f)) for f in os.listdir(d)) / files / 1e6
        for strategy, flags in (("hidden-to-concept", ["--layer", "12"]), ("hidden-to-feature", ["--target-layer", "12", "--target-feature", "77"]),
                                ("embedding-to-feature", ["--target-layer", "12", "--target-feature", "77"])):
            ours, cpu, peer, peer_cpu, hold = [], [], [], [], []
            for _ in range(REPEAT if files <= 20 else max(3, REPEAT // 2)):
                w, c, _o = timed(["build/probe_data", "--strategy", strategy, "--input", d, *flags, "--output", os.path.join(tmp, "o.npz"), "--overwrite", "--quiet", "--threads", "1"])
                ours.append(w)
                cpu.append(c)
                _w, c, out = timed([sys.executable, "-c", PEER, d, strategy, "12", "77", os.path.join(tmp, "p.npz"), "0"])
                peer.append(float(out))
                peer_cpu.append(c)
            for _ in range(0 if strategy != "hidden-to-concept" else 2 if files <= 20 else 1):
                hold.append(float(timed([sys.executable, "-c", PEER, d, strategy, "12", "77", os.path.join(tmp, "p.npz"), "1"])[2]))
            a, b = np.load(os.path.join(tmp, "o.npz")), np.load(os.path.join(tmp, "p.npz"))
            assert np.allclose(a["X"], b["X"], atol=1e-4) and np.array_equal(a["y"], b["y"])
            o, p = statistics.median(ours), statistics.median(peer)
            print(json.dumps({"name": "probe_" + strategy, "files": files, "MB_per_file": round(size, 2), "storage": "deflated" if compressed else "stored", "threads": 1,
                              "ours_s": round(o, 4), "numpy_s": round(p, 4), "ratio": round(p / o, 1), "cpu_ratio": round(statistics.median(peer_cpu) / statistics.median(cpu), 1),
                              **({"hold_s": round(min(hold), 3), "hold_ratio": round(min(hold) / o, 1)} if hold else {})}), flush=True)
        shutil.rmtree(d)
    print(json.dumps({"name": "peak_rss_children", "MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "note": "the peer's; ours is below it"}))
