#!/usr/bin/env python3
"""tests/bench/peers_train.py - training beside PyTorch and JAX: epochs, steps of small nets, populations, memory.

Alternates ours, each form of PyTorch and JAX in one run and prints one JSON object per line: medians, and ratio = the fastest of them / ours (above 1 = ours
is faster). jax: `jit` of a whole epoch (`lax.scan` over the batches, donated buffers, float32; jax_worker.py), its compile time apart as jax_compile_s. One-thread rows are bound to one core. Forms: eager (torch.optim.Adam's default on a CPU), fused (Adam in one kernel), foreach, compile (torch.compile of the network, fused Adam); at
batch 32 of `uniform` all four, elsewhere eager and fused. Epochs are of 8,000 rows, extrapolated from the rows that the line states. vmap: 64 stacked nets, torch.func,
fused Adam on the stacked tensors, per model and step; jax_vmap the same in JAX. Batches are gathered from a shuffled set on both sides.
    python3 tests/bench/peers_train.py [--threads 1,2] [--batches 1,8,32,128,256] [--reps 3] [--no-compile] [epoch] [step] [population] [memory]"""
import peers                                               # first: it clears what would hold a library back
import importlib.util, json, os, statistics, subprocess, sys, time
try:
    import torch, torch.nn as nn, torch.nn.functional as F
except ImportError:
    print("skip peers_train: needs torch"); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
exe = os.path.join(root, "build", "bench_train")
arg = lambda name, default: sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default
threads, batches = [int(t) for t in arg("--threads", "1,2").split(",")], [int(b) for b in arg("--batches", "1,8,32,128,256").split(",")]
reps, can_compile = int(arg("--reps", "1" if peers.quick else "3")), "--no-compile" not in sys.argv and not peers.quick
if peers.quick and "--batches" not in sys.argv: batches = [32]
parts = [w for w in sys.argv[1:] if w in ("epoch", "step", "population", "memory")] or ["epoch", "step", "population", "memory"]
if "--child" not in sys.argv:
    os.makedirs(os.path.dirname(exe), exist_ok=True)
    subprocess.check_call([os.environ.get("CC", "cc"), "-std=c99", "-O2", "-fopenmp", os.path.join(root, "tests", "bench", "bench_train.c"), "-o", exe, "-lm"])


def chain(widths, tail=()):
    l = []
    for a, b in zip(widths[:-2], widths[1:-1]): l += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*l, nn.Linear(widths[-2], widths[-1]))
