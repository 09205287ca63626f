#!/usr/bin/env python3
"""tests/bench/peers_fair.py - one meta-iteration (8 tasks, 5 inner steps, query 100, logistic inner model, exact second order), ours beside PyTorch and JAX doing the same. The suite's
tasks are all of one shape (5,400 rows, 12 columns), which is JAX's strongest form: `vmap` over them without padding.

Ours: `fair_tasks meta-train` with 20 and with 120 iterations, the difference over 100 (no start-up, loading or validation). Both on one thread, alternating. Then ours alone, whole processes on one
thread beside the seconds that were asked for: 100 tasks generated (deflated, stored), 200 meta-iterations, ten seeds on Adult (where NN_TEST_DATA or ../shared/data has it).
    python3 tests/bench/peers_fair.py [ROUNDS = 5]       (after make)"""
import peers                                               # first: it clears what would hold a library back
import json, os, statistics, subprocess, sys, tempfile, time
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1 if peers.quick else 5
import numpy as np
import torch

peers.one_thread()
peers.report()
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
prog = os.path.join(root, "build", "fair_tasks")
torch.set_num_threads(1)
N, B, K, Q = 24, 8, 5, 100


def ours(d, out, iterations):
    r0 = os.times()
    subprocess.run([prog, "meta-train", "--tasks", d, "--train", str(N - 1), "--val", "1", "--iterations", str(iterations), "--inits", "1", "--threads", "1",
                    "--quiet", "--overwrite", "--out", out], check=True, stdout=subprocess.DEVNULL)
    r1 = os.times()
    return r1.children_user - r0.children_user + r1.children_system - r0.children_system


def load(d):
    tasks = []
    for k in range(N - 1):
        z = np.load(os.path.join(d, f"task_{k:03d}.npz"))
        n = len(z["y_train"]) - Q
        x = np.c_[z["X_train"], z["z_train"] - z["z_train"].mean()].astype(np.float32)
        tasks.append(dict(x=torch.tensor(x[:n]), y=torch.tensor(z["y_train"][:n], dtype=torch.float32), xq=torch.tensor(x[n:]), yq=torch.tensor(z["y_clean_train"][n:], dtype=torch.float32),
                          z=torch.tensor(z["z_train"][n:]), feat=torch.rand(n, 10), w=torch.zeros(1, x.shape[1]), b=torch.zeros(1)))
    return tasks


def torch_iteration(policy, opt, tasks, rng):
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    opt.zero_grad()
    total = 0
    for i in rng.choice(len(tasks), B, replace=False):
        t = tasks[i]
        pi = torch.sigmoid(policy(t["feat"])[:, 0])
        v = pi * (len(pi) / pi.sum())
        w, b = t["w"].clone().requires_grad_(), t["b"].clone().requires_grad_()
        for _ in range(K):
            loss = (v * bce((t["x"] @ w.T + b)[:, 0], t["y"], reduction="none")).mean()
            gw, gb = torch.autograd.grad(loss, (w, b), create_graph=True)
            w, b = w - gw, b - gb
        s = (t["xq"] @ w.T + b)[:, 0]
        p = torch.sigmoid(s)
        total = total + bce(s, t["yq"]) + .5 * (p[t["z"] == 1].mean() - p[t["z"] == 0].mean()).abs()
    (total / B).backward()
    torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
    opt.step()


with tempfile.TemporaryDirectory() as tmp:
    d = os.path.join(tmp, "tasks")
    subprocess.run([prog, "generate", "--n-tasks", str(N), "--n-samples", "5400:5400", "--n-features", "12:12", "--out", d, "--quiet", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
    tasks = load(d)
    policy = torch.nn.Sequential(torch.nn.Linear(10, 64), torch.nn.ReLU(), torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    opt = torch.optim.Adam(policy.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)
    torch_iteration(policy, opt, tasks, rng)
    stacked = os.path.join(tmp, "stacked.npz")
    np.savez(stacked, **{to: np.stack([t[k].numpy() for t in tasks]).astype(np.float32) for to, k in (("x", "x"), ("y", "y"), ("xq", "xq"), ("yq", "yq"), ("zq", "z"), ("feat", "feat"))})
    try:
        jax = peers.Worker("jax_worker.py", 1)
        first = jax.ask(job="meta", file=stacked, steps=K, batch=B, reps=1)
    except (OSError, RuntimeError) as e:
        jax = None
        print(json.dumps({"note": "JAX did not run here", "why": str(e)}), flush=True)
    a, b, c = [], [], []
    for r in range(rounds):
        a.append((ours(d, os.path.join(tmp, "m"), 120) - ours(d, os.path.join(tmp, "m"), 20)) / 100)
        t0 = time.process_time()
        for _ in range(8):
            torch_iteration(policy, opt, tasks, rng)
        b.append((time.process_time() - t0) / 8)
        if jax: c.append(jax.ask(job="meta", file=stacked, steps=K, batch=B, reps=40)["cpu_s"])
    m, p = statistics.median(a), statistics.median(b)
    print(json.dumps(dict(name="meta-iteration, 8 tasks x 5 steps, second order", unit="ms", ours=round(1e3 * m, 2), ours_min=round(1e3 * min(a), 2), torch=round(1e3 * p, 2), torch_min=round(1e3 * min(b), 2),
                          ratio=round(p / m, 2), torch_version=torch.__version__)), flush=True)
    if c:
        j = statistics.median(c)
        print(json.dumps(dict(name="meta-iteration, 8 tasks x 5 steps, second order", peer_name="JAX (jit, %s over tasks; both forms compiled in %.1f s)" % (first["form"], first["compile_s"]), unit="ms", ours=round(1e3 * m, 2),
                              peer=round(1e3 * j, 2), best="peer", ratio=round(j / m, 2), asked_most=3.8)), flush=True)
        jax.close()
    data = os.environ.get("NN_TEST_DATA", os.path.join(root, "..", "shared", "data"))
    adult = os.path.join(data, "adult", "adult.data")
    alone = [("fair_tasks generate, 100 tasks, deflated", 0.8, ["generate", "--n-tasks", "100"]), ("fair_tasks generate, 100 tasks, stored", 0.4, ["generate", "--n-tasks", "100", "--stored"]),
             ("fair_tasks meta-train, 200 iterations", 4, ["meta-train", "--tasks", d, "--train", "20", "--val", "4", "--iterations", "200", "--seeds", "1"])]
    if os.path.exists(adult): alone.append(("fair_tasks evaluate, Adult, 10 seeds", 5, ["evaluate", "--dataset", "adult", "--csv", adult, "--seeds", "10"]))
    for name, most, cmd in alone:
        s = []
        for _ in range(min(3, rounds)):
            t0 = time.perf_counter()
            subprocess.run([prog, *cmd, "--threads", "1", "--quiet", "--overwrite", "--out", os.path.join(tmp, "x")], check=True, stdout=subprocess.DEVNULL)
            s.append(time.perf_counter() - t0)
        print(json.dumps(dict(name=name, threads=1, unit="s", ours=round(statistics.median(s), 3), asked_most=most)), flush=True)
