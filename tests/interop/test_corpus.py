# tests/interop/test_corpus.py - checkpoints and archives as live PyTorch, safetensors and NumPy write them, through nnfmt:
# each item equal to what the library reads, or named as left out and the others equal; none wrong. The last line counts.
import collections, json, math, os, subprocess, sys, tempfile, warnings
try:
    import numpy as np, torch
    import torch.nn as nn
except ImportError as e:
    print("skip test_corpus: needs", e.name); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
warnings.filterwarnings("ignore")
nnfmt = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "nnfmt"))
os.chdir(tempfile.mkdtemp())
passed = failed = skipped = 0
def check(ok, what):
    global passed, failed
    if ok: passed += 1
    else: failed += 1; print("FAIL", what)
def run(*args):
    r = subprocess.run([nnfmt, *args], capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr

# ---- what nnfmt json prints for a value
def plain(v):
    if isinstance(v, float): return v if math.isfinite(v) else "NaN" if v != v else "Infinity" if v > 0 else "-Infinity"
    if isinstance(v, complex): return [plain(v.real), plain(v.imag)]
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    if isinstance(v, bytes): return v.decode("latin-1")
    return str(v) if isinstance(v, int) and not isinstance(v, bool) and not -2**63 <= v < 2**63 else v
def array(t):
    t = t.detach().resolve_conj().resolve_neg()
    if "float8" in str(t.dtype): t = t.view(torch.uint8)
    if t.dtype in (torch.float32, torch.float16, torch.bfloat16): return shortest(t.tolist())
    if t.dtype == torch.complex64: return shortest(torch.view_as_real(t).tolist())
    return plain(t.tolist())
def shortest(v): return [shortest(x) for x in v] if isinstance(v, list) else plain(float(str(np.float32(v))))
def numpy_plain(v): return shortest(v.tolist()) if v.dtype.newbyteorder("=") in (np.float32, np.float16) else shortest(np.stack([v.real, v.imag], -1).tolist()) if v.dtype.newbyteorder("=") == np.complex64 else plain(v.tolist())
def flat(v, name, out, left):
    if name in left or v is None: return out
    if isinstance(v, torch.Tensor): out[name] = array(v)
    elif isinstance(v, (np.ndarray, np.generic)): out[name] = numpy_plain(v)
    elif isinstance(v, dict):
        for k, x in v.items(): flat(x, f"{name}.{k}" if name else str(k), out, left)
    elif isinstance(v, (list, tuple, set, frozenset)):
        v = list(v); kinds = {type(x) for x in v}
        if v and (kinds <= {int, float} or kinds == {bool}) and all(isinstance(x, float) or -2**63 <= x < 2**63 for x in v) and not (float in kinds and any(isinstance(x, int) and abs(x) > 2**53 for x in v)):
            out[name] = plain([float(x) for x in v] if float in kinds else v)
        else:
            for i, x in enumerate(v): flat(x, f"{name}.{i}" if name else str(i), out, left)
    elif isinstance(v, (torch.dtype, torch.device)): out[name] = str(v)
    else: out[name] = plain(v)
    return out
def same(a, b):
    return type(a) is type(b) and (a == b if not isinstance(a, (list, dict)) else
        len(a) == len(b) and all(same(x, y) for x, y in zip(a, b)) if isinstance(a, list) else
        list(a) == list(b) and all(same(a[k], b[k]) for k in a))
def corpus(what, value, left=(), again=True, path=None, extra=(), **save):
    p = path or "c.pth"
    if not path: torch.save(value, p, **save)
    rc, out, err = run("json", p)
    if rc: return check(False, f"{what}: {err.strip()}")
    got, want = json.loads(out), flat(value, "", {}, set(left))
    if "" in want: want = {"tensor": want[""]}
    for k in extra: got.pop(k, None)
    check(same(got, want), f"{what}: {str(got)[:300]} for {str(want)[:300]}")
    for name in left: check(f"left out: {name}: " in err, f"{what}: '{name}' is not named: {err.strip()}")
    check(bool(left) or not err, f"{what}: {err.strip()}")
    rc, out, err = run("check", p)
    check(rc == (1 if left else 0), f"{what}: check says {rc}: {out.strip()} {err.strip()}")
    if again and not left:                               # written again: as nested, with the same values and types
        rc, out, err = run("convert", "--overwrite", p, "again.pth")
        if rc: return check(False, f"{what}: again: {err.strip()}")
        v = torch.load("again.pth", weights_only=True)
        check(shape(v) == shape(value), f"{what}: again: {str(shape(v))[:300]} for {str(shape(value))[:300]}")
        check(same(flat(v, "", {}, set()), flat(value, "", {}, set())), f"{what}: again: other values")
def shape(v):                                            # the nesting and the types
    if isinstance(v, torch.Tensor): return ("tensor", str(v.dtype), tuple(v.shape))
    if isinstance(v, dict): return {k: shape(x) for k, x in v.items()}
    if isinstance(v, (list, tuple, set)): return ("tuple" if isinstance(v, tuple) else "list", [shape(x) for x in v])   # torch.Size is a tuple
    if isinstance(v, (np.ndarray,)): return ("tensor", str(torch.from_numpy(v).dtype), v.shape)
    return float if isinstance(v, np.floating) else int if isinstance(v, np.integer) else type(v)

torch.manual_seed(1)
# ---- state dicts
nets = dict(linear=nn.Linear(3, 2), conv=nn.Conv2d(2, 3, 3), norm=nn.BatchNorm1d(4), embedding=nn.Embedding(5, 3), lstm=nn.LSTM(3, 4, 2),
            attention=nn.MultiheadAttention(4, 2), deep=nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.LayerNorm(2)),
            listed=nn.ParameterList([nn.Parameter(torch.randn(2)) for _ in range(3)]))
