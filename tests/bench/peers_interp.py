#!/usr/bin/env python3
"""tests/bench/peers_interp.py - interpreter_data beside the same loop written plainly in PyTorch, one thread each.

The peer: the defaults' sets (2-5 of the patterns, 2,400 rows, half negatives, one in four sequences held out, 60 % of the target's labels flipped),
one-hot input, 6-9 layers of 25-40, batch 32, Adam, stage 1 until 0.95 x the first validation loss (20 epochs at most), stage 2 (40 at most, patience 5,
best weights), the three gates on 2 x 200 held-out rows per pattern, signatures (mean, std of 200 probes) and a row of JSON with both prompts.
`loader`: TensorDataset + DataLoader(num_workers=0); `sliced`: one randperm per epoch and slices. Pools of sequences are made once and not timed.
Alternates the three, each until it has RECORDS valid ones in all; one JSON object per round over all so far: valid records per minute and core, acceptance, attempts,
and the ratios ours / peer. Attempts are the peer's own (another random stream), so acceptance differs by chance; `ratio_attempts` leaves it out (time per attempt).
    python3 tests/bench/peers_interp.py [--records 10] [--rounds 2]        (after make)"""
import peers                                               # first: it clears what would hold a library back
import copy, json, math, os, resource, subprocess, sys, tempfile, time
import numpy as np
try:
    import torch, torch.nn as nn
    from torch.utils.data import DataLoader, TensorDataset
except ImportError:
    print("skip peers_interp: needs torch"); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