def network(arch):
    if arch == "uniform": return chain([512] * 11 + [256, 10])
    l = []
    for _ in range(5): l += [nn.Linear(512, 512), nn.ReLU()]
    l.append(nn.Linear(512, 256))
    for _ in range(5): l += [nn.Linear(256, 256), nn.ReLU()]
    return nn.Sequential(*l, nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


def loop(model, x, y, batch, loss, steps, form):
    """steps over shuffled batches; the first call is made here, untimed (compiles, allocates)"""
    o = torch.optim.Adam(model.parameters(), 1e-3, **({"fused": True} if form in ("fused", "compile") else {"foreach": True} if form == "foreach" else {}))
    f, order = torch.compile(model) if form == "compile" else model, torch.randperm(len(x))

    def run(n=steps):
        for k in range(n):
            r = order[(k * batch) % len(x):][:batch]
            o.zero_grad(); loss(f(x[r]), y[r]).backward(); o.step()
    run(min(steps, 3))
    return run


def timed(run): t = time.perf_counter(); run(); return time.perf_counter() - t
def ours(*a): return [json.loads(l) for l in subprocess.run([exe, *map(str, a)], capture_output=True, text=True, check=True).stdout.splitlines()]
def forms(arch, batch): return ["eager", "fused"] + (["foreach"] + ["compile"] * (can_compile and arch == "uniform") if batch == 32 else [])
def prepare(make, x, y, batch, loss, steps, which):
    runs = {}
    for k in which:
        try: runs[k] = loop(make(), x, y, batch, loss, steps, k)
        except Exception as e: print(json.dumps(dict(note="PyTorch's %s did not run here" % k, why=str(e).strip().splitlines()[0][:160])), flush=True)
    return runs
def jax_worker(th):
    """one for each number of threads, kept until another is asked for; None where JAX is not"""
    if getattr(jax_worker, "th", None) != th:
        if getattr(jax_worker, "worker", None): jax_worker.worker.close()
        jax_worker.th, jax_worker.worker = th, peers.Worker("jax_worker.py", th) if importlib.util.find_spec("jax") else None
    return jax_worker.worker
def jax_s(more, th, **job):
    """seconds of one epoch of the job, or None; the first call compiles, apart"""
    if jax_worker(th) is None: return None
    try: answer = jax_worker(th).ask(job="train", **job)
    except RuntimeError as e:
        if "jax_compile_s" not in more: print(json.dumps(dict(note="JAX did not run here", why=str(e))), flush=True)
        return None
    if answer["compile_s"]: more["jax_compile_s"] = answer["compile_s"]
    return answer["s"]
def show(name, size, batch, th, unit, mine, peer, **more):
    peer = {k: v for k, v in peer.items() if v}
    med = {k: statistics.median(v) for k, v in peer.items()}
    best, o = min(med, key=med.get), statistics.median(mine)
    print(json.dumps(dict(name=name, size=size, batch=batch, threads=th, unit=unit, ours=float("%.4g" % o), **{k: float("%.4g" % v) for k, v in med.items()}, best=best,
                          ratio=round(med[best] / o, 2), **more)), flush=True)


def epochs():
    for arch in ("uniform", "tapered"):
        for th in threads:
            torch.set_num_threads(th); peers.bind(th)
            for batch in batches:
                n = {1: 48, 8: 256, 32: 768}.get(batch, 1536)
                x, y = torch.randn(n, 512), torch.randint(0, 10, (n,))
                runs, mine = prepare(lambda: network(arch), x, y, batch, F.cross_entropy, n // batch, forms(arch, batch)), []
                peer, more = {k: [] for k in [*runs, "jax"]}, {}
                widths = [512] * 11 + [256, 10] if arch == "uniform" else [512] * 6 + [256] * 6 + [128, 10]
                for _ in range(reps):
                    mine.append(ours("one", n, 1, batch, th, *(["tapered"] if arch == "tapered" else []))[0]["min"])
                    for k in runs: peer[k].append(timed(runs[k]) * 8000 / n)
                    t = jax_s(more, th, widths=widths, rows=n, batch=batch, loss="ce")
                    if t: peer["jax"].append(t * 8000 / n)
                weights = sum(a * b for a, b in zip(widths, widths[1:]))
                show("train.epoch", arch, batch, th, "s/8000 rows", mine, peer, rows_timed=n, flops=8000 * (6 * weights - 2 * widths[0] * widths[1]), weight_bytes=24 * weights * (8000 // batch), **more)


SMALL = (("100-8-8-8-1", (100, 8, 8, 8, 1), 32, "train.tiny"), ("7-32x7-1", (7,) + (32,) * 7 + (1,), 128, "train.subject"))
def steps():
    torch.set_num_threads(1); peers.bind(1)
    for size, widths, batch, word in SMALL:
        x, y = torch.randn(2048, widths[0]), torch.randint(0, 2, (2048, 1)).float()
        n = 2048 // batch
        runs, mine = prepare(lambda: chain(widths), x, y, batch, F.binary_cross_entropy_with_logits, n, ["eager", "fused", "foreach"] + ["compile"] * can_compile), []
        peer, more, share = {k: [] for k in [*runs, "jax"]}, {}, []
        for _ in range(reps):
            line = ours(word)[0]
            mine.append(line["median"]); share.append(line["share_of_peak"])
            for k in runs: peer[k].append(timed(runs[k]) / n * 1e6)
            t = jax_s(more, 1, widths=list(widths), rows=2048, batch=batch, loss="bce", reps=8)
            if t: peer["jax"].append(t / n * 1e6)
        show("train.step", size, batch, 1, "us/step", mine, peer, share_of_peak=max(share), **more)


def population(models=64):
    from torch.func import functional_call, grad, stack_module_state, vmap
    for size, widths, batch, word in SMALL:
        for th in threads:
            torch.set_num_threads(th); peers.bind(th)
            if widths[0] != 100 and th > 1: continue
            base = chain(widths)
            params, _ = stack_module_state([chain(widths) for _ in range(models)])
            params = {k: v.detach().requires_grad_() for k, v in params.items()}
            o = torch.optim.Adam(params.values(), 1e-3, fused=True)
            x, y = torch.randn(2048, widths[0]), torch.randint(0, 2, (2048, 1)).float()
            order = torch.stack([torch.randperm(2048) for _ in range(models)])      # each model its own order, as ours
            g = vmap(grad(lambda p, a, b: F.binary_cross_entropy_with_logits(functional_call(base, p, (a,)), b)))

            def run(n=2048 // batch):
                for k in range(n):
                    r = order[:, k * batch:(k + 1) * batch]
                    d = g({k: v.detach() for k, v in params.items()}, x[r], y[r])
                    for k2, v in params.items(): v.grad = d[k2]
                    o.step()
            run(2)
            mine, peer, scan, more = [], [], [], {}
            for _ in range(reps):
                mine.append(ours("population", 1, th)[0]["median"] if widths[0] == 100 else ours(word)[0]["median"])
                peer.append(timed(run) / (2048 // batch) / models * 1e6)
                t = jax_s(more, th, widths=list(widths), rows=2048, batch=batch, loss="bce", models=models, reps=2)
                if t: scan.append(t / (2048 // batch) / models * 1e6)
            show("train.population", "%d x %s" % (models, size), batch, th, "us/model-step", mine, {"vmap": peer, "jax_vmap": scan},
                 **more, **({"models_per_s_4_epochs": round(1e6 / (4 * 64 * statistics.median(mine)), 1)} if widths[0] == 100 else {"note": "ours: its steps one model after the other"}))


def memory():
    """largest resident set (VmHWM) of a process that holds 8,000 rows x 512 and trains `uniform` at batch 32 with Adam"""
    def peak(cmd):
        return int(subprocess.run(cmd, capture_output=True, text=True, check=True).stderr.split("peak memory ")[1].split()[0]) / 1024
    o, p = peak([exe, "one", "8000", "1", "32", "1"]), peak([sys.executable, os.path.abspath(__file__), "--child"])
    print(json.dumps(dict(name="train.memory", size="uniform", batch=32, threads=1, unit="MiB, VmHWM", ours=round(o, 1), torch=round(p, 1), best="torch", ratio=round(p / o, 2))), flush=True)


torch.manual_seed(0)
if "--child" not in sys.argv: peers.report()
if "--child" in sys.argv:
    torch.set_num_threads(1)
    loop(network("uniform"), torch.randn(8000, 512), torch.randint(0, 10, (8000,)), 32, F.cross_entropy, 20, "fused")()
    print("peak memory %s KiB" % open("/proc/self/status").read().split("VmHWM:")[1].split()[0], file=sys.stderr)
    sys.exit(0)
if "memory" in parts: memory()
if "step" in parts: steps()
if "population" in parts: population()
if "epoch" in parts: epochs()