for name, m in nets.items():
    corpus(name, m.state_dict()); corpus(name + ", legacy", m.state_dict(), _use_new_zipfile_serialization=False)
corpus("ddp", {"module." + k: v for k, v in nets["deep"].state_dict().items()})
tied = nn.Linear(3, 3); tied.other = nn.Linear(3, 3); tied.other.weight = tied.weight
corpus("tied weights", tied.state_dict())
# ---- checkpoints
def trained(opt, **kw):
    m = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)); o = opt(m.parameters(), lr=1e-3, **kw)
    for _ in range(3): o.zero_grad(); m(torch.randn(5, 3)).pow(2).sum().backward(); o.step()
    return m, o
for opt, kw in ((torch.optim.Adam, {}), (torch.optim.SGD, dict(momentum=0.9)), (torch.optim.SGD, {}), (torch.optim.AdamW, dict(amsgrad=True)), (torch.optim.RMSprop, {})):
    m, o = trained(opt, **kw); s = torch.optim.lr_scheduler.StepLR(o, 2)
    ck = dict(model=m.state_dict(), optimizer=o.state_dict(), epoch=3, loss=0.25, losses=[0.5, 0.25], best=None, note="h\u00e9llo", flag=True)
    corpus(opt.__name__, ck)
    o2 = trained(opt, **kw)[1]; run("convert", "--overwrite", "c.pth", "again.pth")
    try: o2.load_state_dict(torch.load("again.pth", weights_only=True)["optimizer"]); ok = same(flat(o2.state_dict(), "", {}, set()), flat(o.state_dict(), "", {}, set()))
    except Exception as e: ok = False; print(repr(e))
    check(ok, f"{opt.__name__}: the optimizer survives")
corpus("scheduler", dict(model=nets["linear"].state_dict(), best=torch.tensor(0.5), ema=[torch.ones(2), torch.zeros(3)], empty={}, none=[]))
corpus("tuples", dict(betas=(0.9, 0.999), eps=[1e-8, 1], one=(1,), none=(), empty=[], nest=((1, 2), [3, (4.5, 6)], ("a", (), [], {}, None, [(), []])), flags=(True, False), mixed=(1, 0.5, 2), size=torch.Size([2, 3]),
       nosize=torch.Size([]), t=(torch.ones(2), [torch.zeros(1)]), state={0: (1, 2)}, pair=[("x", 1), ("y", 2.5)], odd=(1, True), wide=[2**53 + 1, 0.5], huge=(2**70, 1)))
for v in ((), (1,), (1, 2.5), ("a",), ((),), ([],), [()], (torch.ones(2),), (True, False), [1, 2.5], (None,), ((1, 2), (3, 4))): corpus(f"the whole is {v}", v)
torch.save(dict(s=np.array([[["a", "b"], ["c", "d"]], [["e", "f"], ["g", "h"]]]), e=np.zeros((2, 0), "U1"), o=np.array(["x"])), "text.pth"); run("convert", "--overwrite", "text.pth", "again.pth")
check(torch.load("again.pth") == dict(s=[[["a", "b"], ["c", "d"]], [["e", "f"], ["g", "h"]]], e=[], o=["x"]), f"NumPy's text as lists in lists {torch.load('again.pth')}")
corpus("sets", dict(s={1, 2}, f=frozenset(["a"])), again=False)
corpus("scaler", dict(scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, _growth_tracker=0))
corpus("random states", dict(cpu=torch.get_rng_state(), seed=2**63 + 5, low=-2**63 - 1, huge=10**60, edge=2**63 - 1, floor=-2**63))
# ---- kinds of values
for t in (torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool, torch.complex64, torch.complex128):
    corpus(str(t), dict(a=torch.tensor([0, 1, 1, 0]).to(t), z=torch.zeros(0, 2, dtype=t), s=torch.tensor(1).to(t)))
