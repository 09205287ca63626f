# tests/interop/test_gguf.py - GGUF files as the package gguf (of llama.cpp) writes them, through nnfmt: metadata of every type,
# tensors of every unquantised type in both byte orders, each quantised type named with its shape and bytes. The last line counts.
import json, os, subprocess, sys, tempfile
try:
    import numpy as np, gguf
    from gguf import GGMLQuantizationType as Q, GGUFEndian, GGUFReader, GGUFValueType as V, GGUFWriter
except ImportError as e:
    print("skip test_gguf: needs", e.name); print("0 passed, 0 failed, 1 skipped"); sys.exit(0)
nnfmt = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "nnfmt"))
tmp = tempfile.TemporaryDirectory()
os.chdir(tmp.name)
passed = failed = 0
def check(ok, what):
    global passed, failed
    if ok: passed += 1
    else: failed += 1; print("FAIL", what)
def run(*args):
    r = subprocess.run([nnfmt, *args], capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr
def shortest(v):
    if isinstance(v, list): return [shortest(x) for x in v]
    v = np.float32(v)
    return float(str(v)) if np.isfinite(v) else "NaN" if v != v else "Infinity" if v > 0 else "-Infinity"

plain = {"t.u8": (V.UINT8, 200), "t.i8": (V.INT8, -100), "t.u16": (V.UINT16, 65535), "t.i16": (V.INT16, -32768), "t.u32": (V.UINT32, 2**32 - 1),
         "t.i32": (V.INT32, -2**31), "t.f32": (V.FLOAT32, 1e-6), "t.bool": (V.BOOL, True), "t.text": (V.STRING, "Grüße\n\"\u2028\U0001F600"), "t.empty": (V.STRING, ""),
         "t.u64": (V.UINT64, 2**64 - 1), "t.i64": (V.INT64, -2**63), "t.f64": (V.FLOAT64, 0.1)}
lists = {"l.ints": [1, -2, 3], "l.floats": [0.5, -1e-3, 3e38], "l.texts": ["a", "", "é"] + ["token %d" % i for i in range(3000)], "l.bools": [True, False]}
rng = np.random.default_rng(11)
tensors = {"f32": rng.normal(size=(3, 4, 5)).astype("f4"), "f16": rng.normal(size=(2, 7)).astype("f2"), "f64": rng.normal(size=9), "i8": np.array([[-128, 127]], "i1"),
           "i16": np.array([-32768, 5], "i2"), "i32": np.array([[[[2**31 - 1]]]], "i4"), "i64": np.array([-2**63, 2**63 - 1], "i8"), "odd": np.array([np.nan, np.inf, -np.inf], "f4")}
bf16 = np.array([[1.5, -0.15625], [3.0e38, 2.0]], "f4")
for endian in (GGUFEndian.LITTLE, GGUFEndian.BIG):
    for align in (None, 64):
        what = "%s, alignment %s" % (endian.name, align)
        w = GGUFWriter("m.gguf", "llama", endianess=endian)
        if align: w.add_custom_alignment(align)
        for k, (t, v) in plain.items(): w.add_key_value(k, v, t)
        for k, v in lists.items(): w.add_array(k, v)
        for k, v in tensors.items(): w.add_tensor(k, v.copy())
        w.add_tensor("bf16", (bf16.view("u4") >> 16).astype("u2").view("u1").reshape(2, 4), raw_dtype=Q.BF16) if endian == GGUFEndian.LITTLE else None
        w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
        rc, out, err = run("json", "m.gguf")
        check(rc == 0 and not err, "%s: %s" % (what, err))
        got = json.loads(out) if rc == 0 else {}
        for k, v in tensors.items():
            want = shortest(v.tolist()) if v.dtype in (np.float32, np.float16) else v.tolist()
            check(got.get(k) == want, "%s: %s: %s for %s" % (what, k, str(got.get(k))[:200], str(want)[:200]))
        if endian == GGUFEndian.LITTLE:
            want = shortest(((bf16.view("u4") >> 16).astype("u4") << 16).view("f4").tolist())
            check(got.get("bf16") == want, "%s: bf16: %s for %s" % (what, got.get("bf16"), want))
        meta = got.get("__metadata__", {})
        reader = GGUFReader("m.gguf")
        check(list(meta) == [k for k in reader.fields if not k.startswith("GGUF.")], "%s: keys %s" % (what, list(meta)))
        for k, f in reader.fields.items():
            if k.startswith("GGUF."): continue
            want = f.contents()
            if V.FLOAT32 in f.types: want = shortest(want)
            check(meta.get(k) == want and type(meta.get(k)) is type(want), "%s: %s: %r for %r" % (what, k, str(meta.get(k))[:100], str(want)[:100]))
        for k, (t, v) in plain.items():
            check(meta.get(k) == (shortest(v) if t == V.FLOAT32 else v), "%s: %s: %r" % (what, k, meta.get(k)))
        check(run("check", "m.gguf")[0] == 0, what + ": check")
        rc, out, err = run("show", "m.gguf")
        check("%s-endian, alignment %d, %d tensors" % (endian.name.lower(), align or 32, len(reader.tensors)) in out, "%s: show %s" % (what, out[:200]))
        for o in ("m.pth", "m.safetensors"):
            check(run("convert", "--overwrite", "m.gguf", o)[0] == 0 and run("diff", "m.gguf", o)[:2] == (0, ""), "%s: through %s" % (what, o))
        check(run("convert", "--overwrite", "--name", "f32", "m.gguf", "m.npy")[0] == 0 and (np.load("m.npy") == tensors["f32"]).all(), what + ": through .npy")

# ---- quantised types, those that the package can make by its own quantiser, the others as bytes: named, the rest is read
for q, (values, size) in gguf.GGML_QUANT_SIZES.items():
    if values == 1 or q == Q.Q8_1: continue              # Q8_1 is no type of files: llama.cpp and the package differ in its size
    try: data = gguf.quants.quantize(rng.normal(size=(3, 512)).astype("f4"), q)
    except NotImplementedError: data = rng.integers(0, 256, (3, 512 // values * size), dtype="u1")
    w = GGUFWriter("q.gguf", "llama")
    w.add_tensor("first", np.arange(5, dtype="f4"))
    w.add_tensor("blk.0.weight", data, raw_dtype=q)
    w.add_tensor("last", np.arange(4, dtype="i4"))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
    t = GGUFReader("q.gguf").tensors[1]
    line = "blk.0.weight: %s [3,512], %d bytes: quantised" % (q.name, t.n_bytes)
    rc, out, err = run("show", "q.gguf")
    check(rc == 0 and "not read: " + line in out.split("\n"), "%s: show: %s %s" % (q.name, out, err))
    rc, out, err = run("json", "q.gguf")
    check(rc == 0 and {k: v for k, v in json.loads(out).items() if k != "__metadata__"} == {"first": [0, 1, 2, 3, 4], "last": [0, 1, 2, 3]} and line in err, "%s: json: %s %s" % (q.name, out[:200], err))
    rc, out, err = run("check", "q.gguf")
    check(rc == 1 and "'blk.0.weight' is in an unknown format: " + q.name in out, "%s: check: %s" % (q.name, out))
print("%d passed, %d failed, 0 skipped" % (passed, failed))
sys.exit(failed != 0)
