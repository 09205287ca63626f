#!/usr/bin/env python3
"""tests/mutants.py - make mutants: would the tests notice? Small faults put into copies of the headers, one at a time.

    mutants.py                 all of tests/mutants.txt
    mutants.py 15              so many in all, every k-th of those that quick programs prove
    mutants.py WORD...         lines with one of the words; match: only whether every pattern stands where it should
    mutants.py draw            draws again, 20 a header from a fixed seed. Done once: survivors are not drawn away, they get tests

tests/mutants.txt: five fields a line, parted by tabs: made (by hand) or drawn; header; test programs; old text; new text; \\n and \\t in
the texts stand for themselves. How much white space stands between two tokens does not matter. A text that does not stand in its header
exactly once is a failure: mend the line. One of the programs must fail (a non-zero status, or no end in minutes), as built for
make test or, when all pass there, with every access checked (make sanitize; tcc -b). "alive" before the first field: no input can tell, and the comment above
says why; "open": no test tells so far, which counts as skipped. Two at a time (JOBS). CC builds; where tcc is found it builds the programs that need no SIMD, a hundred times as fast."""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

LIST = "tests/mutants.txt"
PER_HEADER = 20
SEED = 14
# which programs a section is proved by; "" = the rest of the header
TESTS = {
    "nn_tensor.h": {"MATH": "math_f64 math_f32", "KERNELS": "math_f32 rng mlp train gemm", "ACT": "mlp gemm", "UPDATE": "train gemm",
                    "GEMM": "mlp gemm", "TILES": "gemm", "RNG": "rng", "draws": "rng", "LINALG": "linalg", "QUANT": "linalg",
                    "ISA": "tensor gemm", "": "tensor starve npy"},
    "nn_fmt.h": {"NUM": "num csv", "COMMON": "csv npy", "CSV": "csv", "JSON": "json", "YAML": "yaml", "DEFLATE": "deflate",
                 "ZIP": "npy hostile", "NPY": "npy", "IDX": "npy", "PTH": "pth", "SAFETENSORS": "pth hostile", "GGUF": "gguf",
                 "EVENTS": "events", "PNG": "events", "": "io npy"},
    "nn_mlp.h": {"TASKVEC": "mlp", "": "mlp train"},
    "nn_train.h": {"METRICS": "metrics", "intervals": "metrics", "FAIRNESS": "metrics flip", "REGRESSION": "regression",
                   "BILEVEL": "bilevel", "selectors": "bilevel", "POPULATION": "train", "": "train"},
    "nn_data.h": {"PATTERN": "pattern", "FAIR": "fair", "TABULAR": "fair", "PROBING": "probing", "": "data"},
    "nn_sig.h": {"": "sig"},
}
SWAPS = [(r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
         (r" && ", " || "), (r" \|\| ", " && "), (r" \+ 1\b(?!\.)", ""), (r" - 1\b(?!\.)", ""), (r" \+ (?!1\b)", " - "),
         (r" - (?!1\b)", " + "), (r" \* ", " / "), (r" / ", " * "), (r"\+\+;", "--;"), (r"if \(!", "if (")]
# these need SIMD, or minutes without an optimizer
SLOW = ("math_f32", "math_f64", "gemm", "mlp", "train", "rng", "num", "metrics", "bilevel", "npy", "flip")
QUICK = shutil.which("tcc")
# as make test builds them: some faults show only where two threads share the work
OPENMP = ["-fopenmp"] if subprocess.run([os.environ.get("CC", "cc"), "-fopenmp", "-E", "-x", "c", os.devnull], capture_output=True).returncode == 0 else []
# no result depends on these: rooms that grow, how many threads, which ways are worth it
AIMLESS = re.compile(r"\bcap\b|_cap\b|room|thread|grow|worth|prefetch")
TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


def pack(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def unpack(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), text)


def tokens(text):
    return re.findall(r"\w+|[^\w\s]", text)


def pattern(text):
    """the text as a regular expression in which white space has any size; a word does not begin or end inside another"""
    parts = tokens(text)
    body = r"\s*".join(re.escape(t) for t in parts)
    return re.compile((r"\b" if re.match(r"\w", parts[0]) else "") + body + (r"\b" if re.match(r"\w", parts[-1]) else ""))


def code_only(text):
    """the text with comments and strings as blanks, every character in its place"""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", blank, text, flags=re.S)


def live_lines(header):
    """the lines that a compiler for this machine sees"""
    made = subprocess.run(["gcc", "-E", "-std=c99", "-DNN_IMPLEMENTATION", "-x", "c", header], capture_output=True, text=True, check=True)
    live, file, at = set(), "", 0
    for line in made.stdout.split("\n"):
        mark = re.match(r'# (\d+) "([^"]*)"', line)
        if mark:
            at, file = int(mark.group(1)), os.path.basename(mark.group(2))
            continue
        if file == header and line.strip():
            live.add(at)
        at += 1
    return live


def smallest(text, plain, begin, end):
    """the smallest part of the statement (or else the line) around text[begin:end] that stands once, from 20 characters on"""
    for bounds in (";{}\n", "\n"):
        left, right = begin, end
        first = max(text.rfind(c, 0, begin) for c in bounds) + 1
        last = min(x for x in (text.find(c, end) for c in bounds) if x >= 0)
        spans = [(m.start() + first, m.end() + first) for m in TOKEN.finditer(text[first:last])]
        while True:
            old = text[left:right]
            if len(old.strip()) >= 20 and len(pattern(old).findall(text)) == 1 and plain[left:right] == old:
                return left, right
            before = [s for s, e in spans if s < left]
            after = [e for s, e in spans if e > right]
            if not before and not after:
                break
            left = before[-1] if before else left
            right = after[0] if after else right
    return None


def sites(header):
    """the text, the text without comments and strings, every (section, begin, end, new) of the implementation; declarations,
    messages, comments and switches are left out"""
    text = open(header, encoding="utf-8").read()
    plain = code_only(text)
    live = live_lines(header)
    lines, bare_lines = text.split("\n"), plain.split("\n")
    begin = next(i for i, l in enumerate(lines) if "[IMPLEMENTATION] ===" in l)
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    section, found, in_macro = "", [], False
    for i in range(begin, len(lines)):
        line, bare = lines[i], bare_lines[i]
        banner = re.match(r"/\* (?:----|====) +\[?(\w+)", line)
        if banner and (banner.group(1) in TESTS[header] or "[" in line):
            section = banner.group(1)
        macro = in_macro or bare.lstrip().startswith("#")
        in_macro = macro and line.endswith("\\")
        if macro or i + 1 not in live or not line.startswith("    ") or line.endswith("\\"):
            continue
        if '"' in line or "error" in bare or AIMLESS.search(bare):
            continue
        for old, new in SWAPS:
            for m in re.finditer(old, bare):
                found.append((section, starts[i] + m.start(), starts[i] + m.end(), new))
    return text, plain, found


def compiles(header, old, new):
    text = open(header, encoding="utf-8").read()
    with tempfile.TemporaryDirectory() as tmp:
        for f in os.listdir("."):
            if f.startswith("nn_") and f.endswith(".h"):
                shutil.copy(f, tmp)
        with open(f"{tmp}/{header}", "w", encoding="utf-8") as out:
            out.write(pattern(old).sub(lambda m: new, text))
        return subprocess.run(["gcc", "-fsyntax-only", "-std=c99", "-w", "-DNN_IMPLEMENTATION", "-x", "c", header], cwd=tmp,
                              capture_output=True).returncode == 0


def draw():
    kept = [l for l in open(LIST, encoding="utf-8").read().split("\n") if l and not re.match(r"((alive|open) )?drawn\t", l)]
    pick = random.Random(SEED)
    with open(LIST, "w", encoding="utf-8") as out:
        out.write("\n".join(kept) + "\n")
        for header, table in TESTS.items():
            text, plain, order = sites(header)
            print(header, len(order), "sites", flush=True)
            pick.shuffle(order)
            chosen = []
            for section, begin, end, new in order:
                span = smallest(text, plain, begin, end)
                if not span:
                    continue
                old = text[span[0]:span[1]]
                changed = old[:begin - span[0]] + new + old[end - span[0]:]
                if compiles(header, old, changed):
                    chosen.append((section, begin, old.strip(), changed.strip()))
                if len(chosen) == PER_HEADER:
                    break
            for section, _, old, new in sorted(chosen, key=lambda s: s[1]):
                out.write("\t".join(["drawn", header, table.get(section, table[""]), pack(old), pack(new)]) + "\n")


def copy_tree(tmp):
    os.makedirs(tmp + "/tests/fuzz")
    os.mkdir(tmp + "/build")
    for f in os.listdir("."):
        if f.startswith("nn_") and f.endswith(".h"):
            shutil.copy(f, tmp)
    for f in os.listdir("tests"):
        if f.endswith((".h", ".c")):
            shutil.copy("tests/" + f, tmp + "/tests")
    shutil.copy("tests/fuzz/targets.h", tmp + "/tests/fuzz")
    os.symlink(os.path.abspath("tests/data"), tmp + "/tests/data")
    os.symlink(os.path.abspath("examples"), tmp + "/examples")


def build_and_run(tmp, name, sanitized=False):
    """0 when the program passes, else why not"""
    if sanitized and QUICK and name not in SLOW:
        make = [QUICK, "-b", "-DNN_ARENA_EXACT"]
    elif sanitized:
        make = [os.environ.get("CC", "cc"), "-O1", "-g1", "-DNN_ARENA_EXACT", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"] + OPENMP
    elif QUICK and name not in SLOW:
        make = [QUICK]
    else:
        make = [os.environ.get("CC", "cc"), "-O1"] + OPENMP
    made = subprocess.run(make + ["-std=c99", "-DNN_STATIC", "-DNN_TEST_STOP", "-w", f"tests/test_{name}.c", "-o", "build/t", "-lm"],
                          cwd=tmp, capture_output=True)
    if made.returncode:
        return "does not compile"
    try:
        done = subprocess.run(["build/t"], cwd=tmp, capture_output=True, timeout=600 if name in SLOW else 120)
    except subprocess.TimeoutExpired:
        return "no end"
    return done.returncode and f"test_{name}" + (", accesses checked" if sanitized else "")


def sound(name):
    """the unchanged program must pass there: nothing may be told from a program that fails anyway"""
    with tempfile.TemporaryDirectory() as tmp:
        copy_tree(tmp)
        return build_and_run(tmp, name) == 0


def run(line):
    header, tests, old, new = line.split("\t")[1:]
    old, new = unpack(old), unpack(new)
    text = open(header, encoding="utf-8").read()
    places = len(pattern(old).findall(text))
    if places != 1:
        return "lost", f"{header}: {places} places of {old.strip()[:90]!r}", line
    if sys.argv[1:] == ["match"]:
        return "found", "", line
    said = f"{header}: {' '.join(old.split())} -> {' '.join(new.split())}"
    with tempfile.TemporaryDirectory() as tmp:
        copy_tree(tmp)
        with open(f"{tmp}/{header}", "w", encoding="utf-8") as out:
            out.write(pattern(old).sub(lambda m: new, text))
        for sanitized in (False, True):
            for name in tests.split():
                why = build_and_run(tmp, name, sanitized)
                if why == "does not compile":
                    return "broken", said, line
                if why:
                    return "killed", f"{said} ({why})", line
    return "survived", f"{said} ({tests})", line


def main():
    if sys.argv[1:] == ["draw"]:
        return draw()
    jobs = [l for l in open(LIST, encoding="utf-8").read().split("\n") if re.match(r"((alive|open) )?(made|drawn)\t", l)]
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        quick = [l for l in jobs if not l.startswith(("alive", "open")) and not set(l.split("\t")[2].split()) & set(SLOW)]
        n = int(sys.argv[1])
        jobs = [quick[i * len(quick) // n] for i in range(n)]
    elif sys.argv[1:] and sys.argv[1:] != ["match"]:
        jobs = [l for l in jobs if any(w in l for w in sys.argv[1:])]
    count, bad = {}, 0
    with ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        if sys.argv[1:] != ["match"]:
            names = sorted({n for l in jobs for n in l.split("\t")[2].split()})
            for name, passes in zip(names, pool.map(sound, names)):
                if not passes:
                    print(f"test_{name} fails without a fault", flush=True)
                    bad += 1
        for what, said, line in pool.map(run, jobs):
            mark = line.split(" ")[0]
            if mark in ("alive", "open") and what in ("killed", "survived"):
                known = "equivalent" if mark == "alive" else "open"
                what = known if what == "survived" else f"killed, though it is listed as {mark}"
            key = ("made" if "made\t" in line else "drawn", what)
            count[key] = count.get(key, 0) + 1
            if what not in ("killed", "equivalent", "found") or "V" in os.environ:
                print(f"{what}: {said}", flush=True)
    for kind in ("made", "drawn"):
        mine = {k[1]: v for k, v in count.items() if k[0] == kind}
        if mine:
            print(f"{kind}: " + ", ".join(f"{v} {k}" for k, v in sorted(mine.items())))
    good = sum(v for k, v in count.items() if k[1] in ("killed", "equivalent", "found"))
    known = sum(v for k, v in count.items() if k[1] == "open")
    bad += sum(count.values()) - good - known
    print(f"{good} passed, {bad} failed, {known} skipped")
    return bad != 0


sys.exit(main())