x = torch.tensor([1 + 2j, 3 - 1j])
corpus("conj view", dict(a=x.conj(), c=x.clone())); corpus("neg view", dict(b=x.conj().imag))
big = torch.arange(24.).reshape(4, 6)
corpus("views of one storage", dict(a=big, b=big[1:3, ::2], c=big.t(), d=big[2], e=big[0, 0].expand(3)))
corpus("non-finite", dict(a=torch.tensor([float("inf"), float("nan"), -0.0, 5e-324], dtype=torch.float64), b=float("inf")))
corpus("a bare tensor", torch.arange(3)); corpus("a bare list", [1, 2, 3]); corpus("a number", 5)
corpus("integer keys", {0: torch.ones(1), 7: torch.zeros(1)}); corpus("mixed list", [1, "a", torch.ones(2), None, {"b": 1}])
corpus("parameter", dict(p=nn.Parameter(torch.ones(2)), b=nn.Buffer(torch.zeros(2)))); corpus("size", dict(s=torch.Size([2, 3]), d=torch.float16), again=False)
corpus("numpy", dict(a=np.arange(6.).reshape(2, 3), f=np.asfortranarray(np.arange(6).reshape(2, 3)), s=np.float64(0.5), i=np.int64(3), w=torch.ones(1)))
corpus("numpy, other", dict(b=np.array([True, False]), u=np.array(["a", "bc"]), e=np.arange(3, dtype=">i4"), h=np.float32(0.1)), again=False)
for t in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"):
    if not hasattr(torch, t): continue
    codes = torch.arange(256, dtype=torch.uint8).view(getattr(torch, t))
    torch.save(dict(w=codes, b=torch.ones(2)), "f8.pth")
    rc, out, err = run("json", "f8.pth")
    check(not rc and json.loads(out) == dict(w=list(range(256)), b=[1.0, 1.0]), f"{t}: {err}")
    rc, out, err = run("convert", "--overwrite", "f8.pth", "f8.npz", "--dtype", "f32")
    check(not rc and np.array_equal(np.load("f8.npz")["w"], codes.float().numpy(), equal_nan=True), f"{t} as f32: {err}")
    check(t in run("show", "f8.pth")[1], f"{t}: named by show")
# ---- what is left out and named
import argparse
corpus("Namespace", dict(args=argparse.Namespace(lr=0.1, layers=[1, 2], name="x"), w=torch.ones(2)), left=("args",), extra=("args.lr", "args.layers", "args.name"))
corpus("sparse", dict(s=torch.eye(3).to_sparse(), w=torch.ones(2)), left=("s",))
corpus("quantized", dict(q=torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), w=torch.ones(2)), left=("q",)) if hasattr(torch, "quantize_per_tensor") else None
corpus("meta", dict(m=torch.empty(3, device="meta"), w=torch.ones(2)), left=("m",))
for t in ("bits8", "bits16", "complex32", "float4_e2m1fn_x2", "quint8", "qint32"):   # dtypes that are not ours
    if hasattr(torch, t): corpus(t, dict(x=torch.zeros(16, dtype=torch.uint8).view(getattr(torch, t)), w=torch.ones(2)), left=("x",))
corpus("object array", dict(o=np.array([1, "a", None], dtype=object), w=torch.ones(2)), left=("o",))
corpus("nested", dict(n=torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]), w=torch.ones(2)), left=("n",))
corpus("a date", dict(d=__import__("datetime").datetime(2024, 1, 1), w=torch.ones(2)), left=("d",))
t = torch.ones(2); t.mark = 3
corpus("tensor attributes", dict(t=t, w=torch.zeros(1)), again=False)
torch.save(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), "module.pth")
rc, out, err = run("json", "module.pth")
w = torch.load("module.pth", weights_only=False)
check(not rc and json.loads(out).get("_modules.0._parameters.weight") == array(w[0].weight) and "torch.nn.modules.container.Sequential" in err, f"a whole module: {err[:200]}")
check(run("check", "module.pth")[0] == 1, "a whole module: check refuses")
try: torch.jit.script(nn.Sequential(nn.Linear(2, 2))).save("script.pt"); rc, out, err = run("json", "script.pt"); sd = torch.jit.load("script.pt").state_dict()
except Exception as e: rc = None; skipped += 1; print("skip TorchScript:", e)
if rc is not None:
    got = json.loads(out) if rc == 0 else {}
    check(all(array(v) in got.values() for v in sd.values()) and "left out" in err, f"TorchScript: {err[:200]} {list(got)}")
