"""What probe_data says where there is nothing to find: the permutation test's p, and every mode's score.

    python3 tests/interop/sim_null.py                     2,000 sets a cell, 99 shuffles; 21 modes x 8 sets
    python3 tests/interop/sim_null.py --sets 60 --mode-sets 0    the reduced form that test_probe.py runs: the test alone

The p of noise must be at most a in a share a of the sets, and not far less often; a mode in which a row, a scaler, a projection or a
penalty leaks from the tested rows into the fit scores above chance. Run from the repository root after make."""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import stats

PROGRAM = os.path.join("build", "probe_data")


def call(*args):
    r = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
    if r.returncode:
        raise RuntimeError(f"{args}: {r.stderr}")
    return r.stdout


def probe(path, out, *flags):
    return json.loads(call("probe", path, *flags, "--quiet", "--json", "--no-plots", "--threads", 1, "--out", out, "--overwrite"))


def permutation(tmp, sets, shuffles, rng):
    """P(p <= a) for labels and targets, single rows and rows in groups of 4 whose columns resemble each other."""
    good = True
    path, out = os.path.join(tmp, "s.npz"), os.path.join(tmp, "o")
    for task in ("labels", "targets"):
        for size in (1, 4):
            ps = []
            for _ in range(sets):
                n, units = 48, 48 // size
                group = np.repeat(np.arange(units), size)
                X = 0.5 * rng.normal(size=(n, 3)) + np.repeat(rng.normal(size=(units, 3)), size, 0)
                y = np.repeat(rng.permutation(np.arange(units) % 2), size) if task == "labels" else np.repeat(rng.normal(size=units), size).astype(np.float32)
                np.savez(path, X=X.astype(np.float32), y=y, norm_method=np.array("none"), meta_sentence_indices=group)
                ps.append(probe(path, out, "--shuffles", shuffles, *(["--probe", "mean-difference"] if task == "labels" else []))["permutation_p"])
            ps = np.array(ps)
            line = f"{task}, groups of {size}, {sets} sets, {shuffles} shuffles:"
            for a in (.01, .05, .1):
                share, se = np.mean(ps <= a + 1e-12), math.sqrt(a * (1 - a) / sets)
                fine = share <= a + 2 * se and (a != .05 or share >= a / 2 or sets < 1000)
                good &= fine
                line += f"  P(p <= {a}) = {share:.4f}{'' if fine else ' NOT within'}"
            print(line, flush=True)
    return good


def modes(tmp, sets, rng):
    """21 modes on noise: no set's score is far above chance, and their mean is chance."""
    concept = [(), ("--tune",), ("--probe", "mlp", "--epochs", 20), ("--probe", "mean-difference"), ("--seeds", 3), ("--folds", 10), ("--penalty", 0.01), ("--k-sparse", 2)]
    cases = [(dict(), f) for f in concept]
    cases += [(dict(normalize="minmax"), ()), (dict(normalize="none"), ()), (dict(pca=5), ()), (dict(pca=5), ("--tune",)), (dict(split=1), ("--stored-split",)),
              (dict(split=1, pca=4), ("--stored-split",)), (dict(group=4), ()), (dict(group=4), ("--tune",)), (dict(group=4, pca=5), ())]
    cases += [(dict(real=1), ()), (dict(real=1), ("--tune",)), (dict(real=1, group=4), ()), (dict(real=1, pca=5), ())]
    x, y, g, f, out = (os.path.join(tmp, n) for n in ("x.npy", "y.npy", "g.npy", "f.npz", "o"))
    good, z = True, []
    for how, flags in cases:
        scores, worst = [], 1.0
        for _ in range(sets):
            n, size = 80, how.get("group", 1)
            group = np.repeat(np.arange(n // size), size)
            X = rng.normal(size=(n, 30)) + (np.repeat(rng.normal(size=(n // size, 30)), size, 0) if size > 1 else 0)
            unit = rng.normal(size=n // size) if how.get("real") else rng.permutation(np.arange(n // size) % 2)
            np.save(x, X)
            np.save(y, np.repeat(unit, size).astype(np.float32) if how.get("real") else np.repeat(unit, size))
            np.save(g, group)
            args = ["--array", x, "--labels", y, "--groups", g, "--output", f, "--normalize", how.get("normalize", "standardize")]
            args += ["--pca", how["pca"]] if "pca" in how else []
            args += ["--fit-rows", "train", "--test-size", .5] if "split" in how else []
            call(*args, "--overwrite", "--quiet")
            got = probe(f, out, *flags, "--shuffles", 19)
            if how.get("real"):
                score, p = got["r2"] - got["shuffled_r2"], got["permutation_p"]
            else:
                score = got["k_sparse_accuracy_2" if "--k-sparse" in flags else "accuracy"]
                rows = got.get("rows_tested", n)
                p = stats.binom.sf(round(score * rows / size) - 1, rows // size, .5)
                score -= .5
            scores.append(score)
            worst = min(worst, p)
        fine = worst > .05 / (len(cases) * sets)
        good &= fine
        z += list((np.array(scores) / np.std(scores, ddof=1)))
        print(f"{' '.join(map(str, list(how.items()) + list(flags))) or 'plain'}: mean above chance {np.mean(scores):+.3f}, least p {worst:.4f}{'' if fine else ' TOO GOOD'}", flush=True)
    mean, se = np.mean(z), 1 / math.sqrt(len(z))
    print(f"{len(cases)} modes x {sets} sets: mean {mean:+.3f} of a set's deviation, 2 s.e. {2 * se:.3f}")
    return good and mean <= 2 * se


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--sets", type=int, default=2000)
    p.add_argument("--shuffles", type=int, default=99)
    p.add_argument("--mode-sets", type=int, default=8)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = np.random.default_rng(a.seed)
    with tempfile.TemporaryDirectory() as tmp:
        good = permutation(tmp, a.sets, a.shuffles, rng)
        if a.mode_sets:
            good &= modes(tmp, a.mode_sets, np.random.default_rng(a.seed + 1))
    print("nothing is found in noise" if good else "something IS found in noise")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
