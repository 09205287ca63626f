"""tests/interop/test_bin.py - nn_fmt.h's binary formats beside the live libraries, both directions, on random content."""
import gzip, io, os, random, subprocess, sys, tempfile, traceback, zipfile, zlib

passed = failed = skipped = 0
here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
peer = os.path.join(root, "build", "bin_peer")
os.makedirs(os.path.dirname(peer), exist_ok=True)
subprocess.run([os.environ.get("CC", "cc"), "-O2", os.path.join(here, "bin_peer.c"), "-o", peer, "-lm"], check=True)
tmp = tempfile.mkdtemp(prefix="nn_bin_")
os.chdir(tmp)

def run(*args):
    return subprocess.run([peer, *map(str, args)], capture_output=True, text=True, errors="replace")

def ok(*args):
    r = run(*args)
    assert r.returncode == 0, (args, r.returncode, r.stdout[-300:], r.stderr[-300:])
    return r.stdout

def test(fn):
    global passed, failed, skipped
    try:
        fn()
        passed += 1
    except ImportError as e:
        print("skip %s: needs %s" % (fn.__name__, e.name))
        skipped += 1
    except Exception:
        print("FAIL", fn.__name__)
        traceback.print_exc(file=sys.stdout)
        failed += 1

def arrays(np, rng):
    out = {}
    for i, dt in enumerate("? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 >i2 >i4 >u8 >f2 >f4 >f8 >c16 S3 U5 >U4".split()):
        shape = tuple(int(x) for x in rng.integers(0, 6, size=int(rng.integers(0, 4))))
        n = int(np.prod(shape))
        if dt in ("S3",):
            a = np.array([bytes(rng.integers(65, 91, 3, dtype="u1")) for _ in range(n)], dtype=dt).reshape(shape)
        elif "U" in dt:
            a = np.array(["".join(chr(c) for c in rng.choice([65, 233, 8364, 0x1F600], 4)) for _ in range(n)], dtype=dt).reshape(shape)
        elif dt == "?":
            a = rng.integers(0, 2, shape).astype("?")
        elif np.dtype(dt).kind in "iu":
            a = np.frombuffer(rng.bytes(n * np.dtype(dt).itemsize), dtype=dt).reshape(shape)
        else:
            a = rng.normal(size=shape).astype(dt)
            if np.dtype(dt).kind == "c":
                a = (a + 1j * rng.normal(size=shape)).astype(dt)
        if rng.integers(0, 2):
            a = np.asfortranarray(a)
        out["k%d/%s" % (i, "\u00e9" * int(rng.integers(0, 2)))] = a
    return out

def numpy_npz():
    import numpy as np
    rng = np.random.default_rng(1)
    for it in range(6):
        d = arrays(np, rng)
        if it == 5:
            d["big"] = rng.normal(size=(300, 700)); d["flat"] = np.zeros(300000, "i4")
        (np.savez_compressed if it % 2 else np.savez)("in.npz", **d)
        for level in (0, 1, 6, 9):
            ok("npz", "in.npz", "out.npz", level)
            with np.load("out.npz") as o:
                assert list(o.keys()) == list(d)
                for k, a in d.items():
                    assert o[k].dtype == a.dtype.newbyteorder("=") and o[k].shape == a.shape and o[k].tobytes() == np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="))).tobytes(), k
            z = zipfile.ZipFile("out.npz")
            assert z.testzip() is None
            for i in z.infolist():
                if level == 0:
                    raw = open("out.npz", "rb").read()
                    assert (i.header_offset + 30 + int.from_bytes(raw[i.header_offset + 26:i.header_offset + 28], "little") + int.from_bytes(raw[i.header_offset + 28:i.header_offset + 30], "little")) % 64 == 0