# TorchScript keeps what its code uses in constants.pkl, with storages of its own: of a frozen module all weights
try:
    m = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)).eval(); torch.jit.freeze(torch.jit.script(m)).save("frozen.pt"); ran = True
except Exception as e: ran = False; skipped += 1; print("skip TorchScript, frozen:", e)
if ran:
    rc, out, err = run("json", "frozen.pt"); got = json.loads(out) if rc == 0 else {}
    check(all(any(same(array(v), x) for k, x in got.items() if k.startswith("constants.")) for v in m.state_dict().values()), f"TorchScript, frozen: {list(got)} {err[:200]}")
    v = torch.tensor([1.5, 2.5, 3.5], dtype=torch.float64)
    torch.jit.trace(lambda x: x + v, torch.ones(3)).save("traced.pt")
    rc, out, err = run("json", "traced.pt", "constants.0"); check(rc == 0 and json.loads(out) == v.tolist(), f"TorchScript, traced: {out} {err}")
    rc, out, err = run("convert", "--overwrite", "frozen.pt", "frozen.safetensors"); check(rc == 0, f"TorchScript into safetensors: {err[:200]}")
    rc, out, err = run("diff", "--only", "constants.*", "frozen.pt", "frozen.safetensors"); check(rc == 0, f"TorchScript beside its safetensors: {out} {err[:200]}")
    check(run("check", "frozen.pt")[0] == 1, "TorchScript: check refuses")