os.chdir(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
arg = lambda name, default: int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default
RECORDS, ROUNDS, L, V = arg("--records", 1 if peers.quick else 10), arg("--rounds", 1 if peers.quick else 2), 7, 7
peers.one_thread(); peers.report()
torch.set_num_threads(1); torch.manual_seed(1); rng = np.random.default_rng(1)

# every sequence, which patterns it satisfies, which part it is in
A = np.stack(np.unravel_index(np.arange(V ** L), (V,) * L), 1).astype(np.uint8)
d = np.diff(A.astype(np.int8), axis=1); vowel = (A == 0) | (A == 4); peak = A.argmax(1)[:, None]; at = np.arange(L - 1)[None]
HAS = {"all_same": (d == 0).all(1), "palindrome": (A == A[:, ::-1]).all(1), "sorted_ascending": (d >= 0).all(1), "sorted_descending": (d <= 0).all(1),
       "alternating": (A[:, 2:] == A[:, :-2]).all(1) & (d[:, 0] != 0),
       "contains_abc": np.any([(A[:, i] == 0) & (A[:, i + 1] == 1) & (A[:, i + 2] == 2) for i in range(L - 2)], 0),
       "no_repeats": (np.diff(np.sort(A, 1).astype(np.int8), axis=1) > 0).all(1), "has_majority": np.any([(A == v).sum(1) > L // 2 for v in range(V)], 0),
       "vowel_consonant": (vowel[:, 1:] != vowel[:, :-1]).all(1), "first_last_match": A[:, 0] == A[:, -1],
       "mountain_pattern": (np.where(at < peak, d, -d) >= 0).all(1)}
for v in range(V): HAS[f"starts_with:{chr(65 + v)}"], HAS[f"ends_with:{chr(65 + v)}"] = A[:, 0] == v, A[:, -1] == v
COUNTS = dict(all_same=7, palindrome=2401, sorted_ascending=1716, sorted_descending=1716, alternating=42, contains_abc=11984, no_repeats=5040,
              has_majority=58513, vowel_consonant=7000, first_last_match=117649, mountain_pattern=30738)
for k, n in COUNTS.items(): assert HAS[k].sum() == n, (k, int(HAS[k].sum()), n)
HELD = rng.random(len(A)) < 0.25; HELD[np.flatnonzero(HAS["all_same"])[:2]] = True; HELD[np.flatnonzero(HAS["all_same"])[2:]] = False
POOL = {k: (np.flatnonzero(h & ~HELD), np.flatnonzero(h & HELD)) for k, h in HAS.items()}
NAMES = list(COUNTS) + ["starts_with", "ends_with"]
PROBES = rng.integers(0, len(A), 200)
onehot = lambda rows: nn.functional.one_hot(torch.from_numpy(A[rows].astype(np.int64)), V).float().reshape(len(rows), -1)


def negatives(chosen, held, n):
    out = np.empty(0, np.int64)
    while len(out) < n:
        r = rng.integers(0, len(A), 2 * n); out = np.concatenate([out, r[(HELD[r] == held) & ~np.any([HAS[p][r] for p in chosen], 0)]])
    return out[:n]


def batches(x, y, way):
    if way == "loader": return DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True, num_workers=0)
    o = torch.randperm(len(x)); x, y = x[o], y[o]
    return ((x[i:i + 32], y[i:i + 32]) for i in range(0, len(x), 32))


def evaluate(model, x, y, way, loss):
    model.eval()
    with torch.no_grad():
        if way == "sliced": z = model(x); return loss(z, y).item(), ((z > 0) == (y > 0.5)).float().mean().item()
        total = right = 0.0
        for a, b in DataLoader(TensorDataset(x, y), batch_size=32):
            z = model(a); total += loss(z, b).item() * len(a); right += ((z > 0) == (b > 0.5)).sum().item()
    return total / len(x), right / len(x)


def epochs(model, lr, x, y, xv, yv, most, way, stage1):
    loss, opt, best, keep, waited, curve, first = nn.BCEWithLogitsLoss(), torch.optim.Adam(model.parameters(), lr), math.inf, None, 0, [], None
    for _ in range(most):
        model.train(); total = right = 0.0
        for a, b in batches(x, y, way):
            opt.zero_grad(); z = model(a); l = loss(z, b); l.backward(); opt.step()
            total += l.item() * len(a); right += ((z > 0) == (b > 0.5)).sum().item()
        v, acc = evaluate(model, xv, yv, way, loss)
        curve.append((total / len(x), v, right / len(x), acc))
        first = v if first is None else first
        if stage1 and len(curve) > 1 and v <= 0.95 * first: return curve, True
        if v < best: best, waited = v, 0; keep = None if stage1 else copy.deepcopy(model.state_dict())
        else: waited += 1
        if waited >= 5 and not stage1: break
    if not stage1: model.load_state_dict(keep)
    return curve, not stage1


def signature(model):
    out, hooks = {}, []
    for i, m in enumerate(model):
        if isinstance(m, nn.Linear): hooks.append(m.register_forward_hook(lambda _, __, z, i=i: out.__setitem__(i, z)))
    with torch.no_grad(): model(onehot(PROBES))
    for h in hooks: h.remove()
    return {"neuron_activations": {str(i): {"neuron_profiles": {str(j): {"mean": round(m, 6), "std": round(s, 6)} for j, (m, s) in enumerate(zip(z.mean(0).tolist(), z.std(0, unbiased=False).tolist()))},
            "layer_info": {"num_neurons": z.shape[1], "num_examples": z.shape[0], "profile_methods": ["mean", "std"]}} for i, z in out.items()}}


def attempt(way):
    chosen = [p + (":" + chr(65 + rng.integers(V)) if p.endswith("_with") else "") for p in rng.choice(NAMES, rng.integers(2, 6), replace=False)]
    target, each, rows, label, src, tv = chosen[0], 1200 // len(chosen), [], [], [], []
    for i, p in enumerate(chosen + [None]):
        r = rng.choice(POOL[p][0], each) if p else negatives(chosen, False, each * len(chosen))
        rows.append(r); label.append(np.full(len(r), p is not None)); src.append(np.full(len(r), i)); tv.append(np.arange(len(r)) < len(r) // 5)
    rows, label, src, val = map(np.concatenate, (rows, label, src, tv))
    x, y = onehot(rows), torch.from_numpy(label.astype(np.float32))[:, None]
    xt, yt, xv, yv = x[~val], y[~val], x[val], y[val]
    mine = np.flatnonzero(src[~val] == 0); flip = rng.choice(mine, int(0.6 * len(mine)), replace=False)
    yc = yt.clone(); yc[flip] = 1 - yc[flip]
    width, act, layers, at = int(rng.integers(25, 41)), [nn.ReLU, nn.GELU][rng.integers(2)], [], V * L
    for _ in range(rng.integers(6, 10)): layers += [nn.Linear(at, width), act()]; at = width
    model, lr = nn.Sequential(*layers, nn.Linear(at, 1)), rng.uniform(0.002, 0.006)
    one, good = epochs(model, lr, xt, yc, xv, yv, 20, way, True)
    if not good: return None
    degraded = copy.deepcopy(model)
    two, _ = epochs(model, lr, xt, yt, xv, yv, 40, way, False)
    gain, harmed, acc = [], False, []
    with torch.no_grad():
        for p in chosen:
            xh = onehot(np.concatenate([rng.choice(POOL[p][1], 200), negatives(chosen, True, 200)])); yh = torch.arange(400) < 200
            was, now = (degraded(xh)[:, 0] > 0) == yh, (model(xh)[:, 0] > 0) == yh
            diff = now.float() - was.float(); g = diff.mean().item(); acc.append((p, was.float().mean().item(), now.float().mean().item()))
            related = p != target and not (np.any(HAS[p] & ~HAS[target]) and np.any(HAS[target] & ~HAS[p]))
            if p == target: goal = g
            elif not related: gain.append(g); harmed |= -g > 0.02 and -g > 2 * diff.std(unbiased=False).item() / 20
    if goal < 0.05 or (gain and goal < np.mean(gain) + 0.02) or harmed: return None
    W = [{"network." + k: np.round(v.numpy().astype(float), 6).tolist() for k, v in m.state_dict().items()} for m in (degraded, model)]
    S = [signature(degraded), signature(model)]
    head = f"## Model Architecture\n{model}\n\n## Model Weights\n"
    mod = head + json.dumps(W[0]) + "\n\n## Activation Signature\n" + json.dumps(S[0]) + f"\n\n## Task\nImprove the model on {target}.\n"
    cla = head + json.dumps(W[1]) + "\n\n## Activation Signature\n" + json.dumps(S[1]) + "\n\n## Task\nWhich patterns? " + ", ".join(NAMES) + "\n"
    done = [json.dumps(W[1]), ", ".join(sorted(chosen))]
    return json.dumps(dict(metadata=dict(target_pattern=target, pattern_accuracies=acc, selected_patterns=chosen), modification_prompt=mod, modification_completion=done[0],
                           modification_text=mod + done[0], classification_prompt=cla, classification_completion=done[1], classification_text=cla + done[1], degraded_signature=S[0],
                           improved_signature=S[1], degraded_model_weights=W[0], improved_model_weights=W[1], training_metrics=dict(stage1=one, stage2=two))) + "\n"


def peer(way, tmp, n, k):
    global rng
    t, valid, tries = time.process_time(), 0, 0
    with open(os.path.join(tmp, way), "w") as f:
        while valid < n:
            rng = np.random.default_rng([k, tries]); torch.manual_seed(1000 * k + tries)      # both ways draw the same attempts
            row = attempt(way); tries += 1
            if row: f.write(row); f.flush(); valid += 1
    return time.process_time() - t, valid, tries


def ours(tmp, n, seed):
    out = os.path.join(tmp, f"o{seed}"); b = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["build/interpreter_data", "run-data-gen", "--preset", "v0.1", "--length", str(n), "--seed", str(seed), "--threads", "1", "--no-tensorboard.enabled", "--quiet", "--out", out], check=True, stdout=subprocess.DEVNULL)
    e = resource.getrusage(resource.RUSAGE_CHILDREN); s = json.load(open(os.path.join(out, "stats.json")))
    return e.ru_utime + e.ru_stime - b.ru_utime - b.ru_stime, s["records"], s["attempts"]


with tempfile.TemporaryDirectory() as tmp:
    total = {"ours": np.zeros(3), "loader": np.zeros(3), "sliced": np.zeros(3)}
    n = -(-RECORDS // ROUNDS)
    attempt("sliced")                                          # PyTorch's first calls, not timed
    for k in range(ROUNDS):
        total["ours"] += ours(tmp, 20 * n, 42 + k)             # more of ours: they are short
        for way in ("sliced", "loader"): total[way] += peer(way, tmp, n, k)
        row = {"name": "interp.records", "torch": torch.__version__, "unit": "valid records per minute of processor time"}
        for k, (s, v, a) in total.items(): row[k] = dict(per_minute=round(60 * v / s, 1), ms_per_attempt=round(1e3 * s / a, 1), acceptance=round(v / a, 3), attempts=int(a))
        for k in ("loader", "sliced"):
            row["ratio_" + k] = round(row["ours"]["per_minute"] / row[k]["per_minute"], 1)
            row["ratio_attempts_" + k] = round(row[k]["ms_per_attempt"] / row["ours"]["ms_per_attempt"], 1)
        print(json.dumps(row), flush=True)                   # after each round: all so far
