#!/usr/bin/env python3
"""tests/bench/results.py - make bench-peers: every tests/bench/peers_*.py in turn, their lines as they come, and tests/bench/RESULTS.md from them.

    python3 tests/bench/results.py              everything, below 25 minutes on two quiet cores, built anew
    python3 tests/bench/results.py --quick (or BENCH_QUICK=1)      few repetitions, to see that all of it runs; writes build/RESULTS-quick.md
    python3 tests/bench/results.py gemm train   only these scripts; writes build/RESULTS-part.md
    python3 tests/bench/results.py --again      no run: the page once more from build/results.json, what the last run left
Each script alternates ours and the peer in one run, with every variable that holds a library at slower kernels taken out of the environment (peers.py). RESULTS.md is not written when a script's peers
ran other kernels than a fresh child's. The figures that README.md and docs/speed.md quote are filled in from the page (figures.py). TARGETS are the figures that were asked for; each stands beside its measurement, and the page begins with those that were missed. A script that
fails or passes its time limit is named in the page with its last words, what it had printed counts; the exit status is then 1 (a missed target alone is 0)."""
import peers                                               # first: it clears what would hold a library back
import figures
import datetime, importlib.metadata, json, os, platform, re, signal, subprocess, sys, threading, time
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(root)
if "--quick" in sys.argv: os.environ["BENCH_QUICK"] = "1"
quick, again = "--quick" in sys.argv or peers.quick, "--again" in sys.argv
only = [a for b, a in zip(sys.argv, sys.argv[1:]) if not a.startswith("-") and b != "--keep"]
PY = lambda name, *a: [sys.executable, "-u", "tests/bench/peers_%s.py" % name, *a]
# script: command of a full run, of a quick one, seconds it may take
SCRIPTS = {
    "gemm": (PY("gemm", "--rounds", "7"), PY("gemm"), 220), "gemm_avx2": (PY("gemm", "--rounds", "5", "--held-avx2"), PY("gemm", "--held-avx2"), 50), "threads": (["build/bench_threads", "large", "epoch"], ["build/bench_threads", "epoch_tapered"], 40), "sig": (["build/bench_sig"], ["build/bench_sig"], 20),
    "train": (PY("train", "--reps", "3"), PY("train", "--no-compile"), 420),
    "data": (PY("data", "7"), PY("data", "1"), 60), "text": (PY("text"), PY("text", "1000"), 150), "bin": (PY("bin", "256"), PY("bin", "16"), 100),
    "artificial": (PY("artificial", "--rounds", "2", "--epochs", "2"), PY("artificial", "--rounds", "1", "--epochs", "1"), 75), "probe": (PY("probe", "20", "3"), PY("probe", "2", "1"), 75),
    "interp": (PY("interp", "--records", "12", "--rounds", "3"), PY("interp", "--records", "1", "--rounds", "1"), 240), "fair": (PY("fair"), PY("fair", "1"), 150)}
BUDGET = 3600 if quick else 1260                              # seconds for all of them; a quick run is for busy machines


def sh(cmd):
    try: return subprocess.run(cmd, capture_output=True, text=True).stdout.strip()
    except OSError: return ""


def run(name):
    full, short, limit = SCRIPTS[name]
    t, lines, other = time.time(), [], []
    left = queue[queue.index(name) + 1:]                      # those still to come get at least a quarter of theirs
    limit = 900 if quick else max(20, min(limit, BUDGET - (t - t0) - sum(SCRIPTS[n][2] for n in left) / 4))
    # its own session, so that what it started ends with it; each thread bound to a core where it is a product's or an epoch's
    env = dict(os.environ, OMP_PROC_BIND="true") if name == "threads" else os.environ
    p = subprocess.Popen(short if quick else full, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True, env=env)
    late = []
    def stop(sig=signal.SIGTERM):
        late.append(1)
        try: os.killpg(p.pid, sig)
        except ProcessLookupError: pass
    timers = [threading.Timer(limit, stop), threading.Timer(limit + 5, stop, [signal.SIGKILL])]
    for x in timers: x.start()
    for l in p.stdout:
        print(l, end="", flush=True)
        try:
            v = json.loads(l)
            lines.append(v) if isinstance(v, dict) else other.append(l.strip())
        except ValueError:
            if l.strip(): other.append(l.strip())
    rc = p.wait()
    for x in timers: x.cancel()
    bad = ("stopped after %d s, what it had printed counts" % limit) if late else "" if rc == 0 else "status %d: %s" % (rc, other[-1] if other else "no message")
    return lines, bad, [o for o in other if o.startswith("skip")], time.time() - t


