#!/usr/bin/env python3
"""tests/bench/results.py - make bench-peers: every tests/bench/peers_*.py in turn, their lines as they come, and tests/bench/RESULTS.md from them.

    python3 tests/bench/results.py              everything, about ten minutes on two quiet cores
    python3 tests/bench/results.py --quick      few repetitions, to see that all of it runs; writes build/RESULTS-quick.md
    python3 tests/bench/results.py gemm train   only these scripts; writes build/RESULTS-part.md
Each script alternates ours and the peer in one run. A script that fails or passes its time limit is named in the page with its last words; the exit status is then 1."""
import datetime, importlib.metadata, json, os, platform, re, subprocess, sys, time
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(root)
quick = "--quick" in sys.argv
only = [a for a in sys.argv[1:] if not a.startswith("-")]
# script: arguments of a full run, of a quick one, seconds it may take
SCRIPTS = {
    "gemm": (["--rounds", "7"], ["--rounds", "1"], 150), "train": (["--reps", "3"], ["--reps", "1", "--no-compile", "--batches", "8,32", "memory", "step", "population", "epoch"], 300),
    "data": (["7"], ["1"], 120), "text": ([], ["2000"], 120), "bin": (["256"], ["16"], 120),
    "artificial": (["--rounds", "3", "--epochs", "2"], ["--rounds", "1", "--epochs", "1"], 150), "probe": (["10", "3"], ["2", "1"], 90),
    "interp": (["--records", "4", "--rounds", "1"], ["--records", "1", "--rounds", "1"], 120), "fair": ([], [], 90)}

BUDGET = 1800 if quick else 690                               # seconds for all of them


def sh(cmd):
    try: return subprocess.run(cmd, capture_output=True, text=True).stdout.strip()
    except OSError: return ""


