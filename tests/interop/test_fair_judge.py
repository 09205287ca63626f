#!/usr/bin/env python3
"""tests/interop/test_fair_judge.py - fair_tasks judged from outside: plain NumPy and scikit-learn, no code of ours.

Reads the suites' NPZ files, the real tables, and what the program wrote about single rows (--selected, --predictions); recomputes accuracy,
demographic parity, equalized odds and noise reduction; compares them with what the program says of itself, and with floors far below what
tests/bench/peers_fair_quality.py measures over many tasks. Controls: shuffled labels, shuffled answers, no selection."""
import csv
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
passed = failed = skipped = 0


def check(name, ok, detail=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print("FAIL %s %s" % (name, detail))


def finish():
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
except ImportError as e:
    print("skip test_fair_judge: needs %s" % e.name)
    skipped = 1
    finish()

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROG = os.path.join(ROOT, "build", "fair_tasks")
DATA = os.environ.get("NN_TEST_DATA", os.path.join(ROOT, "..", "shared", "data"))
TASKS, ROWS = 8, "2000:3200"


def program(*argv):
    """its `name value` lines"""
    p = subprocess.run([PROG, *map(str, argv), "--quiet", "--overwrite"], capture_output=True, text=True)
    if p.returncode:
        raise RuntimeError("fair_tasks %s: %s" % (argv[0], p.stderr.strip()[-300:]))
    return dict(line.split(" ", 1) for line in p.stdout.splitlines() if " " in line)


def rows(path, **only):
    """columns of a CSV as arrays of numbers"""
    with open(path, newline="") as f:
        r = [x for x in csv.DictReader(f) if all(x[k] == str(v) for k, v in only.items())]
    return {k: np.array([float(x[k]) for x in r]) for k in r[0]}


def rate(answer, among):
    return answer[among].mean() if among.any() else np.nan


def judge(y, p, z):
    """accuracy, |P(p | z=1) - P(p | z=0)|, the larger of the gaps in true and false positives"""
    everyone = np.ones(len(y), bool)
    gap = lambda among: abs(rate(p, among & (z == 1)) - rate(p, among & (z == 0)))
    return np.array([(p == y).mean(), gap(everyone), max(gap(y == 1), gap(y == 0))])


def reduction(noisy, clean, keep):
    return 1 - (noisy != clean)[keep].mean() / (noisy != clean).mean()


def said(lines, prefix, method):
    return np.array([float(lines["%s%s_%s" % (prefix, method, k)]) for k in ("accuracy", "dp_difference", "equalized_odds_max")])


def suite(folder):
    d, s, p = (os.path.join(folder, n) for n in ("suite", "s.csv", "p.csv"))
    program("generate", "--suite-seed", 70717, "--n-tasks", TASKS, "--n-samples", ROWS, "--noise-rate", "0.05:0.3", "--bias-share", 1, "--out", d)
    ids = ",".join(map(str, range(TASKS)))
    lines = program("test", "--tasks", d, "--ids", ids, "--inits", 1, "--query-size", 20, "--selected", s, "--predictions", p, "--out", os.path.join(folder, "t"))
    rng = np.random.default_rng(3)
    ours, plain, removed, none, shuffled, kept_by_chance = [], [], [], [], [], []
    for k in range(TASKS):
        with np.load(os.path.join(d, "task_%03d.npz" % k)) as f:
            a = {n: f[n] for n in f.files}
        told, chosen = rows(p, task=k), rows(s, task=k)
        y, z = a["y_clean_test"], a["z_test"]
        check("task %d: rows, labels and groups are the suite's" % k, np.array_equal(told["label"], y) and np.array_equal(told["group"], z)
              and np.array_equal(chosen["label_noisy"], a["y_train"]) and np.array_equal(chosen["label"], a["y_clean_train"])
              and np.array_equal(chosen["group"], a["z_train"]) and np.array_equal(chosen["record"], np.arange(len(a["y_train"]))))
        keep = chosen["selected"] == 1
        check("task %d: the best 70 %% are kept" % k, keep.sum() == int(.7 * len(keep) + 1e-9) and chosen["score"][keep].min() >= chosen["score"][~keep].max())
        lr = LogisticRegression(C=1.0, max_iter=5000, tol=1e-8).fit(a["X_train"].astype(float), a["y_train"]).predict(a["X_test"].astype(float))
        check("task %d: the baseline is scikit-learn's" % k, (lr == told["baseline"]).mean() > 0.998, (lr == told["baseline"]).mean())
        mine = judge(y, told["evidence_fair"], z)
        check("task %d: what the program says of itself" % k, np.allclose(mine, said(lines, "task%d_" % k, "evidence_fair"), atol=1e-5)
              and np.allclose(judge(y, told["baseline"], z), said(lines, "task%d_" % k, "baseline"), atol=1e-5))
        gone = reduction(a["y_train"], a["y_clean_train"], keep)
        check("task %d: its noise reduction" % k, abs(gone - float(lines["task%d_evidence_noise_reduction" % k])) < 1e-5)
        ours.append(mine)
        plain.append(judge(y, lr, z))
        removed.append(gone)
        none.append(reduction(a["y_train"], a["y_clean_train"], np.ones(len(keep), bool)))
        kept_by_chance.append(reduction(a["y_train"], a["y_clean_train"], rng.permutation(keep)))
        shuffled.append(judge(y, rng.permutation(told["evidence_fair"]), z)[0] - max(y.mean(), 1 - y.mean()))
    ours, plain = np.mean(ours, 0), np.mean(plain, 0)
    print("%d tasks: accuracy %.3f -> %.3f, DP %.3f -> %.3f, EO %.3f -> %.3f, noise reduction %.3f" % (TASKS, plain[0], ours[0], plain[1], ours[1],
                                                                                                      plain[2], ours[2], np.mean(removed)))
    check("accuracy five points above logistic regression", ours[0] - plain[0] >= 0.05, ours[0] - plain[0])
    check("DP 40 % below it", ours[1] <= 0.6 * plain[1], ours[1] / plain[1])
    check("noise reduction of .85", np.mean(removed) >= 0.85, np.mean(removed))
    check("control: no selection removes nothing", np.allclose(none, 0))
    check("control: as many rows by chance remove nothing", abs(np.mean(kept_by_chance)) < 0.1, np.mean(kept_by_chance))
    check("control: shuffled answers are no better than the commoner class", np.mean(shuffled) < 0, np.mean(shuffled))
    shuffled_labels(folder, d, rng)
    group_at_decision(folder, d)


def shuffled_labels(folder, d, rng):
    """The program on tasks whose training labels say nothing: it must find nothing."""
    e = os.path.join(folder, "shuffled")
    os.mkdir(e)
    edge = []
    for k in range(3):
        with np.load(os.path.join(d, "task_%03d.npz" % k)) as f:
            a = {n: f[n] for n in f.files}
        a["y_train"] = rng.permutation(a["y_train"])
        np.savez(os.path.join(e, "task_%03d.npz" % k), **a)
        edge.append(max(a["y_clean_test"].mean(), 1 - a["y_clean_test"].mean()))
    s, p = os.path.join(folder, "s0.csv"), os.path.join(folder, "p0.csv")
    program("test", "--tasks", e, "--ids", "0,1,2", "--inits", 1, "--query-size", 20, "--selected", s, "--predictions", p, "--out", os.path.join(folder, "t0"))
    above, gone = [], []
    for k in range(3):
        told, chosen = rows(p, task=k), rows(s, task=k)
        above.append((told["evidence_fair"] == told["label"]).mean() - edge[k])
        gone.append(reduction(chosen["label_noisy"], chosen["label"], chosen["selected"] == 1))
    check("control: nothing is learned from shuffled labels", np.mean(above) < 0.08, above)
    check("control: no flips are found among shuffled labels", np.mean(gone) < 0.25, gone)


def group_at_decision(folder, d):
    """With --no-group-at-decision the groups of the test rows may be anything; without it they count."""
    e = os.path.join(folder, "swapped")
    os.mkdir(e)
    with np.load(os.path.join(d, "task_001.npz")) as f:
        a = {n: f[n] for n in f.files}
    np.savez(os.path.join(e, "task_001.npz"), **dict(a, z_test=1 - a["z_test"]))
    answer = {}
    for where in (d, e):
        for flag in ((), ("--no-group-at-decision",)):
            p = os.path.join(folder, "pg.csv")
            program("test", "--tasks", where, "--ids", 1, "--inits", 1, "--query-size", 20, "--predictions", p, "--out", os.path.join(folder, "tg"), *flag)
            answer[where, flag] = rows(p)["evidence_fair"]
    unseen = ("--no-group-at-decision",)
    check("--no-group-at-decision: swapped groups change no answer", np.array_equal(answer[d, unseen], answer[e, unseen]))
    check("without it they do", not np.array_equal(answer[d, ()], answer[e, ()]))
    check("and the two decide differently", not np.array_equal(answer[d, ()], answer[d, unseen]))


def table(name, path, label, group, seeds, folder):
    """A real table: the program's rows are the file's, its figures are right; ours and the baseline's means."""
    with open(path, newline="") as f:
        lines = list(csv.DictReader(f)) if name == "compas" else [x.split() for x in f if x.strip()]
    ours, plain = [], []
    for seed in seeds:
        s, p = os.path.join(folder, "s.csv"), os.path.join(folder, "p.csv")
        told_by = program("evaluate", "--dataset", name, "--csv", path, "--seed", seed, "--seeds", 1, "--inits", 1, "--bootstrap", 0, "--selected", s, "--predictions", p,
                          "--out", os.path.join(folder, "e"))
        told, chosen = rows(p), rows(s)
        good = all(label(lines[int(r)]) == y and group(lines[int(r)]) == z for part in (told, chosen) for r, y, z in zip(part["record"], part["label"], part["group"]))
        check("%s %d: labels and groups are the file's" % (name, seed), good)
        check("%s %d: no row is on both sides" % (name, seed), not set(told["record"]) & set(chosen["record"]))
        flips = (chosen["label"] != chosen["label_noisy"]).sum()
        check("%s %d: one label in ten is flipped" % (name, seed), flips == int(.1 * len(chosen["label"])), flips)
        mine, base = (judge(told["label"], told[m], told["group"]) for m in ("evidence_fair", "baseline"))
        check("%s %d: what the program says of itself" % (name, seed), np.allclose(mine, said(told_by, "", "evidence_fair"), atol=1e-5)
              and np.allclose(base, said(told_by, "", "baseline"), atol=1e-5))
        gone = reduction(chosen["label_noisy"], chosen["label"], chosen["selected"] == 1)
        check("%s %d: its noise reduction" % (name, seed), abs(gone - float(told_by["evidence_noise_reduction"])) < 1e-5 and gone > 0.2, gone)
        ours.append(mine)
        plain.append(base)
    ours, plain = np.mean(ours, 0), np.mean(plain, 0)
    print("%s, %d seeds: accuracy %.3f -> %.3f, DP %.3f -> %.3f, EO %.3f -> %.3f" % (name, len(seeds), plain[0], ours[0], plain[1], ours[1], plain[2], ours[2]))
    return ours, plain


def real(folder):
    global skipped
    if not os.path.isdir(os.path.join(DATA, "compas")):
        skipped += 1
        print("skip real tables: needs NN_TEST_DATA")
        return
    ours, plain = table("compas", os.path.join(DATA, "compas", "compas-scores-two-years.csv"), lambda r: r["two_year_recid"] == "1",
                        lambda r: r["race"] == "African-American", (101, 102, 103), folder)
    check("COMPAS: DP and EO less than half, accuracy within 1.5 points", (ours[1:] <= 0.5 * plain[1:]).all() and ours[0] >= plain[0] - 0.015, (ours, plain))
    ours, plain = table("german", os.path.join(DATA, "german", "german.data"), lambda r: r[20] == "2", lambda r: float(r[12]) >= 25, (101, 102, 103, 104), folder)
    check("German: accuracy within 3 points, gaps not wider by more than 3", ours[0] >= plain[0] - 0.03 and (ours[1:] <= plain[1:] + 0.03).all(), (ours, plain))


if not os.path.exists(PROG):
    check("build/fair_tasks is there (make)", False)
    finish()
with tempfile.TemporaryDirectory() as where:
    suite(where)
    real(where)
finish()
