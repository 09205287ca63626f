# tests/interop/test_show.py - nnfmt show: tree, totals, ties and values beside live PyTorch and NumPy. The last line counts.
import json, math, os, re, subprocess, sys, tempfile, warnings
try:
    import numpy as np, torch
    import torch.nn as nn
except ImportError as e:
    print("skip test_show: needs", e.name); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
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

# ---- a model with 12 equal layers, a tied head, its optimizer: names, totals and ties as torch has them
class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.ln, self.attn = nn.LayerNorm(d), nn.Linear(d, 3 * d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.h, self.head = nn.Embedding(50, 8), nn.ModuleList(Block(8) for _ in range(12)), nn.Linear(8, 50, bias=False)
        self.head.weight = self.wte.weight
torch.manual_seed(3)
m = Model(); opt = torch.optim.Adam(m.parameters())
sum((p * p).sum() for p in m.parameters()).backward(); opt.step()
state = m.state_dict()
torch.save(state, "m.pth"); torch.save(state, "old.pth", _use_new_zipfile_serialization=False)
torch.save({"model": state, "optimizer": opt.state_dict(), "epoch": 3}, "ck.pth")
def storage(t): return t.untyped_storage().data_ptr()
def leaves(parts, before=""):
    for p in parts:
        times = p.get("repeats", 1)
        for q in leaves(p["parts"]) if "parts" in p else [(None, None, 1)]:
            yield p["name"] + ("." + q[0] if q[0] else ""), q[1] or (p.get("dtype"), p.get("shape"), p["values"]), times * q[2]
def expand(name):
    k = re.search(r"\{(\d+)\.\.(\d+)(?:\.\.(\d+))?\}", name)
    if not k: return [name]
    return [n for i in range(int(k[1]), int(k[2]) + 1, int(k[3] or 1)) for n in expand(name[:k.start()] + str(i) + name[k.end():])]
for f in ("m.pth", "old.pth"):
    rc, out, err = run("show", "--json", f); doc = json.loads(out) if rc == 0 else {}
    check(rc == 0 and not err and [e["name"] for e in doc["entries"]] == list(state), f"{f}: names {err}")
    first = {}
    for e in doc["entries"]:
        t = state[e["name"]]
        lead = first.setdefault(storage(t), e["name"])
        check((e["shape"], e["values"], e["bytes"]) == (list(t.shape), t.numel(), t.numel() * t.element_size()), f"{f}: {e}")
        check([e["min"], e["max"]] == [float(str(np.float32(t.min()))), float(str(np.float32(t.max())))] and abs(e["mean"] - t.double().mean().item()) < 1e-9, f"{f}: range {e}")
        check(e.get("tied_to", e.get("in_storage_of")) == (None if lead == e["name"] else lead), f"{f}: tie {e}")
    total = doc["total"]
    check((total["tensors"], total["values"], total["bytes"]) == (len(state), sum(t.numel() for t in state.values()), sum(t.numel() * t.element_size() for t in state.values())), f"{f}: {total}")
    names = [n for name, _, _ in leaves(doc["tree"]) for n in expand(name)]
    check(sorted(names) == sorted(state) and any("h.{0..11}" in name for name, _, _ in leaves(doc["tree"])), f"{f}: tree {names[:9]}")
    check(all(list(state[n].shape) == kind[1] for name, kind, _ in leaves(doc["tree"]) for n in expand(name)), f"{f}: shapes of the tree")
    rc, out, err = run("show", f)
    row = [l for l in out.split("\n") if l.split()[:2] == ["weight", "f32"] and "[24,8]" in l]
    w = torch.stack([state[f"h.{i}.attn.weight"] for i in range(12)])
    check(len(row) == 1 and f"min {str(np.float32(w.min()))} " in row[0] and f"max {str(np.float32(w.max()))}" in row[0], f"{f}: range of twelve layers {row}")
    bare = sum(p.numel() for p in m.parameters()) * 4          # torch counts what is tied once
    if f == "m.pth": check(total["bytes"] - total["tied_bytes"] == bare, f"{f}: tied {total} {bare}")
rc, out, err = run("show", "--depth", "1", "ck.pth")
check([l.split()[0] for l in out.split("\n")[1:-1]] == ["model", "optimizer", "epoch", "in"], f"depth 1: {out}")
check(f"{sum(v.numel() for v in state.values())} values" in out.split("\n")[1], f"depth 1: {out}")
rc, out, err = run("show", "--flat", "m.pth"); check([l.split()[0] for l in out.split("\n")[1:-2]] == list(state), "flat")
# ---- 11 layers whose names a file sorts as text: 0, 1, 10, 2, ..
try:
    from safetensors.torch import save_file
    save_file({f"l.{i}.w": torch.full((2,), float(i)) for i in range(11)} | {"l.norm": torch.ones(2)}, "s.safetensors", metadata={"format": "pt"})
    rc, out, err = run("show", "s.safetensors"); lines = out.split("\n")
    check(lines[2].split() == "{0..10}.w x 11 f32 [2] min 0.0 mean 5.0 max 10.0".split() and lines[3].split()[0] == "norm", f"order: {out}")
    check(json.loads(run("show", "--json", "s.safetensors")[1])["metadata"] == {"format": "pt"}, "metadata")
except ImportError as e: skipped += 1; print("skip safetensors: needs", e.name)
# ---- values as JSON beside NumPy's; integers exactly
r = np.random.default_rng(4)
v = dict(f4=r.normal(size=(30, 7)).astype("f4"), u8=np.array([2**64 - 1, 3], "u8"), i8=np.array([-2**63, 2**63 - 1]), c16=r.normal(size=9) + 1j, nan=np.array([np.nan, np.inf, 1, 0]), none=np.zeros((0, 3)), b=np.array([True, False]))
np.savez("v.npz", **v)
rc, out, err = run("show", "--json", "--values", "all", "v.npz"); e = {x["name"]: x for x in json.loads(out)["entries"]}
check((e["u8"]["min"], e["u8"]["max"], e["i8"]["min"], e["i8"]["max"]) == (3, 2**64 - 1, -2**63, 2**63 - 1) and e["i8"]["first"] == v["i8"].tolist(), f"integers {out}")
check(abs(e["f4"]["std"] - v["f4"].astype("f8").std()) < 1e-9 and e["f4"]["bins"]["counts"] == np.histogram(v["f4"].astype("f8"), 10)[0].tolist(), "std, bins")
check(np.allclose(e["f4"]["bins"]["edges"], np.histogram_bin_edges(v["f4"].astype("f8"), 10), rtol=1e-15), "edges")
check((e["nan"]["nan"], e["nan"]["inf"], e["nan"]["zeros"], e["nan"]["max"]) == (1, 1, 1, "Infinity") and "bins" not in e["nan"], f"nan {e['nan']}")
check(abs(e["c16"]["abs_max"] - np.abs(v["c16"]).max()) < 1e-12 and "min" not in e["none"], "complex, empty")
# ---- parts of arrays as NumPy indexes them, in any order of storage
g = np.random.default_rng(6)
for n in range(200):
    shape = tuple(int(x) for x in g.integers(0 if n % 7 == 0 else 1, 6, g.integers(1, 5)))
    x = g.integers(-99, 99, shape).astype(["i4", "f4", "u8", "f8", "i1"][n % 5] if n % 5 != 2 else "i8")
    (np.save if n % 3 else lambda f, v: np.savez_compressed("p.npz", array=v))("p.npy", np.asfortranarray(x) if n % 2 else x)
    f = "p.npy" if n % 3 else "p.npz"
    words, index = [], []
    for size in shape[:g.integers(0, len(shape)) + 1]:
        if size and g.random() < 0.3: i = int(g.integers(-size, size)); words.append(str(i)); index.append(i); continue
        a, b, c = (None if g.random() < 0.4 else int(g.integers(lo, hi)) for lo, hi in ((-8, 8), (-8, 8), (1, 4)))
        words.append(f"{'' if a is None else a}:{'' if b is None else b}" + ("" if c is None else f":{c}")); index.append(slice(a, b, c))
    if g.random() < 0.2: k = int(g.integers(0, len(words) + 1)); words.insert(k, "..."); index.insert(k, Ellipsis)
    text = "[" + g.choice([",", ", "]).join(words) + "]"
    try: want = x[tuple(index)]
    except IndexError: check(run("json", f, text)[0] == 1, f"part {shape} {text}: refused"); continue
    rc, out, err = run("json", f, "array" + text)
    check(rc == 0 and json.loads(out) == want.tolist(), f"part {shape} {text}: {out[:100]} {err}")
    rc, out, err = run("show", "--json", f, text); e = json.loads(out)["entries"][0] if rc == 0 else {}
    check(e.get("content") == want.tolist() and e["shape"] == list(want.shape) and e.get("min") == (want.min() if want.size else None), f"part {shape} {text}: {e} {err}")
    rc, out, err = run("show", f, text)
    check([float(v) for l in out.split("\n")[2:] for v in l.split() if not v.startswith("[")] == want.ravel().astype("f8").tolist(), f"part {shape} {text}: {out}")
# ---- a decimal comma as pandas reads it: columns of numbers alone
try:
    import io, pandas as pd
    for n in range(60):
        cols = {}
        for c in range(int(g.integers(1, 6))):
            kind = g.integers(0, 4)
            cell = [lambda: f"{g.normal():.4f}".replace(".", ","), lambda: str(g.integers(-99, 99)), lambda: g.choice(["1,5", "x", "a;b", "2,5 kg"]), lambda: g.choice(["", "0,5", "-3e2", "NA"])][kind]
            cols[f"c{c}"] = [cell() for _ in range(7)] if kind != 3 else [cell() for _ in range(6)] + ["1,25"]
        if all(len(set(map(str, v))) == 1 and v[0] == "" for v in cols.values()): continue
        text = pd.DataFrame(cols).to_csv(sep=";", index=False, quoting=n % 2)
        open("c.csv", "w").write(text)
        want = pd.read_csv(io.StringIO(text), sep=";", decimal=",")
        rc, out, err = run("convert", "--overwrite", "--decimal", "comma", "c.csv", "c.npz"); got = dict(np.load("c.npz")) if rc == 0 else {}
        for k in want:
            w, x = want[k], got.get(k)
            same = x is not None and (np.array_equal(w.to_numpy("f8"), x.astype("f8"), equal_nan=True) and x.dtype.kind == w.dtype.kind if w.dtype.kind in "if" else x.dtype.kind == "U" and w.fillna("").astype(str).tolist() == x.tolist())
            check(same, f"decimal comma: {k}: {w.tolist()} {x} {err}")
except ImportError as e: skipped += 1; print("skip decimal comma: needs", e.name)
# ---- shards of torch.save under an index, as transformers keeps them
os.mkdir("bin"); keys = list(state); parts = [keys[:40], keys[40:90], keys[90:]]
for i, part in enumerate(parts): torch.save({k: state[k] for k in part}, f"bin/pytorch_model-{i}.bin", _use_new_zipfile_serialization=i != 1)
json.dump({"metadata": {"total_size": 1}, "weight_map": {k: f"pytorch_model-{i}.bin" for i, part in enumerate(parts) for k in part}}, open("bin/pytorch_model.bin.index.json", "w"))
index = "bin/pytorch_model.bin.index.json"
rc, out, err = run("show", index); check(f"pth: {len(state)} entries in 3 files" in out and not err, f"bin: {out[:200]} {err}")
check(run("check", index)[0] == 0 and run("diff", index, "m.pth")[:2] == (0, ""), "bin: check, diff")
rc, out, err = run("convert", index, "bin/m.npz"); got = dict(np.load("bin/m.npz")) if rc == 0 else {}
check(set(got) == set(state) and all(np.array_equal(got[k], v.numpy()) for k, v in state.items()), f"bin: converted {err}")
# ---- two directories
import shutil
shutil.copytree("bin", "bin2"); check(run("diff", "bin", "bin2") == (0, "", ""), "diff of directories")
torch.save({k: state[k] + 1 for k in parts[2]}, "bin2/pytorch_model-2.bin"); os.remove("bin2/m.npz")
rc, out, err = run("diff", "bin", "bin2"); lines = out.split("\n")
check(rc == 1 and f"m.npz: only in bin" in lines and sum(l.startswith("pytorch_model-2.bin: ") for l in lines) == len(parts[2]) == sum(l.startswith("pytorch_model.bin.index.json: ") for l in lines) and len(lines) == 2 * len(parts[2]) + 2, f"diff of directories: {rc} {out} {err}")
rc, out, err = run("check", "bin"); check(rc == 0 and out.split("\n")[0] == "bin/m.npz: ok, npz" and len(out.split("\n")) == 6, f"check of a directory: {out}")
# ---- TensorBoard: the hyper-parameters of a run, as SummaryWriter.add_hparams and TensorBoard's own protobuf write them
try:
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.summary.writer.record_writer import RecordWriter
    from torch.utils.tensorboard import SummaryWriter
    given = {"lr": 1e-4, "layers": 3, "opt": "ad\u00e4m", "amp": True, "off": False, "big": 2.0**60}
    w = SummaryWriter("hp"); w.add_hparams(given, {"acc": 0.5}, run_name="r"); w.close()
    f = os.path.join("hp", "r", os.listdir("hp/r")[0])
    rc, out, err = run("show", "--json", f); doc = json.loads(out) if rc == 0 else {"events": []}
    got = [{p["name"]: p["value"] for p in e["hparams"]} for e in doc["events"] if e["kind"] == "hparams" and e["hparams"]]
    check(got == [given], f"hparams: {got} {err}")                  # SummaryWriter writes a bool as a number
    check(json.loads(run("json", f)[1]) == doc["events"], "hparams: json and show --json")
    rc, out, err = run("show", f); line = [l for l in out.split("\n") if "session_start_info" in l]
    check(len(line) == 1 and sorted(line[0].split()[4:]) == sorted(["lr=0.0001", "layers=3.0", "opt=ad\u00e4m", "amp=1.0", "off=0.0", "big=1.152921504606847e+18"]), f"hparams: {out}")
    check(run("check", f)[0] == 0, "hparams: check")
    content = plugin_data_pb2.HParamsPluginData()
    h = content.session_start_info.hparams
    h["none"].null_value = 0; h["list"].list_value.values.add().number_value = 2; h["nul\0name"].string_value = "a\0b"; h["struct"].struct_value["a"] = 1; h["nan"].number_value = math.nan; h["yes"].bool_value = True; _ = h["unset"]
    def events(name, *contents):
        with open(name, "wb") as f:
            r = RecordWriter(f)
            for c in contents:
                e = event_pb2.Event(wall_time=1.0); v = e.summary.value.add(tag="_hparams_/session_start_info")
                v.metadata.plugin_data.plugin_name = "hparams"; v.metadata.plugin_data.content = c
                r.write(e.SerializeToString())
    events("kinds.tfevents", content.SerializeToString())
    e = json.loads(run("json", "kinds.tfevents")[1])[0]
    check({p["name"]: (p["value"], p.get("not_read")) for p in e["hparams"]} == {"none": (None, None), "list": (None, "not one value"), "nul\0name": ("a\0b", None), "struct": (None, "not one value"),
          "nan": ("NaN", None), "yes": (True, None), "unset": (None, None)}, f"hparams: kinds {e}")
    # content that TensorBoard's own reader refuses costs that event alone; check refuses the file
    bad = content.SerializeToString()[:-1]
    try: plugin_data_pb2.HParamsPluginData.FromString(bad); check(False, "protobuf takes the cut content")
    except Exception: pass
    events("bad.tfevents", bad, content.SerializeToString())
    rc, out, err = run("json", "bad.tfevents"); e = json.loads(out)
    check(rc == 0 and e[0].get("not_read") == "damaged hparams" and "not_read" not in e[1] and len(e[1]["hparams"]) == 7, f"hparams: damaged {e} {err}")
    rc, out, err = run("show", "bad.tfevents"); check(rc == 0 and out.count("(damaged hparams)") == 1 and "2 hparams" in out, f"hparams: {out}")
    rc, out, err = run("check", "bad.tfevents"); check((rc, out) == (1, "bad.tfevents: damaged hparams\n"), f"hparams: check {out}{err}")
except ImportError as e: skipped += 1; print("skip hparams: needs", e.name)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0)