def run(name):
    full, short, limit = SCRIPTS[name]
    t, lines, other = time.time(), [], []
    limit = max(20, min(limit, BUDGET - (t - t0) - 15 * (len(queue) - queue.index(name) - 1)))
    # -u: what came before the time limit counts
    p = subprocess.Popen([sys.executable, "-u", "tests/bench/peers_%s.py" % name] + (short if quick else full), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    import signal, threading
    late = []
    def stop():
        late.append(1)
        os.killpg(p.pid, signal.SIGTERM)                      # its own session: the script and what it started
    timer = threading.Timer(limit, stop)
    timer.start()
    for l in p.stdout:
        print(l, end="", flush=True)
        try:
            v = json.loads(l)
            lines.append(v) if isinstance(v, dict) else other.append(l.strip())
        except ValueError:
            if l.strip(): other.append(l.strip())
    rc = p.wait()
    timer.cancel()
    bad = ("stopped after %d s, what it had printed counts" % limit) if late else "" if rc == 0 else "status %d: %s" % (rc, other[-1] if other else "no message")
    skips = [o for o in other if o.startswith("skip")]
    return lines, bad, skips, time.time() - t


def num(v):
    if v is None: return ""
    v = float(v)
    return "%.0f" % v if abs(v) >= 1000 else "%.4g" % v if abs(v) >= 100 else "%.3g" % v
def ratio(v): return "**%s**" % num(v) if float(v) >= 1 else num(v)
def table(head, rows):
    if not rows: return ""
    return "| " + " | ".join(head) + " |\n|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|\n" + "".join("| " + " | ".join(str(c) for c in r) + " |\n" for r in rows) + "\n"
UNIT = {"ours_s": ("peer_s", "s"), "ours_ms": ("peer_ms", "ms")}
HIDE = ("name", "unit", "ratio", "isa", "peer", "best")


def plain(v):
    """what, ours, peer, ratio of a line in any of the scripts' forms"""
    if "ours_mb_s" in v:
        return [v["name"] + "; " + str(v.get("kind", "")) + ("; size %s of the peer's" % v["size_ratio"] if "size_ratio" in v else ""), num(v["ours_mb_s"]) + " MB/s", num(v.get("peer_mb_s")) + " MB/s", v.get("peer", ""), ratio(v["ratio"])]
    for o, (p, unit) in UNIT.items():
        if o in v:
            peer = v.get(p, v.get("numpy_s", v.get("torch_s")))
            what = "; ".join(["%s" % v["name"]] + ["%s %s" % (k, num(x) if isinstance(x, float) else x) for k, x in v.items()
                             if k not in HIDE + (o, p, "numpy_s", "torch_s") and not k.endswith(("_s", "_ms", "_min")) and not isinstance(x, (dict, list))])
            who = v.get("peer", "NumPy" if "numpy_s" in v else v.get("peer_name", ""))
            return [what, num(v[o]) + " " + unit, num(peer) + " " + unit, who, ratio(v["ratio"])]
    if "ours" in v and "ratio" in v:
        peer = v.get(v.get("best", ""), v.get("torch", v.get("peer")))
        what = "; ".join([v["name"]] + ["%s %s" % (k, v[k]) for k in ("size", "batch", "threads", "epochs") if v.get(k) is not None])
        return [what, "%s %s" % (num(v["ours"]), v.get("unit", "")), "%s %s" % (num(peer), v.get("unit", "")), v.get("best", v.get("peer_name", "")), ratio(v["ratio"])]
    return None


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
    out.append("- Load average at the start: %.1f (ratios are of one run; absolute times count only when the machine was quiet)" % os.getloadavg()[0])
    def version(p):
        try: return "%s %s" % (p, importlib.metadata.version(p))
        except importlib.metadata.PackageNotFoundError: return "%s not installed" % p
    out.append("- Compiler: %s, `-std=c99 -O2 -fopenmp`, no `-march`: the path is chosen at run time" % (sh([os.environ.get("CC", "cc"), "--version"]).splitlines() or ["?"])[0])
    out.append("- Python %s; " % platform.python_version() + ", ".join(version(p) for p in ("numpy", "mkl", "torch", "scikit-learn", "pandas", "polars", "pyarrow", "orjson", "safetensors")))
    try:
        import numpy as np
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        out.append("- NumPy's BLAS: %s %s" % (blas.get("name"), blas.get("version")))
    except Exception: pass
    return "\n".join(out) + "\n"


def gemm_page(lines):
    rows = []
    for v in lines:
        if not v.get("name", "").startswith("gemm_"): continue
        peers = {k: v[k + "_min"] for k in ("numpy", "mkl", "torch") if k + "_min" in v}
        best = min(peers, key=peers.get)
        gf = 2e-3 * v["m"] * v["n"] * v["k"] / v["ours_min"]
        rows.append(["%s %dx%dx%d" % (v["name"][5:], v["m"], v["n"], v["k"]), num(v["ours_min"]), num(gf)] + [num(peers.get(k)) for k in ("numpy", "mkl", "torch")] + [ratio(peers[best] / v["ours_min"])])
    return ("Microseconds, best of the rounds; GFLOP/s ours. `nt 32x512x512` is Y = X W^T with 32 rows. Ratio: the fastest peer / ours. A call from Python costs NumPy and PyTorch about 1 us and MKL by ctypes about 1.5 us, "
            "which decides the smallest shapes; ours is called in a C loop.\n\n" + table(["product", "ours us", "GFLOP/s", "NumPy (OpenBLAS)", "MKL", "PyTorch", "ratio"], rows))


def train_page(lines):
    names = ("eager", "fused", "foreach", "compile", "vmap", "torch")
    rows = [["%s %s" % (v["name"][6:], v["size"]), v["batch"], v["threads"], v["unit"], num(v["ours"])] + [num(v.get(k)) for k in names] + [ratio(v["ratio"])] for v in lines if "ratio" in v]
    notes = ["- %s: %s" % (v["note"], v["why"]) for v in lines if "why" in v]
    return ("Medians; ratio: the best form of PyTorch / ours. Epochs are of 8,000 rows x 512, extrapolated from 48 rows (batch 1), 256 (batch 8), 768 (batch 32) or 1,536 rows. Memory: VmHWM of a process that "
            "trains `uniform` on 8,000 rows.\n\n" + table(["what", "batch", "threads", "unit", "ours"] + list(names) + ["ratio"], rows) + "\n".join(notes) + ("\n" if notes else ""))


def programs_page(got):
    rows = []
    for name in ("artificial", "probe", "interp", "fair"):
        for v in got.get(name, ([], 0, 0, 0))[0]:
            if name == "interp" and "loader" in v:
                for k, who in (("loader", "PyTorch, DataLoader"), ("sliced", "PyTorch, slices of one permutation")):
                    rows.append(["interpreter_data run-data-gen: valid records per minute of processor time", num(v["ours"]["per_minute"]), num(v[k]["per_minute"]), who, ratio(v["ratio_" + k])])
                    rows.append(["... ms per attempt", num(v["ours"]["ms_per_attempt"]), num(v[k]["ms_per_attempt"]), who, ratio(v["ratio_attempts_" + k])])
                continue
            r = plain(v)
            if r:
                if name == "artificial": r[3] = ("scikit-learn, pandas" if v["epochs"] is None else "pandas, scikit-learn, PyTorch (fused)") + "; with imports %s s" % num(v["peer_with_imports"])
                if name == "fair": r[0], r[3] = "fair_tasks meta-train: " + r[0], "PyTorch"
                rows.append(r)
    return table(["what", "ours", "peer", "who", "ratio"], rows)


got, t0 = {}, time.time()
queue = [n for n in SCRIPTS if not only or n in only]
subprocess.check_call(["make", "-s", "all", "build/bench", "build/bench_train"])
head = machine()
for name in queue:
    print("== peers_%s" % name, flush=True)
    got[name] = run(name)
    print("== peers_%s took %.0f s%s" % (name, got[name][3], "; " + got[name][1] if got[name][1] else ""), flush=True)
page = "# Beside the peers\n\nWritten by `make bench-peers` (tests/bench/results.py) on %s in %.0f s%s. Do not edit.\n\n" % (
    datetime.date.today().isoformat(), time.time() - t0, ", **a quick run: too few repetitions to quote**" if quick else "")
page += "A ratio is the peer's time / ours in the same run, the two alternating: above 1 (bold) ours is faster. One thread on both sides unless a line says otherwise.\n\n## Machine and versions\n\n" + head
page += "\nNot in the table: KANN and genann, which no registry offers (neither PyPI nor Debian has them).\n"
SECTIONS = (("gemm", "Matrix products"), ("train", "Training"), ("data", "Generators, splits, scalers"), ("text", "CSV and JSON"), ("bin", "Binary formats"))
for name, title in SECTIONS:
    if name not in got: continue
    lines = got[name][0]
    page += "\n## %s\n\n" % title
    page += gemm_page(lines) if name == "gemm" else train_page(lines) if name == "train" else table(["what", "ours", "peer", "who", "ratio"], [r for r in map(plain, lines) if r])
if any(n in got for n in ("artificial", "probe", "interp", "fair")): page += "\n## The four programs end to end\n\n" + programs_page(got)
trouble = ["- peers_%s: %s" % (n, g[1]) for n, g in got.items() if g[1]] + ["- " + s for g in got.values() for s in g[2]]
if trouble: page += "\n## What did not run\n\n" + "\n".join(trouble) + "\n"
page = page.replace(root + "/", "")
page = re.sub(r"(?<![\w/])/(?:tmp|home|root|work|usr|opt)/\S*", "(path)", page)
out = "build/RESULTS-quick.md" if quick else "build/RESULTS-part.md" if only else "tests/bench/RESULTS.md"
open(out, "w").write(page)
print("wrote %s in %.0f s" % (out, time.time() - t0))
sys.exit(1 if any(g[1] for g in got.values()) else 0)