# ---- safetensors: every dtype of the library
try:
    import safetensors.torch as st
    for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool,
              torch.complex64, *[getattr(torch, n) for n in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu") if hasattr(torch, n)]):
        v = dict(a=torch.tensor([0., 1., 1., 0.]).to(t) if "e8m0" not in str(t) else torch.tensor([1., 2.]).to(t), b=torch.ones(2))
        try: st.save_file(v, "a.safetensors")
        except Exception as e: skipped += 1; print("skip safetensors", t, repr(e)[:80]); continue
        rc, out, err = run("json", "a.safetensors")
        got = json.loads(out) if rc == 0 else {}
        check(set(got) == set(v) and all(same(got[k], array(x)) for k, x in v.items()), f"safetensors {t}: {out[:200]} {err}")
        check(run("check", "a.safetensors")[0] == 0, f"safetensors {t}: check")
except ImportError: skipped += 1; print("skip safetensors: not installed")
# ---- npz: what np.savez takes
kinds = ["?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d", "F", "D", "U3", "S3", ">h", ">i", ">q", ">e", ">f", ">d", ">F", ">D", ">U2", "g", "G", "M8[s]", "m8[D]", "V4", "O",
         [("a", "f4"), ("b", "i8")], [("x", "f4", (2,))], "U0", "S0", "<u2", ">u4", "=f4"]
unread = {"g", "G", "V4", "O"}
def by_field(name, v):                                   # what a structured array or dates become
    if v.dtype.names: return {k: x for f in v.dtype.names for k, x in by_field(f"{name}.{f}" if name else f, v[f]).items()}
    return {name or "array": numpy_plain(v.astype(np.int64) if v.dtype.kind in "mM" else v)}
a = {f"k{i}": np.zeros(3, dtype=k) if k in ("M8[s]", "m8[D]", "V4", "O") or isinstance(k, list) else np.array([0, 1, 1]).astype(k) for i, k in enumerate(kinds)}
np.savez("a.npz", **a)
rc, out, err = run("json", "a.npz")
got = json.loads(out) if rc == 0 else {}
for i, k in enumerate(kinds):
    n = f"k{i}"
    if isinstance(k, list) or k[:2] in ("M8", "m8"):
        want = by_field(n, a[n])
        check(all(same(got.get(x), y) for x, y in want.items()) and f"left out: {n}" not in err, f"npz {k}: {err[:300]}")
    elif k in unread: check(n not in got and f"left out: {n}.npy: " in err, f"npz {k}: not named: {err[:300]}")
    else: check(n in got and same(got[n], numpy_plain(a[n])), f"npz {k}: {got.get(n)} for {numpy_plain(a[n])}")
# ---- structured arrays by field: random ones of NumPy's own layouts (packed, aligned, gaps, either byte order, nested), C and Fortran
rng = np.random.default_rng(11)
def field_type(depth):
    k = rng.integers(0, 12 if depth < 3 else 11)
    t = "?bBhHiIqefd"[k] if k < 11 else struct_type(depth + 1)
    if k < 11 and rng.random() < 0.2: t = ["U3", "S4", "M8[ms]", "m8[h]", "F", "D", "U0"][rng.integers(0, 7)]
    return np.dtype(t).newbyteorder(">") if rng.random() < 0.3 else np.dtype(t)
def struct_type(depth=0):
    fields = [(f"f{i}", field_type(depth), *([tuple(rng.integers(1, 3, rng.integers(1, 3)).tolist())] if rng.random() < 0.25 else [])) for i in range(rng.integers(1, 5))]
    t = np.dtype(fields, align=bool(rng.random() < 0.4))
    return t[[n for n in t.names if n != "f1"]] if len(t.names) > 2 and rng.random() < 0.3 else t      # a gap where f1 was
def fill_in(v):
    for f in v.dtype.names:
        if v.dtype[f].base.names: fill_in(v[f])
        elif v[f].dtype.kind in "US": v[f] = np.array(["a", "", "bc", "xyz"])[rng.integers(0, 4, v[f].shape)].astype(v[f].dtype)
        elif v[f].dtype.kind in "mM": v[f] = rng.integers(-2**40, 2**40, v[f].shape).astype(v[f].dtype.newbyteorder("="))
        elif v[f].dtype.kind == "c": v[f] = rng.standard_normal(v[f].shape) + 1j * rng.standard_normal(v[f].shape)
        else: v[f] = rng.integers(0, 2 if v[f].dtype.kind == "b" else 100, v[f].shape)
for i in range(60):
    shape = [(), (3,), (2, 3), (0,), (2, 1, 2)][i % 5]
    v = np.zeros(shape, struct_type()); fill_in(v)
    if i % 2: v = np.asfortranarray(v)
    try: np.save("s.npy", v); np.savez_compressed("s.npz", k=v, w=np.ones(2))
    except ValueError: continue
    for f, name in (("s.npy", ""), ("s.npz", "k")):
        rc, out, err = run("json", f); got = json.loads(out) if rc == 0 else {}; got.pop("w", None)
        want = by_field(name, v)
        check(not err and list(got) == list(want) and all(same(got[x], y) for x, y in want.items()), f"structured {v.dtype.descr} {shape} in {f}: {str(got)[:200]} for {str(want)[:200]} {err}")
        check(run("check", f)[0] == 0, f"structured {v.dtype.descr}: check")
v = np.zeros(2, [("t", "M8[ns]"), ("x", ">f4"), ("g", "g"), ("p", [("a", "i2")])]); v["t"] = ["2024-01-01", "NaT"]; v["x"] = [1, 2]
np.savez("s.npz", k=v, d=np.array(["2024-02-03"], "M8[D]"))
rc, out, err = run("convert", "--overwrite", "s.npz", "s2.npz"); got = dict(np.load("s2.npz")) if rc == 0 else {}
check(list(got) == ["k.t", "k.x", "k.p.a", "d"] and np.array_equal(got["k.t"].view("M8[ns]"), v["t"], equal_nan=True) and got["d"].view("M8[D]")[0] == np.datetime64("2024-02-03"), f"structured, converted: {list(got)} {err}")
check("'k.t' is written as numbers, the counts of datetime64[ns]" in err and "left out: k.g: floats of this width" in err, f"structured, converted: {err}")
check("datetime64[D]" in run("show", "s.npz")[1] and run("check", "s.npz")[0] == 1, "structured: show and check")
check(run("json", "s.npz", "k.x")[1] == "[1.0,2.0]\n", "structured: one field by name")
np.savez("s3.npz", d=np.array(["2024-02-03"], "M8[s]")); check(run("diff", "--only", "d", "s.npz", "s3.npz")[0] == 1, "dates of other units differ")
check(run("diff", "--only", "d,k.*", "s.npz", "s2.npz")[0] == 2 and run("diff", "s.npz", "s2.npz")[0] == 2, "what is not read cannot be equal")
check(run("diff", "--only", "d,k.[txp]*", "s.npz", "s2.npz")[0] == 0, "a structured array and its fields are equal")
# ---- more than 8 dimensions: named, the others read; an array without a name stays itself
nine = np.zeros((1,) * 9); np.savez("nine.npz", a=nine, b=np.ones(2)); torch.save(dict(a=torch.zeros((1,) * 9), b=torch.ones(2)), "nine.pth")
import safetensors.numpy as sn, struct, zipfile
sn.save_file(dict(a=nine.astype("f4"), b=np.ones(2, "f4")), "nine.safetensors")
torch.save(dict(a=torch.zeros((1,) * 9), b=torch.ones(2)), "nine_old.pth", _use_new_zipfile_serialization=False)
h = open("nine.safetensors", "rb").read(); h = h[8:].replace(b'"F32","shape":[1,1,1,1,1,1,1,1,1]', b'"I32F32","shape":[2]'); n = h.index(b"}}") + 2
open("odd.safetensors", "wb").write(struct.pack("<Q", n) + h[:n] + h[-12:])
with zipfile.ZipFile("bzip2.npz", "w") as z:             # np.load reads it, by the zipfile module
    for k, how in (("a", zipfile.ZIP_BZIP2), ("b", zipfile.ZIP_STORED)):
        np.save("m.npy", np.ones(2)); z.write("m.npy", k + ".npy", how)
for f, why in (("nine.npz", "left out: a.npy: byte 10: expected at most 8 dimensions"), ("nine.pth", "left out: a: a tensor of more than"),
               ("nine_old.pth", "left out: a: a tensor of more than"), ("nine.safetensors", "left out: a: F32 of 9 dimensions, 8 at most are read: 4 bytes from byte "),
               ("odd.safetensors", "left out: a: dtype 'I32F32' is not known: 4 bytes from byte "), ("bzip2.npz", "left out: a.npy: bzip2.npz: byte 0: expected method")):
    rc, out, err = run("json", f); check(rc == 0 and json.loads(out) == dict(b=[1.0, 1.0]) and why in err, f"{f}: {out} {err}")
    check(run("convert", "--overwrite", f, "nine_out.npz")[0] == 0 and run("convert", "--strict", "--overwrite", f, "nine_out.npz")[0] == 1, f"{f}: --strict refuses")
    check(run("check", f)[0] == 1, f"{f}: check refuses")
np.savez("nameless.npz", **{"": np.arange(3), "b": np.ones(2)})
rc, out, err = run("convert", "--overwrite", "nameless.npz", "nameless2.npz"); got = dict(np.load("nameless2.npz")) if rc == 0 else {}
check(list(got) == ["", "b"] and got[""].tolist() == [0, 1, 2], f"an array without a name: {list(got)} {err}")
# ---- object arrays of str come as text, other objects never; the allocator, dates and all else stay refused
o = dict(s=np.array(["a", "h\u00e9llo \U0001F600", ""], dtype=object), t=np.array([["x", "yy"], ["z", "w"]], dtype=object), e=np.array([], dtype=object), n=np.array(["a", None], dtype=object), w=np.ones(2))
np.savez("o.npz", **o)
rc, out, err = run("json", "o.npz"); got = json.loads(out) if rc == 0 else {}
check(got == {k: v.tolist() for k, v in o.items() if k != "n"} and "left out: n.npy: " in err, f"object arrays: {got} {err}")
np.save("o.npy", o["t"], allow_pickle=True)
rc, out, err = run("json", "o.npy"); check(rc == 0 and json.loads(out) == o["t"].tolist(), f"object array in a .npy: {out} {err}")
check(run("check", "o.npy")[0] == 1, "object arrays: check refuses")
rc, out, err = run("convert", "--overwrite", "o.npz", "o2.npz"); check(rc == 0 and np.load("o2.npz")["s"].tolist() == o["s"].tolist(), f"object arrays: converted {err}")
# ---- byte strings that are no utf-8: as hex or latin-1; Python's keep their NULs, NumPy's have none at the end
b = dict(z=b"\xff\x00\x00", a=b"abc", e=b"", l=[b"x", b"\xff"], w=torch.ones(1))
torch.save(b, "b.pth")
v = np.array([[b"ab\x00c", b"\xff\xfe"], [b"", b"a\x00"]]); np.savez("b.npz", v=v, f=np.asfortranarray(v), e=np.zeros((0, 2), "S3"), n=np.zeros(2, "S0"))
for how, text in (("hex", bytes.hex), ("latin-1", lambda x: x.decode("latin-1"))):
    rc, out, err = run("json", "--bytes", how, "b.pth"); got = json.loads(out) if rc == 0 else {}
    want = {"z": text(b["z"]) if how == "hex" else "\xff", "a": text(b"abc"), "e": "", "l.0": text(b"x"), "l.1": text(b"\xff"), "w": [1.0]}
    check(got == want and not err, f"bytes as {how}: {got} {err}")
    rc, out, err = run("json", "--bytes", how, "b.npz"); got = json.loads(out) if rc == 0 else {}
    want = [[text(x) for x in row] for row in v.tolist()]
    check(got == dict(v=want, f=want, e=[], n=["", ""]), f"S arrays as {how}: {got} {err}")
    rc, out, err = run("convert", "--overwrite", "--bytes", how, "b.npz", "b2.npz"); got = dict(np.load("b2.npz")) if rc == 0 else {}
    check(got and got["f"].tolist() == want and got["e"].shape == (0, 2), f"S arrays as {how}, converted: {err}")
check(run("check", "b.pth")[0] == 0, "bytes: check")
# ---- safetensors in several files as huggingface_hub saves a state dict, with the metadata of one in one
try:
    from huggingface_hub import save_torch_state_dict
    from safetensors.torch import load_file
    torch.manual_seed(5)
    state = {f"layers.{i}.{k}": torch.randn(6, 5).to(dt) for i in range(7) for k, dt in (("weight", torch.float32), ("bias", torch.bfloat16), ("ids", torch.int64))}
    os.mkdir("shards"); save_torch_state_dict(state, "shards", max_shard_size=700)
    index = "shards/model.safetensors.index.json"
    files = sorted(set(json.load(open(index))["weight_map"].values()))
    want = {k: array(v) for f in files for k, v in load_file("shards/" + f).items()}
    check(len(files) > 3 and set(want) == set(state), f"shards: {len(files)} files")
    rc, out, err = run("json", "--as", "shards", index); got = json.loads(out) if rc == 0 else {}
    check({k: v for k, v in got.items() if k != "__metadata__"} == want and not err, f"shards: {err} {out[:200]}")
    rc, out, err = run("show", index); check(f"{len(state)} entries in {len(files)} files" in out, f"shards: show {out[:200]} {err}")
    check(run("check", index)[0] == 0, "shards: check")
    rc, out, err = run("convert", index, "one.safetensors"); one = load_file("one.safetensors") if rc == 0 else {}
    check(set(one) == set(state) and all(torch.equal(one[k], v) and one[k].dtype == v.dtype for k, v in state.items()), f"shards: converted {err}")
    check(run("diff", index, "one.safetensors")[:2] == (0, ""), "shards: diff")
    os.remove("shards/" + files[2])
    rc, out, err = run("check", index); check(rc == 1 and files[2] in out, f"shards: a missing one {out}")
except ImportError as e: skipped += 1; print("skip shards: needs", e.name)
# ---- foreign items of an npz: json and diff go on with the rest
np.savez("foreign.npz", x=np.arange(3), bad=np.array([b"ok", b"\xff\xfe"]), good=np.array([b"\xc3\xa9"]), mix=np.array([1, "a"], dtype=object), empty=np.zeros(0, "S3"))
np.savez("foreign2.npz", x=np.array([0, 5, 2]), bad=np.array([b"ok", b"\xff\xfe"]), good=np.array([b"\xc3\xa9"]), mix=np.array([1, "a"], dtype=object), empty=np.zeros(0, "S3"))
np.savez("whole.npz", x=np.arange(3), bad=np.array([b"ok", b"\xff\xfe"]), good=np.array([b"\xc3\xa9"]), empty=np.zeros(0, "S3"))
rc, out, err = run("json", "foreign.npz")
check(rc == 0 and json.loads(out) == dict(x=[0, 1, 2], good=["\u00e9"], empty=[]) and "'bad' is left out: no UTF-8 in element 1 (--bytes has it)" in err and "left out: mix.npy: " in err, f"foreign: json {rc} {out} {err}")
rc, out, err = run("json", "--bytes", "hex", "foreign.npz"); check(rc == 0 and json.loads(out)["bad"] == ["6f6b", "fffe"], f"foreign: hex {out} {err}")
rc, out, err = run("json", "foreign.npz", "bad"); check(rc == 1 and "'bad': element 1: a string is not valid utf-8: --bytes hex or latin-1 takes it" in err, f"foreign: bad {err}")
rc, out, err = run("diff", "foreign.npz", "foreign2.npz"); check(rc == 1 and out == "x: 1 of 3 elements differ, the first at 1, worst by 4.0\n" and err.count("left out: mix.npy: ") == 2, f"foreign: diff {rc} {out} {err}")
rc, out, err = run("diff", "foreign.npz", "foreign.npz"); check(rc == 2 and out == "" and "no difference in what was read" in err, f"foreign: diff, the same {rc} {out} {err}")
rc, out, err = run("diff", "foreign.npz", "whole.npz"); check(rc == 2 and out == "" and err.count("left out: ") == 1, f"foreign: diff, one whole {rc} {out} {err}")
# ---- show --values all: standard deviation, zeros, bins and first values beside NumPy's
r = np.random.default_rng(8)
v = dict(f4=r.normal(size=(300, 7)).astype("f4"), f8=np.asfortranarray(r.exponential(size=(40, 30))), i4=r.integers(-5, 6, 999, dtype="i4"), u1=r.integers(0, 256, 5000, dtype="u1"), b=r.random(77) < 0.3,
         one=np.full(9, 2.5), c8=(r.normal(size=50) + 1j * r.normal(size=50)).astype("c8"), f2=np.round(r.normal(size=600), 1).astype("f2"), big=np.zeros(700000), step=np.arange(0, 3, 0.1), nan=np.array([np.nan, 0, 1, 2, 0]))
v["big"][r.integers(0, 700000, 5000)] = 3
np.savez("v.npz", **v); np.savez_compressed("vz.npz", **v)
for f in ("v.npz", "vz.npz"):
    rc, out, err = run("show", "--values", "all", f); lines = out.split("\n")
    check(rc == 0 and not err, f"values: {err}")
    for k, x in v.items():
        at = [i for i, l in enumerate(lines) if l.split()[:1] == [k]]
        w = lines[at[0] + 1].split() if at else []
        y = x.ravel(); y = y[~np.isnan(y)]; y = np.abs(y.astype("c16")) if y.dtype.kind == "c" else y.astype("f8")
        want = ["zeros", str(int((y == 0).sum())), "bins"] + [str(n) for n in np.histogram(y, 10)[0]]
        check(w[:1] == ["std"] and abs(float(w[1]) - y.std()) <= 1e-8 * (1 + y.std()) and w[2:15] == want, f"values of {k} in {f}: {w} for {y.std()} {want}")
        if x.dtype.kind == "f": check(w[15:] == ["first"] + [("nan" if t != t else repr(float(str(np.float32(t) if k == "f2" else t)))) for t in x.ravel()[:4]], f"first of {k}: {w[15:]}")
# ---- TensorBoard: what SummaryWriter writes of a histogram and an image
try:
    from torch.utils.tensorboard import SummaryWriter
    w = SummaryWriter("tb"); w.add_histogram("h", np.arange(10.), 1); w.add_image("i", np.zeros((3, 2, 4)), 1); w.close()
    rc, out, err = run("json", os.path.join("tb", os.listdir("tb")[0]))
    ev = {e.get("tag"): e for e in json.loads(out)} if rc == 0 else {}
    h = ev.get("h", {})
    check([h.get(k) for k in ("min", "max", "num", "sum", "sum_squares")] == [0.0, 9.0, 10.0, 45.0, 285.0] and sum(b[2] for b in h["bins"]) == 10, f"tfevents: histogram {str(h)[:200]} {err}")
    check((ev["i"]["width"], ev["i"]["height"]) == (4, 2), "tfevents: image")
    # a damaged tail: the records before it, and where it broke
    w = SummaryWriter("tb2"); [w.add_scalar("a", i, i) for i in range(5)]; w.close()
    b = open(os.path.join("tb2", os.listdir("tb2")[0]), "rb").read()
    open("cut.tfevents", "wb").write(b[:-5]); open("flip.tfevents", "wb").write(b[:-20] + bytes([b[-20] ^ 1]) + b[-19:])
    for f, st, why in (("cut.tfevents", 0, ": a record is cut short: what stands before it is read"), ("flip.tfevents", 1, ": checksum of a record differs")):
        rc, out, err = run("json", f)
        check(rc == st and [e.get("value") for e in json.loads(out) if e["kind"] == "scalar"] == [0.0, 1.0, 2.0, 3.0] and f"{f}: byte " in err and why in err, f"{f}: {rc} {out[-100:]} {err}")
        rc, out, err = run("show", f); check(rc == st and "step 3 value 3.0" in out and why in err, f"{f}: show {err}")
except ImportError: skipped += 1; print("skip tfevents: needs tensorboard")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0)
