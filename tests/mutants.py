#!/usr/bin/env python3
"""tests/mutants.py - make mutants: would the tests notice? Small faults put into copies of the headers, one at a time.

    mutants.py                 all of tests/mutants.txt; mutants.py 15: every k-th, so many in all; mutants.py WORD...: lines with a word
    mutants.py draw            appends drawn ones, 20 a header from a fixed seed; those that were drawn before go

tests/mutants.txt: five fields a line, parted by tabs: made (by hand) or drawn; header; test programs; old text; new text; \\n and \\t in
the texts stand for themselves. A text that does not stand in its header exactly once is a failure: draw again, or mend the line. One of
the programs must fail (a non-zero status, or no end in ten minutes). Survivors are listed; "alive" before the first field says that it is known
and why (the line above). Two at a time (JOBS)."""
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
# which programs a section is proved by; "" = the rest of the header
TESTS = {
    "nn_tensor.h": {"MATH": "math_f64", "KERNELS": "math_f32 gemm rng", "ACT": "gemm", "UPDATE": "gemm", "GEMM": "gemm", "TILES": "gemm",
                    "RNG": "rng", "draws": "rng", "LINALG": "linalg", "QUANT": "linalg", "": "tensor"},
    "nn_fmt.h": {"NUM": "num", "COMMON": "npy csv", "CSV": "csv", "JSON": "json", "YAML": "yaml", "DEFLATE": "deflate", "ZIP": "npy",
                 "NPY": "npy", "IDX": "npy", "PTH": "pth", "SAFETENSORS": "pth", "GGUF": "gguf", "EVENTS": "events", "PNG": "events", "": "io"},
    "nn_mlp.h": {"": "mlp"},
    "nn_train.h": {"METRICS": "metrics", "intervals": "metrics", "FAIRNESS": "metrics", "REGRESSION": "regression", "BILEVEL": "bilevel",
                   "": "train"},
    "nn_data.h": {"PATTERN": "pattern", "FAIR": "fair", "TABULAR": "fair", "PROBING": "probing", "": "data"},
    "nn_sig.h": {"": "sig"},
}
SWAPS = [(" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "), (" == ", " != "), (" != ", " == "), (" && ", " || "),
         (" || ", " && "), (" + 1", ""), (" - 1", ""), (" + ", " - "), (" - ", " + "), ("++;", "--;")]


def pack(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def unpack(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), text)


def sites(header):
    """every (section, line, old, new) of the implementation; declarations, messages, comments and switches are left out"""
    text = open(header, encoding="utf-8").read()
    lines = text.split("\n")
    begin = next(i for i, l in enumerate(lines) if "[IMPLEMENTATION] ===" in l)
    section, found = "", []
    for i in range(begin, len(lines)):
        line = lines[i]
        banner = re.match(r"/\* (?:----|====) \[?(\w+)", line)
        if banner:
            name = banner.group(1)
            if name in TESTS[header] or line.startswith("/* ----  [") or "[" in line:
                section = name
        bare = line.split("/*")[0]
        if not line.startswith("    ") or '"' in bare or line.endswith("\\") or bare.strip().startswith(("*", "#")) or "error" in bare:
            continue
        for old, new in SWAPS:
            if bare.count(old) == 1 and not (old == " + " and " + 1" in bare) and not (old == " - " and " - 1" in bare):
                if text.count("\n" + line + "\n") == 1:
                    found.append((section, i, line, line.replace(old, new, 1)))
    return found


def draw():
    kept = [l for l in open(LIST, encoding="utf-8").read().split("\n") if l and not re.match(r"(alive )?drawn\t", l)]
    pick = random.Random(14)
    with open(LIST, "w", encoding="utf-8") as out:
        out.write("\n".join(kept) + "\n")
        for header, table in TESTS.items():
            for section, _, old, new in sorted(pick.sample(sites(header), PER_HEADER), key=lambda s: s[1]):
                test = table.get(section, table[""])
                out.write("\t".join(["drawn", header, test, pack(old), pack(new)]) + "\n")


def run(job):
    number, line = job
    kind, header, tests, old, new = line.split("\t")
    old, new = unpack(old), unpack(new)
    text = open(header, encoding="utf-8").read()
    found = text.count("\n" + old + "\n") if kind.endswith("drawn") else text.count(old)
    if found != 1:
        return "lost", f"{header}: {found} places of {old.strip()[:90]!r}", line
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/tests")
        os.mkdir(tmp + "/build")
        for f in os.listdir("."):
            if f.startswith("nn_") and f.endswith(".h"):
                shutil.copy(f, tmp)
        for f in os.listdir("tests"):
            if f.endswith((".h", ".c")):
                shutil.copy("tests/" + f, tmp + "/tests")
        os.symlink(os.path.abspath("tests/data"), tmp + "/tests/data")
        os.symlink(os.path.abspath("examples"), tmp + "/examples")
        body = text.replace("\n" + old + "\n", "\n" + new + "\n") if kind.endswith("drawn") else text.replace(old, new)
        with open(f"{tmp}/{header}", "w", encoding="utf-8") as out:
            out.write(body)
        said = f"{header}: {old.strip()[:100]}"
        for name in tests.split():
            made = subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-O1" if name == "gemm" else "-O0", "-DNN_STATIC", "-w", f"tests/test_{name}.c", "-o", "build/t", "-lm"],
                                  cwd=tmp, capture_output=True)
            if made.returncode:
                return "killed", said + " (does not compile)", line
            try:
                if subprocess.run(["build/t"], cwd=tmp, capture_output=True, timeout=600).returncode:
                    return "killed", said, line
            except subprocess.TimeoutExpired:
                return "killed", said + " (no end)", line
        return "survived", f"{said} -> {new.strip()[:100]} ({tests})", line


def main():
    if sys.argv[1:] == ["draw"]:
        return draw()
    jobs = [l for l in open(LIST, encoding="utf-8").read().split("\n") if re.match(r"(alive )?(made|drawn)\t", l)]
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        live = [l for l in jobs if not l.startswith("alive")]
        n = int(sys.argv[1])
        jobs = [live[i * len(live) // n] for i in range(n)]
    elif len(sys.argv) > 1:
        jobs = [l for l in jobs if any(w in l for w in sys.argv[1:])]
    count = {}
    with ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for what, said, line in pool.map(run, enumerate(jobs)):
            if line.startswith("alive") and what != "lost":
                what = "known" if what == "survived" else "killed, though it is listed as alive"
            key = ("made" if "made\t" in line else "drawn", what)
            count[key] = count.get(key, 0) + 1
            if what not in ("killed", "known"):
                print(f"{what}: {said}", flush=True)
    for kind in ("made", "drawn"):
        mine = {k[1]: v for k, v in count.items() if k[0] == kind}
        if mine:
            print(f"{kind}: " + ", ".join(f"{v} {k}" for k, v in sorted(mine.items())))
    good = sum(v for k, v in count.items() if k[1] in ("killed", "known"))
    print(f"{good} passed, {sum(count.values()) - good} failed, 0 skipped")
    return good != sum(count.values())


sys.exit(main())