def num(v):
    if v is None: return ""
    v = float(v)
    return "%.0f" % v if abs(v) >= 1000 else "%.4g" % v if abs(v) >= 100 else "%.3g" % v
def ratio(v): return num(v)
def table(head, rows):
    if not rows: return ""
    return "| " + " | ".join(head) + " |\n|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|\n" + "".join("| " + " | ".join(str(c) for c in r) + " |\n" for r in rows) + "\n"


asked, missed = [], []
def target(what, got, want, most=False, unit=""):
    """the cell beside a figure: what was asked, and whether it is reached (most: at most that much)"""
    good = got <= want if most else got >= want
    text = "%s %s%s" % ("<=" if most else ">=", num(want), unit)
    asked.append(what)
    if not good: missed.append("- %s: %s, asked %s" % (what, num(got) + unit, text))
    return text if good else "**%s, missed**" % text
# (script, pattern on `name kind storage peer threads`, ratio that was asked for); the first that fits
TARGETS = [
    ("data", r"4 KiB pages", None), ("data", r"^make_classification 10000x512.* 2t$", None), ("data", r"^make_classification 10000x512.*stable", 10), ("data", r"^make_classification 10000x512", 8),
    ("data", r"^default_rng normals", 2), ("data", r"permutation", 1.2),
    ("text", r"^csv_read pandas$", 6), ("text", r"^csv_read polars", 4), ("text", r"^csv_write polars", 1.5), ("text", r"^json_write (yyjson|orjson)", 1), ("text", r"^json_parse yyjson", 1.2),
    ("bin", r"^inflate.*stored.* libdeflate", None), ("bin", r"^inflate\S* f32 .*zlib", 1.45), ("bin", r"^inflate.* zlib", 1.5), ("bin", r"^inflate.* libdeflate", 0.95), ("bin", r"^deflate_6.* zlib", 2),
    ("bin", r"^npz_load_stored read", 0.9), ("bin", r"^safetensors", 1),
    ("probe", r"^probe_hidden-to-concept deflated", 10), ("probe", r"^probe_.*feature deflated", 4), ("artificial", r".", 1)]


def plain(script, v):
    """what, ours, peer, who, ratio, asked of a line in any of the scripts' forms"""
    name, more = str(v.get("name", "")), []
    who = v.get("peer") if isinstance(v.get("peer"), str) else v.get("peer_name") or ("NumPy" if "numpy_s" in v else "PyTorch" if "torch" in v or "torch_s" in v else "")
    for unit, o, peers in (("MB/s", "ours_mb_s", ("peer_mb_s",)), ("s", "ours_s", ("peer_s", "numpy_s", "torch_s")), ("ms", "ours_ms", ("peer_ms",)), (v.get("unit", ""), "ours", (v.get("best", ""), "torch", "peer"))):
        if isinstance(v.get(o), (int, float)): break
    else: return None
    peer = next((v[k] for k in peers if isinstance(v.get(k), (int, float))), None)
    for k in ("kind", "m", "files", "MB_per_file", "storage", "epochs", "threads"):
        if v.get(k) not in (None, "", 1): more.append({"m": "%s rows" % v[k], "kind": str(v[k]), "MB_per_file": "%s MB each" % v[k]}.get(k, "%s %s" % (v[k], k) if isinstance(v[k], int) else str(v[k])))
    if "size_ratio" in v: more.append("size %s of the peer's" % v["size_ratio"])
    what, cell = "; ".join([name] + more), ""
    r = v.get("ratio", peer / v[o] if peer else None)
    if r is not None:
        key = " ".join(filter(None, (name, v.get("kind"), v.get("storage"), who, "%st" % v["threads"] if v.get("threads", 1) > 1 else "")))
        want = next((t[2] for t in TARGETS if t[0] == script and re.search(t[1], key)), None)
        if want: cell = target("%s, %s" % (what, who), r, want)
    if "asked_most" in v: cell = target(what, v[o], v["asked_most"], True, " " + unit)
    if v.get("size_ratio") and who == "zlib" and v["size_ratio"] > 1.01: cell += " " + target("%s: size beside zlib's" % what, v["size_ratio"], 1.01, True)
    return [what, num(v[o]) + " " + unit, num(peer) + " " + unit if peer is not None else "", who, num(r), cell]
