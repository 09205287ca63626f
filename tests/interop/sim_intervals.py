"""How often do the intervals of probe_data cover? A simulation with known truth.

    python3 tests/interop/sim_intervals.py                 2,000 sets a cell: the figures of --help and docs
    python3 tests/interop/sim_intervals.py --sets 100 --n 60 100      the reduced form that test_probe.py runs

A set is n rows of 20 Gaussian columns: a class shift (half or three tenths of the rows) for accuracy, balanced
accuracy and AUC, a linear signal for R2; groups of 4 share their label (their target's group part) and half of
the variance of their columns. Truth is the score that the fitted rules really have, in closed form, averaged over
all sets and folds of the cell: the expected score of this procedure at this n.
"""
import argparse
import math
import sys

import numpy as np
from scipy import stats
from scipy.special import ndtr

D, K = 20, 5


def folds(rng, label, group):
    """Stratified folds of whole groups: every label's groups, shuffled, are dealt out in turn."""
    first = np.arange(0, len(label), group)
    of_group = np.empty(len(first), int)
    at = 0
    for c in np.unique(label):
        members = rng.permutation(np.flatnonzero(label[first] == c))
        of_group[members] = (np.arange(len(members)) + at) % K
        at += len(members)
    return np.repeat(of_group, group)[:len(label)]


def standardise(train, test):
    mean = train.mean(1, keepdims=True)
    sd = train.std(1, keepdims=True)
    return (train - mean) / sd, (test - mean) / sd, mean[:, 0], sd[:, 0]


def ridge(z, y, lam=1.0):
    zm, ym = z.mean(1, keepdims=True), y.mean(1, keepdims=True)
    zc = z - zm
    h = zc.transpose(0, 2, 1) @ zc + lam * np.eye(D)
    w = np.linalg.solve(h, (zc.transpose(0, 2, 1) @ (y - ym)[:, :, None]))[:, :, 0]
    return w, ym[:, 0] - (zm[:, 0] * w).sum(1)


def logistic(z, y, lam=1.0):
    s, m, _ = z.shape
    a = np.concatenate([z, np.ones((s, m, 1))], 2)
    pen = lam * np.eye(D + 1)
    pen[D, D] = 1e-9
    t = np.zeros((s, D + 1))
    for _ in range(8):
        p = 1 / (1 + np.exp(-(a @ t[:, :, None])[:, :, 0]))
        g = (a.transpose(0, 2, 1) @ (p - y)[:, :, None])[:, :, 0] + t @ pen
        h = (a * (p * (1 - p))[:, :, None]).transpose(0, 2, 1) @ a + pen
        t = t - np.linalg.solve(h, g[:, :, None])[:, :, 0]
    return t[:, :D], t[:, D]


def auc_rows(label, score, fold):
    """AUC over the pairs of one fold, all folds together, and each row's influence on it."""
    n = len(label)
    above, pairs = np.zeros(n), np.zeros(n)
    for f in range(K):
        te = np.flatnonzero(fold == f)
        pos, neg = te[label[te] == 1], te[label[te] == 0]
        less = (score[pos][:, None] > score[neg][None]) + 0.5 * (score[pos][:, None] == score[neg][None])
        above[pos], above[neg] = less.sum(1), less.sum(0)
        pairs[pos], pairs[neg] = len(neg), len(pos)
    total = pairs[label == 1].sum()
    if total == 0:
        return np.nan, np.full(n, np.nan)
    auc = above[label == 1].sum() / total
    return auc, n * (above - auc * pairs) / total


def balanced_rows(label, right):
    """Mean recall of the classes over all held-out rows, and each row's influence on it."""
    recall = np.array([right[label == c].mean() for c in (0, 1)])
    share = np.array([(label == c).mean() for c in (0, 1)])
    return recall.mean(), (right - recall[label]) / (2 * share[label])


