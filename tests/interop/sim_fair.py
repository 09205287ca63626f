"""How often do the intervals that fair_tasks prints cover? A simulation with known truth, the program's own functions called through a library.

    python3 tests/interop/sim_fair.py                      1,000 sets a cell: the figures of docs/numbers.md
    python3 tests/interop/sim_fair.py --sets 150 --n 150 600          the reduced form that test_fair.py runs

One part's answers: n test rows, a tenth or half of them in group 1; rates equal in both groups (every difference truly 0), different, and
rare. Kinds: accuracy (Wilson), differences with their sign (Newcombe) and folded, the larger of two folded gaps, resampled rows
(--bootstrap). Means over tasks or seeds and paired differences (Student): 5, 10 and 100 draws of these very figures, the truth their mean.
Asked: every cell at least .92, all together .94 to .98 in the mean. Sets where a rate has no rows are left out, as in the program."""
import argparse
import ctypes as C
import math
import os
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KINDS = ("accuracy", "dp_signed", "eopp_signed", "fpr_signed", "dp_difference", "eopp_difference", "eodds_max")
#          base rates   true positive rates   false positive rates, of groups 0 and 1
RATES = {"equal": ((.4, .4), (.75, .75), (.2, .2)), "different": ((.3, .6), (.7, .85), (.15, .3)), "rare": ((.08, .1), (.6, .6), (.02, .03)),
         "odds": ((.5, .5), (.6, .8), (.3, .1))}


def library():
    so = os.path.join(ROOT, "build", "sim_fair.so")
    os.makedirs(os.path.dirname(so), exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu99", "-O2", "-shared", "-fPIC", os.path.join(HERE, "fair_lib.c"), "-o", so, "-lm"], check=True)
    return C.CDLL(so)


def ptr(a):
    return a.ctypes.data_as(C.c_void_p)


def draw(rng, n, share, rates):
    """y, answers, groups: group sizes are fixed, as a split that keeps shares has them"""
    base, tpr, fpr = (np.array(r) for r in rates)
    z = np.zeros(n, np.int64)
    z[:round(share * n)] = 1
    y = (rng.random(n) < base[z]).astype(np.int64)
    return y, (rng.random(n) < np.where(y == 1, tpr[z], fpr[z])).astype(np.int64), z


def truth(n, share, rates):
    base, tpr, fpr = (np.array(r) for r in rates)
    part = np.array([n - round(share * n), round(share * n)]) / n
    selected = base * tpr + (1 - base) * fpr
    d, t, f = (v[1] - v[0] for v in (selected, tpr, fpr))
    return np.array([(part * (base * tpr + (1 - base) * (1 - fpr))).sum(), d, t, f, abs(d), abs(t), max(abs(t), abs(f))])


def of_answers(lib, rng, sets, n, share, rates, reps):
    """{kind: sets that cover, sets}"""
    true, cover, told = truth(n, share, rates), {}, {}
    lo, hi, blo, bhi = np.zeros(7), np.zeros(7), np.zeros(4), np.zeros(4)
    for s in range(sets):
        y, p, z = draw(rng, n, share, rates)
        assert lib.fair_printed(ptr(lo), ptr(hi), ptr(blo), ptr(bhi), ptr(y), ptr(p), ptr(z), C.c_size_t(n), C.c_size_t(reps), C.c_uint64(s + 1)) == 0
        for k, kind in enumerate(KINDS):
            for name, a, b in ((kind, lo[k], hi[k]),) + (((kind + ", resampled", blo[k], bhi[k]),) if reps and k < 4 else ()):
                if a == a:
                    told[name] = told.get(name, 0) + 1
                    cover[name] = cover.get(name, 0) + (a <= true[k] + 1e-12 and true[k] <= b + 1e-12)
    return {k: (cover[k], told[k]) for k in told}


def of_means(lib, rng, sets, runs, rates, n=400, share=0.3):
    """Means of `runs` figures, and of their paired differences to a second classifier's on the same rows; the truth is the mean of all draws."""
    def many(rows):
        base, tpr, fpr = (np.array(r) for r in rates)
        out = np.zeros((rows, 4))
        m = round(share * n)
        for s in range(0, rows, 1000):
            k = min(1000, rows - s)
            z = np.r_[np.ones(m, int), np.zeros(n - m, int)]
            y = rng.random((k, n)) < base[z]
            both = [rng.random((k, n)) < np.where(y, np.minimum(tpr[z] + shift, 1), fpr[z]) for shift in (0, .1)]
            accuracy = [(p == y).mean(1) for p in both]
            gap = [abs(p[:, :m].mean(1) - p[:, m:].mean(1)) for p in both]
            out[s:s + k] = np.c_[accuracy[0], gap[0], accuracy[1] - accuracy[0], gap[1] - gap[0]]
        return out
    true, lo, hi, hit = many(40000).mean(0), C.c_double(), C.c_double(), np.zeros(4)
    for _ in range(sets):
        x = many(runs)
        for k in range(4):
            lib.fair_mean_interval(C.byref(lo), C.byref(hi), ptr(np.ascontiguousarray(x[:, k])), C.c_size_t(runs))
            hit[k] += lo.value <= true[k] <= hi.value
    return dict(zip(("mean of accuracy", "mean of DP difference", "paired accuracy", "paired DP difference"), ((h, sets) for h in hit)))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--sets", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--n", type=int, nargs="*", default=[150, 600, 3000])
    p.add_argument("--runs", type=int, nargs="*", default=[5, 10, 100])
    p.add_argument("--bootstrap", type=int, default=400, help="resampled rows, where n is 600; 0 = none")
    a = p.parse_args()
    lib, cells, kinds = library(), [], {}

    def tell(where, figures):
        for kind, (hit, told) in figures.items():
            if told < a.sets / 4:                        # nearly always undefined
                continue
            cells.append((hit / told, told, where, kind))
            kinds.setdefault(kind, []).append(hit / told)
            print("%-34s %-28s %4d sets  covers %.3f" % (where, kind, told, hit / told), flush=True)

    for n in a.n:
        for share in (.1, .5):
            for at, (name, rates) in enumerate(RATES.items()):
                rng = np.random.default_rng((a.seed, 0, n, int(10 * share), at))      # a cell's sets depend on no other cell
                reps = a.bootstrap if n == 600 and share == .5 else 0
                tell("%d rows, %.1f in group 1, %s" % (n, share, name), of_answers(lib, rng, a.sets, n, share, rates, reps))
    for runs in a.runs:
        for at, (name, rates) in enumerate(RATES.items()):
            rng = np.random.default_rng((a.seed, 1, runs, at))
            tell("%d runs, %s" % (runs, name), of_means(lib, rng, a.sets, runs, rates))
    for kind, v in kinds.items():
        print("%-28s %2d cells  mean %.3f  least %.3f  most %.3f" % (kind, len(v), np.mean(v), min(v), max(v)))
    least, mean = min(cells), np.mean([c[0] for c in cells])
    print("all: %d cells  mean %.4f  least %.3f (%s, %s)" % (len(cells), mean, least[0], least[2], least[3]))
    few = lambda told: 3 * math.sqrt(.92 * .08 / told) if a.sets < 1000 else 0          # fewer sets: their own noise
    good = all(c >= .92 - few(told) for c, told, _, _ in cells) and .94 <= mean <= .98
    print("covers" if good else "does NOT cover")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
