#!/usr/bin/env python3
"""tests/bench/jax_worker.py - the JAX side of the peers: reads one JSON request per line, answers with one.

{"job": ..., ...} prepares the job when it is new (compile time is answered apart, as "compile_s") and then times one run of it, ended by
block_until_ready. float32 throughout, parameters and moments donated. Jobs:
  gemm       kind (nn, nt, tn), m, n, k, reps            jit of one product, reps calls; seconds a call
  train      widths, rows, batch, loss (ce | bce), models  Adam over all batches of one epoch in one `lax.scan`, rows gathered from a
                                                         permutation; models > 1: `vmap` over stacked nets, each its own order; seconds an epoch
  meta       the meta-iteration of peers_fair.py: tasks of [n, d] rows as arrays in a file; seconds an iteration, in the faster
             form of `vmap` and `lax.map` over the tasks (answered as "form")
The process runs on the cores that it was started with."""
import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

jobs = {}


def gemm(q):
    ta, tb = q["kind"][0] == "t", q["kind"][1] == "t"
    rng = np.random.default_rng(0)
    a = jnp.asarray(rng.standard_normal((q["k"], q["m"]) if ta else (q["m"], q["k"]), dtype=np.float32))
    b = jnp.asarray(rng.standard_normal((q["n"], q["k"]) if tb else (q["k"], q["n"]), dtype=np.float32))
    product = jax.jit(lambda x, y: jnp.matmul(x.T if ta else x, y.T if tb else y, precision="highest"))
    product(a, b).block_until_ready()

    def run(reps):
        for _ in range(reps):
            c = product(a, b)
        c.block_until_ready()
        return reps
    return run


def layers(key, widths):
    out = []
    for n_in, n_out in zip(widths[:-1], widths[1:]):
        key, kw, kb = jax.random.split(key, 3)
        bound = n_in ** -0.5
        out.append((jax.random.uniform(kw, (n_in, n_out), jnp.float32, -bound, bound), jax.random.uniform(kb, (n_out,), jnp.float32, -bound, bound)))
    return out


def logits(params, x):
    for w, b in params[:-1]:
        x = jnp.maximum(x @ w + b, 0)
    return x @ params[-1][0] + params[-1][1]


def loss_of(kind):
    if kind == "ce":
        def loss(params, x, y):
            z = logits(params, x)
            return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], axis=1)[:, 0])
    else:
        def loss(params, x, y):
            z = logits(params, x)[:, 0]
            return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))
    return loss


def adam(params, moments, grads, step, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    step = step + 1
    m, v = moments
    m = jax.tree.map(lambda a, g: beta1 * a + (1 - beta1) * g, m, grads)
    v = jax.tree.map(lambda a, g: beta2 * a + (1 - beta2) * g * g, v, grads)
    t = step.astype(jnp.float32)
    c1, c2 = 1 - beta1 ** t, 1 - beta2 ** t
    params = jax.tree.map(lambda p, a, b: p - rate * (a / c1) / (jnp.sqrt(b / c2) + eps), params, m, v)
    return params, (m, v), step


def train(q):
    widths, rows, batch, models = q["widths"], q["rows"], q["batch"], q.get("models", 1)
    loss = loss_of(q["loss"])
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.standard_normal((rows, widths[0]), dtype=np.float32))
    y = jnp.asarray(rng.integers(0, widths[-1], rows).astype(np.int32)) if q["loss"] == "ce" else jnp.asarray(rng.integers(0, 2, rows).astype(np.float32))
    steps = rows // batch

    def epoch(state, order):
        def step(state, r):
            params, moments, count = state
            grads = jax.grad(loss)(params, x[r], y[r])
            return adam(params, moments, grads, count), None
        return jax.lax.scan(step, state, order)[0]
    if models > 1:
        epoch_of_all = jax.jit(jax.vmap(epoch), donate_argnums=0)
        params = jax.vmap(lambda key: layers(key, widths))(jax.random.split(jax.random.key(0), models))
        count = jnp.zeros(models, jnp.int32)
    else:
        epoch_of_all = jax.jit(epoch, donate_argnums=0)
        params, count = layers(jax.random.key(0), widths), jnp.zeros((), jnp.int32)
    zeros = lambda: jax.tree.map(jnp.zeros_like, params)
    kept = [(params, (zeros(), zeros()), count)]

    def run(reps):
        for _ in range(reps):
            order = np.stack([rng.permutation(rows)[:steps * batch].reshape(steps, batch) for _ in range(models)])
            kept[0] = epoch_of_all(kept[0], jnp.asarray(order if models > 1 else order[0]))
        jax.block_until_ready(kept[0])
        return reps
    run(1)
    return run