def cell(rng, sets, n, signal, group, rounds, task, share=0.5):
    """One cell: for each metric the truth and, per set, estimate, fold scores and row influences."""
    out = {m: dict(truth=[], point=[], fold=[], row=[]) for m in (["r2"] if task == "r2" else ["accuracy", "balanced", "auc"])}
    chunk = max(1, min(sets, 200_000 // n))
    for at in range(0, sets, chunk):
        s = min(chunk, sets - at)
        rho = 0.5 if group > 1 else 0.0
        shared = rng.normal(size=(s, -(-n // group), D))
        x = math.sqrt(rho) * np.repeat(shared, group, 1)[:, :n] + math.sqrt(1 - rho) * rng.normal(size=(s, n, D))
        if task == "r2":
            beta = np.zeros(D)
            beta[:5] = signal / math.sqrt(5)
            eps = math.sqrt(rho) * np.repeat(rng.normal(size=(s, -(-n // group))), group, 1)[:, :n]
            y = x @ beta + eps + math.sqrt(1 - rho) * rng.normal(size=(s, n))
            label = np.zeros(n, int)
        else:
            units = -(-n // group)
            lab = np.zeros(units, int)
            lab[:round(share * units)] = 1
            label = np.repeat(rng.permutation(lab), group)[:n]
            x[:, :, 0] += signal * label
            y = np.broadcast_to(label.astype(float), (s, n))
        held = np.zeros((rounds, s, n))
        fold = np.zeros((rounds, n), int)
        truth = {m: [] for m in out}
        for r in range(rounds):
            fold[r] = folds(rng, label, group)
            for f in range(K):
                te = fold[r] == f
                z, zt, mean, sd = standardise(x[:, ~te], x[:, te])
                w, b = (ridge if task == "r2" else logistic)(z, y[:, ~te])
                held[r][:, te] = (zt @ w[:, :, None])[:, :, 0] + b[:, None]
                wx = w / sd                                  # in the coordinates of x
                bx = b - (mean * wx).sum(1)
                if task == "r2":
                    mse = ((wx - beta) ** 2).sum(1) + bx ** 2 + 1
                    truth["r2"].append((mse, y.var(1)))
                else:
                    size = np.sqrt((wx ** 2).sum(1))
                    spec, sens = ndtr(-bx / size), ndtr((bx + signal * wx[:, 0]) / size)
                    truth["accuracy"].append((1 - share) * spec + share * sens)
                    truth["balanced"].append((spec + sens) / 2)
                    truth["auc"].append(ndtr(signal * wx[:, 0] / size / math.sqrt(2)))
        for m in out:
            if m == "r2":
                out[m]["truth"].append((np.mean([t[0] for t in truth[m]]), np.mean([t[1] for t in truth[m]])))
            else:
                out[m]["truth"].append(np.mean(truth[m]))
        for i in range(s):
            for m in out:
                point, per_fold, row = [], [], np.zeros(n)
                for r in range(rounds):
                    if m == "r2":
                        err, tot = (y[i] - held[r, i]) ** 2, (y[i] - y[i].mean()) ** 2
                        val = 1 - err.sum() / tot.sum()
                        h = -(err - (1 - val) * tot) / tot.mean()
                    elif m == "auc":
                        val, h = auc_rows(label, held[r, i], fold[r])
                    else:
                        right = ((held[r, i] > 0) == (label == 1)).astype(float)
                        val, h = (right.mean(), right - right.mean()) if m == "accuracy" else balanced_rows(label, right)
                    point.append(val)
                    per_fold.append([val + h[fold[r] == f].mean() for f in range(K)])
                    row += h / rounds
                out[m]["point"].append(np.mean(point))
                out[m]["fold"].append(per_fold)
                out[m]["row"].append(np.add.reduceat(row, np.arange(0, n, group)) / group)
        least = np.bincount(label).min() // group if task == "class" else -(-n // group)
    for m in out:
        t = out[m]["truth"]
        out[m]["truth"] = 1 - np.mean([a for a, _ in t]) / np.mean([b for _, b in t]) if m == "r2" else np.mean(t)
        for key in ("point", "fold", "row"):
            out[m][key] = np.asarray(out[m][key])
        out[m]["least"] = least if m in ("auc", "balanced") else -(-n // group)
    return out


def wilson(p, n, z):
    mid = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(np.maximum(p * (1 - p), 0) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return mid - half, mid + half


def methods(c, m, n, group):
    """name -> lo, hi of every set"""
    point, fold, row = c["point"], c["fold"], c["row"]
    rounds = fold.shape[1]
    out = {}
    t4 = stats.t.ppf(0.975, K - 1)
    s2 = fold.var(2, ddof=1).mean(1)
    half = t4 * np.sqrt((1 / K + 1 / (K - 1)) * s2)
    out["t, one round's width"] = point - half, point + half
    old = stats.t.ppf(.975, K - 1) * fold[:, 0].std(1, ddof=1) / math.sqrt(K)
    out["old: t over folds"] = fold[:, 0].mean(1) - old, fold[:, 0].mean(1) + old
    if rounds > 1:
        flat = fold.reshape(len(point), -1)
        half = stats.t.ppf(.975, flat.shape[1] - 1) * np.sqrt((1 / flat.shape[1] + 1 / (K - 1)) * flat.var(1, ddof=1))
        out["t, all folds (Bouckaert, Frank)"] = point - half, point + half
    units = row.shape[1]
    v = (row ** 2).sum(1) / (units - 1) / units
    # the chosen one is nn_score_interval of nn_train.h; --all shows what it was chosen from
    for name, factor in (("rows", 1.0), ("rows x1.8", 1.8), ("rows x2", 2.0), ("rows x2.25", 2.25)):
        se = np.sqrt(factor * v)
        for kind, df in (("", units - 1), (", rarest class", c["least"] - 1)):
            half = stats.t.ppf(.975, max(df, 1)) * se
            out[name + kind] = point - half, point + half
            out[name + kind + ", transformed"] = transformed(point, half, m, c["least"])
    return out


def transformed(point, half, m, least):
    """The interval on the scale log(v / (1 - v)), R2: log(1 - v); Wilson's where nothing varies."""
    with np.errstate(all="ignore"):
        if m == "r2":
            e, w = np.log(1 - point), half / (1 - point)
            return 1 - np.exp(e + w), 1 - np.exp(e - w)
        e, w = np.log(point / (1 - point)), half / (point * (1 - point))
        wl, wh = wilson(point, least, 1.959964)
        flat = ~(half > 0)
        return np.where(flat, wl, 1 / (1 + np.exp(w - e))), np.where(flat, wh, 1 / (1 + np.exp(-w - e)))


CHOSEN = "rows x2, rarest class, transformed"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--sets", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--rounds", type=int, nargs="*", default=[1, 10])
    p.add_argument("--n", type=int, nargs="*", default=[60, 100, 300])
    p.add_argument("--all", action="store_true", help="every method that was tried, not the chosen one alone")
    a = p.parse_args()
    rng = np.random.default_rng(a.seed)
    table = {}
    cells = [("class", share, rounds, group, n, name, signal) for share in (0.5, 0.3) for rounds in a.rounds for group in (1, 4)
             for n in a.n for name, signal in (("noise", 0.0), ("weak", 0.7), ("strong", 2.5))]
    cells += [("r2", 0.0) + c[2:] for c in cells if c[1] == 0.5]
    for task, share, rounds, group, n, name, signal in cells:
        for m, c in cell(rng, a.sets, n, signal, group, rounds, task, share).items():
            for method, (lo, hi) in methods(c, m, n, group).items():
                ok = ~np.isnan(lo)
                cover = np.mean((lo <= c["truth"])[ok] & (c["truth"] <= hi)[ok])
                width = np.mean((hi - lo)[ok])
                table.setdefault(method, []).append((cover, width))
                if a.all or method == CHOSEN:
                    print(f"{m:9s} share {share:.1f} n {n:4d} {name:7s} groups of {group} rounds {rounds:2d}  truth {c['truth']:6.3f}"
                          f" mean {np.nanmean(c['point']):6.3f} cover {cover:.3f} width {width:.3f}  {method}", flush=True)
    for method, rows in table.items():
        cov = np.array([r[0] for r in rows])
        print(f"{method:44s} cells {len(rows)} mean {cov.mean():.4f} least {cov.min():.3f} below .92: {(cov < .92).sum()}"
              f" width {np.mean([r[1] for r in rows]):.4f}")
    chosen = np.array([r[0] for r in table[CHOSEN]])
    noise = 3 * math.sqrt(.95 * .05 / a.sets) if a.sets < 2000 else 0   # fewer sets: their own noise
    of_mean = noise / math.sqrt(len(cells))                             # the figures of a cell go together
    good = chosen.min() >= .92 - noise and .94 - of_mean <= chosen.mean() <= .98 + of_mean
    print("covers" if good else "does NOT cover")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