HEAD = ["what", "ours", "peer", "who", "ratio", "asked"]


def wide_vectors():
    """whether this machine has AVX-512: without it, rows held at AVX2 say nothing"""
    try: return " avx512f" in open("/proc/cpuinfo").read()
    except OSError: return False


def machine():
    cpu, out = sh(["lscpu"]), []
    get = lambda k: (re.search(r"^%s:\s*(.+)$" % re.escape(k), cpu, re.M) or [None, ""])[1]
    mem = re.search(r"MemTotal:\s*(\d+)", open("/proc/meminfo").read()) if os.path.exists("/proc/meminfo") else None
    out.append("- CPU: %s, family %s model %s, %s cores here%s; %s" % (get("Model name") or platform.processor(), get("CPU family"), get("Model"), os.cpu_count(),
               " (virtual machine)" if get("Hypervisor vendor") else "", platform.machine()))
    out.append("- Caches: L1d %s, L2 %s, L3 %s (over all cores here); memory %s GiB; transparent huge pages: %s" % (get("L1d cache"), get("L2 cache"), get("L3 cache"), round(int(mem[1]) / 2**20) if mem else "?",
               (re.search(r"\[(\w+)\]", sh(["cat", "/sys/kernel/mm/transparent_hugepage/enabled"])) or [0, "?"])[1]))
    peak = [json.loads(l) for l in sh(["build/bench", "fma_peak", "copy_bandwidth"]).splitlines() if l.startswith("{")]
    for p in peak:
        if p["name"] == "fma_peak": out.append("- Measured: %s GFLOP/s FMA peak of one core in float (%s path)" % (p["gflops"], p["isa"]))
        if p["name"] == "copy_bandwidth": out.append("- Measured: %s GB/s copy bandwidth of one core (64 MiB blocks, read + write)" % p["gb_per_s"])
    if platform.machine() in ("x86_64", "AMD64"):
        out.append("- Vector instructions: " + ("AVX-512" if wide_vectors() else "AVX2, no AVX-512: neither ours nor the peers' kernels of that kind were measured here"))
    out.append("- Load average at the start: %.1f (ratios are of one run; absolute times count only when the machine was quiet)" % os.getloadavg()[0])
    def version(p):
        try: return "%s %s" % (p, importlib.metadata.version(p))
        except importlib.metadata.PackageNotFoundError: return "%s not installed" % p
    out.append("- Compiler: %s, `-std=c99 -O2 -fopenmp`, no `-march`: the path is chosen at run time" % (sh([os.environ.get("CC", "cc"), "--version"]).splitlines() or ["?"])[0])
    out.append("- Python %s; " % platform.python_version() + ", ".join(version(p) for p in ("numpy", "mkl", "torch", "jax", "jaxlib", "scikit-learn", "pandas", "polars", "pyarrow", "orjson", "yyjson", "safetensors")))
    try:
        import numpy as np
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        out.append("- NumPy's BLAS: %s %s" % (blas.get("name"), blas.get("version")))
    except Exception: pass
    return "\n".join(out) + "\n"


def gemm_share(kind, m, n, k):
    """the share of the peak that was asked for, per cent"""
    sides = sorted((m, n, k))
    if m == n == k: return {100: 85 if kind == "nn" else 80}.get(m, 92 if m >= 512 else None)
    return 92 if sides == [32, 512, 512] else None


