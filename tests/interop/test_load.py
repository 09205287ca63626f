"""tests/interop/test_load.py - the datasets library reads sets of interpreter_data: by folder and by file, parts plain and packed, all at once and streaming,
every mixture of tasks; Python's gzip finds the plain set's lines in the packed one."""
import glob, gzip, itertools, json, os, subprocess, sys, tempfile

passed = failed = skipped = 0
prog = os.path.join(os.environ.get("BUILD", "build"), "interpreter_data")


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def finish():
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
try:
    import datasets
except ImportError:
    print("skip test_load: datasets is not installed")
    skipped = 1
    finish()
if not os.path.exists(prog):
    print("skip test_load: build/interpreter_data is not built")
    skipped = 1
    finish()
datasets.disable_progress_bars()
tmp = tempfile.TemporaryDirectory()
cache = os.path.join(tmp.name, "cache")
SPLITS = ("train", "validation", "test")
# small subjects, one good part in three; open gates: what is loaded counts here, not what it learned
BASE = ["--num_layers", "1", "--neurons_per_layer", "8", "--patterns", "palindrome,sorted_ascending,starts_with,has_majority", "--target_total_examples", "1200",
        "--max_elsewhere", "1", "--label_threshold", "0.3", "--checkpoint_interval", "5", "--length", "17", "--threads", "2", "--no-tensorboard.enabled", "--quiet",
        "--min_pattern_improvement", "0", "--min_degradation_threshold", "0", "--no-pattern_specific", "--max_other_degradation", "1", "--no-control"]
STAGES = BASE[BASE.index("--min_pattern_improvement"):]
TASKS = {"both": [], "modification": ["--no-include_classification"], "classification": ["--no-include_modification"]}


def make(name, *flags):
    out = os.path.join(tmp.name, name)
    base = BASE[:-len(STAGES)] if "--no-include_modification" in flags else BASE
    r = subprocess.run([prog, "run-data-gen", *base, *flags, "--out", out], capture_output=True, text=True)
    check(r.returncode == 0, f"{name}: {r.stderr}")
    return out


def rows_of(out, split):
    return [json.loads(l) for p in sorted(glob.glob(f"{out}/data/{split}-*.jsonl")) for l in open(p)]


def same(ds, rows, what):
    got = list(ds)
    check([g["example_id"] for g in got] == [r["example_id"] for r in rows] and all(set(g) == set(r) for g, r in zip(got, rows)), what + ": ids and columns")
    for g, r in zip(got, rows):
        bad = [k for k in r if isinstance(r[k], str) and g[k] != r[k]]
        if bad or g["metadata"]["selected_patterns"] != r["metadata"]["selected_patterns"]:
            check(False, f"{what}: record {r['example_id']}: {bad}")
            return
    check(True, what)


split = ["--test_fraction", "0.3", "--validation_fraction", "0.3"]
sets = {}
for task, flags in TASKS.items():
    for columns in ("prompts", "fields", "all") if task == "both" else ("prompts",):
        sets[task, columns] = [make(f"{task}-{columns}{g[2:]}", *flags, *split, "--columns", columns, *([g] if g else [])) for g in ("", "--gzip")]
for (task, columns), (plain, packed) in sets.items():
    name = f"{task}, {columns}"
    want = {s: rows_of(plain, s) for s in SPLITS}
    check(sum(map(len, want.values())) == 17 and all(want.values()), f"{name}: three splits: {[len(w) for w in want.values()]}")
    lines = [open(p, "rb").read() for p in sorted(glob.glob(plain + "/data/*"))]
    unpacked = [gzip.open(p).read() for p in sorted(glob.glob(packed + "/data/*"))]
    check(lines == unpacked and len(lines) > 5, f"{name}: gzip reads the plain set's lines")
    for form, out in (("plain", plain), ("packed", packed)):
        ds = datasets.load_dataset(out, cache_dir=cache)
        check(set(ds) == set(SPLITS), f"{name}, {form}: the folder's splits: {sorted(ds)}")
        for s in SPLITS:
            same(ds[s], want[s], f"{name}, {form}, folder, {s}")
        files = sorted(glob.glob(out + "/data/train-*"))
        same(datasets.load_dataset("json", data_files=files, split="train", cache_dir=cache), want["train"], f"{name}, {form}, files")
        same(datasets.load_dataset("json", data_files=files, split="train", streaming=True), want["train"], f"{name}, {form}, streaming")
        same(datasets.load_dataset(out, split="test", streaming=True), want["test"], f"{name}, {form}, folder, streaming")
# sets of other tasks behind each other, in every order: columns that a set does not have are null, with the features of the set that has all
plain = {t: sorted(glob.glob(sets[t, "prompts"][1] + "/data/train-*")) for t in TASKS}
features = datasets.load_dataset("json", data_files=plain["both"], split="train", cache_dir=cache).features
for order in itertools.permutations(TASKS):
    want = [r for t in order for r in rows_of(sets[t, "prompts"][0], "train")]
    for streaming in (False, True):
        what = f"{', '.join(order)}, {'streaming' if streaming else 'at once'}"
        try:
            got = list(datasets.load_dataset("json", data_files=[f for t in order for f in plain[t]], split="train", features=features, streaming=streaming,
                                             **({} if streaming else {"cache_dir": cache})))
        except Exception as e:
            check(False, f"{what}: {type(e).__name__} {e}"[:300])
            continue
        bad = [(g["example_id"], k) for g, r in zip(got, want) for k in features if k not in ("metadata", "training_metrics") and g[k] != r.get(k)]
        check(len(got) == len(want) and not bad, f"{what}: {bad[:3]}")
finish()