def meta(q):
    """as torch_iteration of peers_fair.py: sampled tasks, K inner steps of weighted logistic regression, exact second order, clipped, Adam"""
    with np.load(q["file"]) as z:
        data = {k: jnp.asarray(z[k]) for k in z.files}     # x [T,n,d], y [T,n], xq, yq, zq [T,q], feat [T,n,10]
    tasks, inner, chosen = len(data["x"]), q["steps"], q["batch"]
    rng = np.random.default_rng(0)

    def bce(z, y):
        return jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))

    def outer(policy, t):
        pi = jax.nn.sigmoid(logits(policy, t["feat"])[:, 0])
        weight = pi * (pi.shape[0] / pi.sum())
        inner_loss = lambda wb: jnp.mean(weight * bce(t["x"] @ wb[0] + wb[1], t["y"]))
        wb = (jnp.zeros(t["x"].shape[1]), jnp.zeros(()))
        for _ in range(inner):
            g = jax.grad(inner_loss)(wb)
            wb = (wb[0] - g[0], wb[1] - g[1])
        s = t["xq"] @ wb[0] + wb[1]
        p, one = jax.nn.sigmoid(s), t["zq"]
        gap = (p * one).sum() / one.sum() - (p * (1 - one)).sum() / (1 - one).sum()
        return jnp.mean(bce(s, t["yq"])) + 0.5 * jnp.abs(gap)

    def mean(policy, some, form):
        if form == "vmap":
            return jnp.mean(jax.vmap(lambda t: outer(policy, t))(some))
        return jnp.mean(jax.lax.map(lambda t: outer(policy, t), some))     # one task after the other: its arrays stay in the cache

    def iteration(state, pick, form):
        policy, moments, count = state
        some = {k: v[pick] for k, v in data.items()}
        grads = jax.grad(lambda p: mean(p, some, form))(policy)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (norm + 1e-6)), grads)
        return adam(policy, moments, grads, count)

    def runner(form):
        step = jax.jit(lambda state, pick: iteration(state, pick, form), donate_argnums=0)
        policy = layers(jax.random.key(0), (10, 64, 32, 1))
        zeros = lambda: jax.tree.map(jnp.zeros_like, policy)
        kept = [(policy, (zeros(), zeros()), jnp.zeros((), jnp.int32))]

        def run(reps):
            for _ in range(reps):
                kept[0] = step(kept[0], jnp.asarray(rng.choice(tasks, chosen, replace=False)))
            jax.block_until_ready(kept[0])
            return reps
        run(1)
        return run

    def seconds(run):
        t = time.perf_counter()
        run(5)
        return time.perf_counter() - t
    runs = {form: runner(form) for form in ("vmap", "lax.map")}
    best = min(runs, key=lambda form: seconds(runs[form]))
    runs[best].form = best
    return runs[best]


MAKE = {"gemm": gemm, "train": train, "meta": meta}


def answer(q):
    reps = q.pop("reps", 1)
    key, compiled = json.dumps(q, sort_keys=True), 0.0
    if key not in jobs:
        jobs.clear()                                       # one at a time: memory stays small
        t = time.perf_counter()
        jobs[key] = MAKE[q["job"]](q)
        compiled = time.perf_counter() - t
    t, cpu = time.perf_counter(), time.process_time()
    n = jobs[key](reps)
    return {"s": (time.perf_counter() - t) / n, "cpu_s": (time.process_time() - cpu) / n, "compile_s": round(compiled, 3), "form": getattr(jobs[key], "form", "")}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as e:                                 # the row says why, the run goes on
        reply = {"error": "%s: %s" % (type(e).__name__, str(e).splitlines()[0][:200])}
    print(json.dumps(reply), flush=True)