def gemm_page(lines):
    """cblas peers by C in one table, PyTorch and JAX as Python calls them in another"""
    rows, python, small, large = [], [], [], []
    held = any(v.get("held") for v in lines)
    for v in lines:
        if not v.get("name", "").startswith("gemm_"): continue
        kind, m, n, k, share = v["name"][5:], v["m"], v["n"], v["k"], v.get("share")
        what, want = "%s %dx%dx%d" % (kind, m, n, k), gemm_share(kind, m, n, k)
        label = what + (", all at AVX2" if held else "")
        best = lambda *names: min((v[p + "_min"] / v["ours_min"] for p in names if p + "_min" in v), default=None)
        beside = best("openblas", "mkl")
        if beside and kind != "packed" and min(m, n) >= 8: (small if m * n * k <= 256 ** 3 else large).append(beside)
        ask = 1.2 if kind == "packed" else 0.85 if m == 1 and kind == "nt" else 0.97 if min(m, n) >= 8 else None
        rows.append([what, num(v["ours_min"]), num(2e-3 * m * n * k / v["ours_min"]), num(100 * share) if share else "", target(label + ", share of the peak", 100 * share, want, unit=" %") if want and share else ""]
                    + [num(v.get(p + "_min")) for p in ("openblas", "mkl")] + [num(beside), target(label + ", beside OpenBLAS and MKL", beside, ask) if beside and ask else ""])
        python.append([what, num(v["ours_min"])] + [num(v.get(p + "_min")) for p in ("torch", "jax")] + [num(best("torch", "jax"))])
    text = ("Microseconds, best of the rounds; share of the FMA peak measured between the rounds. `nt 32x512x512` is Y = X W^T with 32 rows; `packed`: one row through `nn_mlp_pack`'s copy. "
            "Ratio: the faster of the two / ours. OpenBLAS (NumPy's) and MKL are called as cblas_sgemm from a C loop, as ours is.\n\n")
    middle = lambda r: sorted(r)[len(r) // 2]
    if small: text += "Median ratio up to M N K = 256^3: %s%s; " % (num(middle(small)), ", asked " + target("median ratio of products up to 256^3" + (", all at AVX2" if held else ""), middle(small), 1.05))
    if small and not large: text += "no larger ones in this run.\n\n"
    if large: text += "above: %s%s.\n\n" % (num(middle(large)), ", asked " + target("median ratio of products above 256^3" + (", all at AVX2" if held else ""), middle(large), 1.0))
    text += table(["product", "ours us", "GFLOP/s", "% of peak", "asked", "OpenBLAS", "MKL", "ratio", "asked"], rows)
    return text + "PyTorch and JAX called from Python, which costs PyTorch about 1 us a call and JAX's `jit` 5 to 20.\n\n" + table(["product", "ours us", "PyTorch", "JAX", "ratio"], python)


def threads_page(lines):
    rows = []
    for v in lines:
        what = "%s %s" % (v["name"][8:].replace("large_", "product "), "%dx%dx%d" % (v["m"], v["n"], v["k"]) if "large" in v["name"] else "batch %d, %d rows" % (v["m"], v["k"]))
        want = 1.92 if "large" in v["name"] and v["m"] >= 512 else 1.85 if "uniform" in v["name"] and v["m"] == 32 else None
        rows.append([what, num(v["one_min"] / 1e3), num(v["min"] / 1e3), num(v["ratio"]), target("two threads, " + what, v["ratio"], want) if want else ""])
    return "Ours with one thread and with two, each bound to a core, in turn, milliseconds, best times.\n\n" + table(["what", "one", "two", "one / two", "asked"], rows)


def bound(v):
    """seconds that an epoch cannot go below on this machine: FLOPs at the peak and the optimizer's traffic at the copy bandwidth"""
    peak, copy = re.search(r"Measured: ([\d.]+) GFLOP/s", head), re.search(r"Measured: ([\d.]+) GB/s", head)
    return (v["flops"] / float(peak[1]) + v["weight_bytes"] / float(copy[1])) * 1e-9 if peak and copy and "flops" in v and v["threads"] == 1 else None


def train_page(lines):
    names, rows = ("eager", "fused", "foreach", "compile", "vmap", "jax", "jax_vmap", "torch"), []
    for v in lines:
        if "ratio" not in v: continue
        what, cell, least = "%s %s" % (v["name"][6:], v["size"]), [], bound(v)
        full = "%s, batch %s, %s thread%s" % (what, v["batch"], v["threads"], "s" if v["threads"] > 1 else "")
        if v["name"] == "train.epoch":
            want, share = {256: (1.25, 0.85), 32: (1.7, 0.85), 8: (1.3, 0.9), 1: (1.3, 0.9)}.get(v["batch"], (1, None))
            if share and least and v["ratio"] < want: cell = [target(full + ", bound / ours", least / v["ours"], share)]
            else: cell = [target(full + ", ratio", v["ratio"], want)]
        elif v["name"] == "train.step" and "jax" in v:
            cell = [target(full + ", beside JAX's scan", v["jax"] / v["ours"], 5 if v["size"].startswith("100") else 2.4)]
            if not v["size"].startswith("100"): cell.append(target(full + ", share of the peak", 100 * v["share_of_peak"], 80, unit=" %"))
        elif v["name"] == "train.population" and "jax_vmap" in v and v["threads"] == 1: cell = [target(full + ", beside JAX's vmap", v["jax_vmap"] / v["ours"], 2 if "100-8" in v["size"] else 2.4)]
        elif v["name"] == "train.memory": cell = [target(full + ", ratio", v["ratio"], 5)]
        rows.append([what, v["batch"], v["threads"], v["unit"], num(v["ours"])] + [num(v.get(k)) for k in names]
                    + [num(v.get("jax_compile_s")), num(v["ratio"]), num(least / v["ours"]) if least else "", "; ".join(cell)])
    notes = ["- %s: %s" % (v["note"], v["why"]) for v in lines if "why" in v]
    return ("Medians; ratio: the fastest of PyTorch's and JAX's forms / ours. Epochs are of 8,000 rows x 512, extrapolated from 48 rows (batch 1), 256 (batch 8), 768 (batch 32) or 1,536 rows. "
            "jax: `jit` of an epoch in one `scan`, compiled before (seconds in its column). One-thread rows are bound to one core. bound / ours: FLOPs at the measured peak + 24 bytes a weight and step at the copy "
            "bandwidth, over our time. Memory: VmHWM of a process that trains `uniform` on 8,000 rows.\n\n"
            + table(["what", "batch", "threads", "unit", "ours"] + list(names) + ["compile s", "ratio", "bound / ours", "asked"], rows) + "\n".join(notes) + ("\n" if notes else ""))


def sig_page(lines):
    most = {"signature mean + std": 0.5, "signature all methods": 10, "record, separate, mean + std": 1}
    return [["interpreter_data: " + v["name"], num(v["median"]) + " ms", "", "", "", target("interpreter_data: " + v["name"], v["median"], most[v["name"]], True, " ms")] for v in lines if v.get("name") in most]


def programs_page(got):
    rows = []
    for name in ("artificial", "interp", "sig", "probe", "fair"):
        lines = got.get(name, ([], 0, 0, 0))[0]
        if name == "sig": rows += sig_page(lines)
        if name == "interp": lines = lines[-1:]               # the last line counts all rounds
        for v in lines:
            if name == "interp" and "loader" in v:
                for k, who, want in (("loader", "PyTorch, DataLoader", 20), ("sliced", "PyTorch, slices of one permutation", 10)):
                    what = "interpreter_data run-data-gen: valid records per minute of processor time"
                    rows.append([what, num(v["ours"]["per_minute"]), num(v[k]["per_minute"]), who, num(v["ratio_" + k]), target("%s, %s" % (what, who), v["ratio_" + k], want)])
                    rows.append(["... ms per attempt", num(v["ours"]["ms_per_attempt"]), num(v[k]["ms_per_attempt"]), who, num(v["ratio_attempts_" + k]), ""])
            elif name != "sig":
                r = plain(name, v)
                if not r: continue
                if name == "artificial": r[3] = ("pandas, scikit-learn, PyTorch (fused)" if v.get("epochs") else "scikit-learn, pandas") + ("; with imports %s s" % num(v["peer_with_imports"]) if "peer_with_imports" in v else "")
                rows.append(r)
    return table(HEAD, rows)


# what the run leaves, for --again; with --keep FILE the page stands beside it as FILE.md
elsewhere = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else ""
KEEP = elsewhere or "build/results.json"
got, t0 = {}, time.time()
queue = [n for n in SCRIPTS if not only or n in only]
if not wide_vectors() and not only: queue.remove("gemm_avx2")       # the same as gemm there
if again: took, date, head, got, natural, cleared = json.load(open(KEEP))
else:
    # all anew for a page that counts: what lies in build/ may have been compiled with other flags
    build = ["make", "-s", "-j2"] + ["-B"] * (not quick and not only)
    build += ["all"] * bool({"artificial", "interp", "probe", "fair"} & set(queue))
    subprocess.check_call(build + ["build/bench", "build/bench_train", "build/bench_threads", "build/bench_sig"])
    t0, date, head, natural = time.time(), datetime.date.today().isoformat(), machine(), peers.fresh()
    cleared = peers.cleared
    if cleared: print("taken out of the environment: " + ", ".join(cleared), flush=True)
    for name in queue:
        print("== %s" % name, flush=True)
        try: got[name] = run(name)
        except Exception as e: got[name] = [], "%s: %s" % (type(e).__name__, e), [], 0.0
        print("== %s took %.0f s%s" % (name, got[name][3], "; " + got[name][1] if got[name][1] else ""), flush=True)
        took = time.time() - t0
        json.dump([took, date, head, got, natural, peers.cleared], open(KEEP, "w"))


def section(name, title):
    if name not in got: return ""
    lines = got[name][0]
    try: body = {"gemm": gemm_page, "gemm_avx2": gemm_page, "threads": threads_page, "train": train_page}.get(name, lambda l: table(HEAD, [r for r in (plain(name, v) for v in l) if r]))(lines)
    except Exception as e:                                    # a line in a form that is not known must not cost the page
        got[name] = (lines, got[name][1] or "its lines could not be read: %s: %s" % (type(e).__name__, e), *got[name][2:])
        body = "```\n" + "\n".join(map(json.dumps, lines)) + "\n```\n"
    return ("\n## %s\n\n" % title if title else "") + body


body = section("gemm", "Matrix products") + section("gemm_avx2", "Matrix products, everybody held at AVX2 on purpose") + section("threads", "Two threads") + section("train", "Training") + section("data", "Generators, splits, scalers")
if "text" in got or "bin" in got:
    body += "\n## Formats\n\n" + table(HEAD, [r for n in ("text", "bin") for v in got.get(n, ([],))[0] for r in [plain(n, v)] if r])
if any(n in got for n in ("artificial", "probe", "interp", "fair", "sig")): body += "\n## The four programs end to end\n\n" + programs_page(got)
page = "# Beside the peers\n\nWritten by `make bench-peers` (tests/bench/results.py) on %s in %.0f s%s. Do not edit.\n\n" % (date, took, ", **a quick run: too few repetitions to quote**" if quick else "")
page += ("A ratio is the peer's time / ours in the same run, the two alternating: above 1 ours is faster. One thread on both sides unless a line says otherwise. *asked*: the figure that was aimed at; "
         "**missed** where it is not reached.\n\n## Asked and reached\n\n%d of %d figures reached.%s\n" % (len(asked) - len(missed), len(asked), " Missed:\n\n" + "\n".join(missed) if missed else ""))
page += "\n## Machine and versions\n\n" + head
page += "\nNot in the tables: KANN and genann, which no registry offers (neither PyPI nor Debian has them).\n" + body
wrong, kernel_rows = [], []
for name, g in got.items():
    for v in g[0]:
        if "kernels" not in v: continue
        wrong += ["%s: %s" % (name, d) for d in peers.differences(v, natural)]
        kernel_rows.append([name + (" (held at AVX2)" if v.get("held") else "")] + [v["kernels"].get(k, "") for k in ("OpenBLAS", "MKL", "PyTorch", "JAX")])
if wrong:
    print("no page is written: the peers did not run what they choose on their own\n" + "\n".join(wrong))
    sys.exit(1)
page = page.replace("\nNot in the tables:", "\nTaken out of the environment before the run: %s.\n\nKernels that the libraries chose in each script's process:\n\n" % (", ".join(cleared) or "nothing") + table(["script", "OpenBLAS", "MKL", "PyTorch", "JAX"], kernel_rows) + "\nNot in the tables:")
trouble = ["- %s: %s" % (n, g[1]) for n, g in got.items() if g[1]] + ["- " + s for g in got.values() for s in g[2]]
if trouble: page += "\n## What did not run\n\n" + "\n".join(trouble) + "\n"
page = page.replace(root + "/", "")
page = re.sub(r"(?<![\w/])/(?:tmp|home|root|work|usr|opt)/\S*", "(path)", page)
out = elsewhere + ".md" if elsewhere else "build/RESULTS-quick.md" if quick else "build/RESULTS-part.md" if only else "tests/bench/RESULTS.md"
open(out, "w").write(page)
if out == "tests/bench/RESULTS.md": figures.write()
print("wrote %s in %.0f s" % (out, time.time() - t0))
sys.exit(1 if any(g[1] for g in got.values()) else 0)