def numpy_npy_bytes():
    import numpy as np
    rng = np.random.default_rng(2)
    for it in range(3):
        for a in arrays(np, rng).values():
            np.save("a.npy", a)
            ok("npy", "a.npy", "b.npy")
            np.save("c.npy", np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="))).reshape(a.shape))
            assert open("b.npy", "rb").read() == open("c.npy", "rb").read(), a.dtype
    for v in ((1, 0), (2, 0), (3, 0)):
        with open("a.npy", "wb") as f:
            np.lib.format.write_array(f, np.arange(6).reshape(2, 3), version=v)
        ok("npy", "a.npy", "b.npy")
        assert (np.load("b.npy") == np.arange(6).reshape(2, 3)).all()
    for bad in (np.array([1, "x"], dtype=object), np.zeros(2, "M8[s]"), np.zeros(2, [("first", "f4"), ("second", "i4")])):
        np.save("a.npy", bad, allow_pickle=True)
        r = run("npy", "a.npy", "b.npy")
        assert r.returncode == 1, bad.dtype
    assert "first, second" in r.stdout, r.stdout

def zlib_both_ways():
    rnd = random.Random(3)
    for it in range(30):
        n = rnd.choice([0, 1, 2, 100, 5000, 70000, 400000])
        kind = rnd.randrange(4)
        data = bytes(rnd.randrange(256) for _ in range(min(n, 3000))) if kind == 0 else bytes(n) if kind == 1 else (b"the quick brown fox %d " % it * (n // 20 + 1))[:n] if kind == 2 else bytes(rnd.choice(b"ab\n,0123") for _ in range(min(n, 60000)))
        open("x", "wb").write(data)
        level = rnd.randrange(10)
        ok("deflate", "x", "z", level)
        assert zlib.decompress(open("z", "rb").read()) == data
        ok("deflate", "x", "z", "%dg" % level)
        assert gzip.decompress(open("z", "rb").read()) == data
        ok("deflate", "x", "z", "%dr" % level)
        assert zlib.decompress(open("z", "rb").read(), -15) == data
        open("z", "wb").write(zlib.compress(data, level))
        ok("inflate", "z", "y")
        assert open("y", "rb").read() == data
        with gzip.GzipFile("named.txt", "wb", level, open("z.gz", "wb")) as f:
            f.write(data)
        with open("z.gz", "ab") as f:
            f.write(gzip.compress(b"second member"))
        ok("gunzip", "z.gz", "y")
        assert open("y", "rb").read() == data + b"second member"

def torch_checkpoints():
    import torch
    m = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    opt = torch.optim.Adam(m.parameters())
    m(torch.randn(5, 3)).sum().backward()
    opt.step()
    for legacy in (False, True):
        torch.save(m.state_dict(), "sd.pt", _use_new_zipfile_serialization=not legacy)
        ok("pthflat", "sd.pt", "out.pt")
        o = torch.load("out.pt", weights_only=True)
        m.load_state_dict(o, strict=True)
        for k, v in torch.load("sd.pt").items():
            assert torch.equal(v, o[k]) and v.dtype == o[k].dtype, k
        torch.load("out.pt", weights_only=True, mmap=True)
        ck = {"model": m.state_dict(), "opt": opt.state_dict(), "epoch": 3, "big": -(1 << 40), "loss": [0.5, 0.25], "none": None, "flag": True, "text": "h\u00e9", "runs": ["a", "b"], "by": b"x\xff"}
        torch.save(ck, "ck.pt", _use_new_zipfile_serialization=not legacy)
        ok("pth", "ck.pt", "out.pt")
        o = torch.load("out.pt", weights_only=True)
        for k in ("epoch", "big", "loss", "flag", "text", "runs", "by"):
            assert o[k] == ck[k] and type(o[k]) is type(ck[k]), (k, o[k])
        m.load_state_dict(o["model"], strict=True)
        opt.load_state_dict(o["opt"])
        base = torch.arange(24.).reshape(4, 6)
        t = {"t": base.t(), "v": base[1:3, ::2], "whole": base, "f16": torch.randn(3).half(), "bf": torch.randn(3).bfloat16(), "i8": torch.tensor([1, -2], dtype=torch.int8), "bool": torch.tensor([True, False]),
             "c": torch.tensor([1 + 2j]), "z": torch.tensor(2.5), "e": torch.zeros(0, 3), "exp": torch.ones(1, 3).expand(4, 3), "par": torch.nn.Parameter(torch.ones(2)), "d": torch.randn(2, 2, dtype=torch.float64),
             "i16": torch.tensor([-5], dtype=torch.int16), "i32": torch.tensor([1 << 30], dtype=torch.int32), "u8": torch.tensor([255], dtype=torch.uint8), "deep": torch.randn(2, 1, 3, 2, 2)}
        if not legacy:
            t["u16"] = torch.tensor([65535], dtype=torch.uint16)
        torch.save(t, "t.pt", _use_new_zipfile_serialization=not legacy)
        ok("pthflat", "t.pt", "out.pt")
        o = torch.load("out.pt", weights_only=True)
        for k, v in t.items():
            assert torch.equal(v, o[k]) and v.dtype == o[k].dtype and v.shape == o[k].shape, k
    torch.save(m, "whole.pt")
    r = run("pth", "whole.pt", "out.pt")
    assert r.returncode == 1 and "torch.nn.modules.container.Sequential" in r.stdout, r.stdout

def safetensors_both_ways():
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
    d = {"a": torch.randn(2, 3), "b": torch.randn(3).half(), "c": torch.randn(2).bfloat16(), "d": torch.tensor(3), "e": torch.zeros(0, 4), "f": torch.tensor([True]), '\u00e9"\\\n': torch.ones(2, dtype=torch.uint8),
         "g": torch.ones(2, dtype=torch.float64), "h": torch.tensor([-1], dtype=torch.int16)}
    save_file(d, "a.st", metadata={"format": "pt"})
    ok("st", "a.st", "b.st")
    assert open("a.st", "rb").read() == open("b.st", "rb").read()
    save_file(d, "a.st", metadata={"x": '\u00e9"\n', "y": "2"})
    ok("st", "a.st", "b.st")
    assert safe_open("b.st", "pt").metadata() == {"x": '\u00e9"\n', "y": "2"}
    o = load_file("b.st")
    for k in d:
        assert torch.equal(o[k], d[k]) and o[k].dtype == d[k].dtype

def tensorboard_both_ways():
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from PIL import Image
    os.makedirs("tb", exist_ok=True)
    path = "tb/events.out.tfevents.0000000001.nn.0"
    ok("events", path)
    ok("events", path)                                     # appends
    a = EventAccumulator("tb", size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
    a.Reload()
    s = a.Scalars("loss")
    assert [x.step for x in s][:10] == list(range(10)) and abs(s[3].value - 0.25) < 1e-7 and s[3].wall_time == 5.0
    h = a.Histograms("w")[0].histogram_value
    assert h.num == 1000 and h.min == 0 and abs(h.max - 99.9) < 1e-4 and sum(h.bucket) == 1000 and len(h.bucket) == 31
    im = a.Images("img")[0]
    px = Image.open(io.BytesIO(im.encoded_image_string))
    assert (im.width, im.height) == (7, 5) and px.size == (7, 5) and px.getpixel((1, 0)) == (6, 8, 10)
    assert a.Tensors("note/text_summary")[0].tensor_proto.string_val[0] == "**hi** \u00e9".encode()
    meta = a.SummaryMetadata("_hparams_/session_start_info")
    from tensorboard.plugins.hparams import plugin_data_pb2
    hp = plugin_data_pb2.HParamsPluginData.FromString(meta.plugin_data.content)
    assert hp.session_start_info.hparams["lr"].number_value == 0.01 and hp.session_start_info.hparams["opt"].string_value == "adam"
    exp = plugin_data_pb2.HParamsPluginData.FromString(a.SummaryMetadata("_hparams_/experiment").plugin_data.content)
    assert exp.experiment.metric_infos[0].name.tag == "loss"
    import torch
    from torch.utils.tensorboard import SummaryWriter
    w = SummaryWriter("tw")
    w.add_scalar("x", 0.5, 7)
    w.add_scalar("new", 0.25, 8, new_style=True)
    w.add_histogram("h", torch.arange(10.), 1)
    w.add_text("t", "words", 2)
    w.add_image("i", torch.zeros(3, 4, 6), 3)
    w.close()
    f = [x for x in os.listdir("tw") if "tfevents" in x][0]
    out = ok("readevents", "tw/" + f)
    for line in ("2 x 7 0.5", "2 new 8 0.25", "5 t/text_summary 2 0 words", "1  0 0 brain.Event:2"):
        assert line in out, (line, out)
    assert "3 h 1 0 " in out and " 10" in out and "4 i 3 0 6x4" in out, out

def pillow_both_ways():
    import numpy as np
    from PIL import Image
    rng = np.random.default_rng(4)
    for shape in ((5, 7), (33, 17, 3), (16, 16, 4), (1, 1, 2), (40, 300, 3)):
        x = np.add.outer(np.arange(shape[0]) * 3, np.arange(shape[1])).astype("u1")
        a = (x if len(shape) == 2 else np.repeat(x[..., None], shape[2], 2) + rng.integers(0, 9, shape)).astype("u1")
        np.save("a.npy", a)
        for level in (0, 1, 6, 9):
            ok("topng", "a.npy", "a.png", level)
            b = np.array(Image.open("a.png"))
            assert (b == a).all()
        Image.fromarray(a).save("b.png")
        ok("png", "b.png", "b.npy")
        assert (np.load("b.npy").reshape(a.shape) == a).all()
    p = Image.fromarray(rng.integers(0, 255, (9, 9, 3)).astype("u1")).quantize(7)
    p.save("p.png")
    ok("png", "p.png", "p.npy")
    assert (np.load("p.npy") == np.array(p.convert("RGB"))).all()
    Image.fromarray((rng.integers(0, 2, (5, 11)) * 255).astype("u1")).convert("1").save("one.png")
    ok("png", "one.png", "one.npy")
    assert (np.load("one.npy")[..., 0] == np.array(Image.open("one.png").convert("L"))).all()
    Image.fromarray(rng.integers(0, 65535, (5, 4)).astype("u2")).save("w.png")
    ok("png", "w.png", "w.npy")
    assert (np.load("w.npy")[..., 0] == np.array(Image.open("w.png"))).all()

def real_files():
    """every binary file of the data folder: read as the live library reads it, or refused for the reason stated here"""
    import numpy as np
    import torch
    from safetensors.torch import load_file
    data = os.environ.get("NN_TEST_DATA", os.path.join(root, "..", "shared", "data"))
    if not os.path.exists(os.path.join(data, "README.md")):
        raise ImportError("no data files", name="the data files")
    refused = {"pickle.npy": "object arrays", "structured.npy": "structured arrays are not supported, fields: a, b, c", "surrogate-pair.npy": "no Unicode code point", "surrogate.npy": "no Unicode code point",
               "py2-np0-objarr.npy": "object arrays", "py2-objarr.npy": "object arrays", "py3-objarr.npy": "object arrays", "py2-objarr.npz": "object arrays", "py3-objarr.npz": "object arrays",
               "activations.npz": "object arrays", "activations_500.npz": "object arrays", "activations_mistral.npz": "object arrays", "brain_surgery_activations.npz": "object arrays", "control_eigenvalues.npz": "object arrays",
               "eigenmodes_500.npz": "object arrays", "graph.npz": "object arrays", "rotation_months_pca.npz": "object arrays", "template_activations.npz": "object arrays",
               "vae_bernoulli_carsten.pt": "'__main__.VAE'", "causal_trace.npz": None}
    count = 0
    def same(a, b, what):
        a = np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="))).reshape(a.shape)
        if a.dtype == bool:
            a = a.view("u1") != 0
        assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes(), what
    for folder in ("npy", "hidden", "torch", "safetensors"):
        for d, _, files in os.walk(os.path.join(data, folder)):
            for f in sorted(files):
                path, ext = os.path.join(d, f), f.rsplit(".", 1)[-1]
                if ext not in ("npy", "npz", "pt", "pth", "safetensors"):
                    continue
                count += 1
                if refused.get(f):
                    r = run({"npy": "npy", "npz": "npz"}.get(ext, "pth"), path, "out." + ext)
                    assert r.returncode == 1 and refused[f] in r.stdout, (f, r.stdout)
                elif ext == "npy":
                    ok("npy", path, "out.npy")
                    same(np.load(path), np.load("out.npy"), f)
                elif ext == "npz":
                    ok("npz", path, "out.npz", 6)
                    with np.load(path) as a, np.load("out.npz") as b:
                        assert list(a.keys()) == list(b.keys())
                        for k in a.keys():
                            same(a[k], b[k], (f, k))
                elif ext == "safetensors":
                    ok("st", path, "out.st")
                    a, b = load_file(path), load_file("out.st")
                    assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) and a[k].dtype == b[k].dtype for k in a), f
                else:
                    ok("pth", path, "out.pt")
                    a, b = torch.load(path, weights_only=True, map_location="cpu"), torch.load("out.pt", weights_only=True)
                    flat = lambda v, n="": {k: x for q in v for k, x in flat(v[q], n + "/" + q if n else q).items()} if isinstance(v, dict) else {n or "tensor": v}
                    a, b = flat(a), flat(b)
                    for k, v in a.items():
                        if isinstance(v, torch.Tensor):
                            assert torch.equal(v, b[k]) and v.dtype == b[k].dtype, (f, k)
                        elif v is not None:
                            assert b[k] == v, (f, k, v, b[k])
    import json
    rec = json.load(open(os.path.join(data, "npy/npyjs/records.json")))
    for k, v in rec.items():
        path = os.path.join(data, "npy/npyjs", k.split("/")[-1] + ".npy")
        if os.path.exists(path):
            ok("npy", path, "out.npy")
            got = np.load("out.npy").reshape(-1)[-5:]
            got = got.view(got.real.dtype)[-5:] if got.dtype.kind == "c" else got
            assert [x for x in got.tolist()] == v or got.dtype.kind in "cUb" or np.allclose(np.asarray(got, float), np.asarray(v, float)), (k, got, v)
    print("%d real files" % count)

for fn in (real_files, numpy_npz, numpy_npy_bytes, zlib_both_ways, torch_checkpoints, safetensors_both_ways, tensorboard_both_ways, pillow_both_ways):
    test(fn)
os.chdir(root)
subprocess.run(["rm", "-rf", tmp])
print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
sys.exit(1 if failed else 0)
