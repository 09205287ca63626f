#!/usr/bin/env python3
"""tests/check_docs.py - every public declaration of the six headers stands under a comment, and every header opens
with the manual block. A group of declarations on adjoining lines shares the comment above its first line; a comment
behind a declaration counts for it. Prints what lacks one; the closing line is the suite's."""
import glob
import re
import sys
from pathlib import Path

bad = good = 0
for path in sorted(glob.glob("nn_*.h")):
    text = open(path, encoding="utf-8").read()
    top = text[: text.find("#ifndef")]
    for word in ("DOES", "DOES NOT", "NEEDS", "USE", "QUICK START", "OPTIONS", "SECTIONS"):
        if re.search(r"^ \* %s\b" % word, top, re.M):
            good += 1
        else:
            bad += 1
            print(f"{path}:1: the top comment has no {word}")
    public = text[: text.find("[IMPLEMENTATION] ====")]
    covered = False            # does a comment stand directly above this run of lines?
    in_comment = False
    for number, line in enumerate(public.split("\n"), 1):
        stripped = line.strip()
        if in_comment or stripped.startswith("/*"):
            in_comment = "*/" not in stripped
            covered = "====" not in stripped     # a section banner is no comment
            continue
        if not stripped:
            covered = False
            continue
        if stripped.startswith(("NN_DEF ", "typedef enum", "typedef struct", "typedef union")):
            if covered or "/*" in line:
                good += 1
            elif stripped.startswith("typedef struct") and stripped.endswith(";"):
                good += 1      # a forward declaration
            else:
                bad += 1
                print(f"{path}:{number}: no comment above: {stripped[:100]}")
# Three routes of a newcomer. A hop: the sign in the page or the part that was reached, a link `](page)`, a `[TAG]` or a name, and where
# it leads. A tag has one banner among the declarations and one definition has a name; at most three hops from README or ARCHITECTURE.
def part(path, at, sign):
    """the text of a place: a page is whole, a section goes to the next banner, a definition to the next, with the comment above it"""
    text = open(path, encoding="utf-8").read()
    if at is None:
        return text
    lines = text.split("\n")
    if sign.startswith("["):
        last = at + 1
        while last < len(lines) and not lines[last].startswith("/* ===="):
            last += 1
        return "\n".join(lines[at:last])
    first = at
    while first > 0 and (lines[first - 1].startswith((" *", "/*")) or lines[first - 1].endswith("\\")):
        first -= 1
    last = at + 1
    while last < len(lines) and not re.match(r"(/\* |NN|#define [A-Z]|static |typedef )", lines[last]):
        last += 1
    return "\n".join(lines[first:last])
def places(path, sign):
    """lines of a header where a tag's banner or a name's definition stands"""
    if sign.startswith("["):
        shape = r"/\* ==== \%s\] " % sign[:-1]
    else:
        shape = r"(#define |(NN_DEF|NNI_FN|NNI_K[IF]?|static|typedef)\b[^=;]*[ *])%s\b" % re.escape(sign).rstrip("\\)") if sign[-1] != ")" else \
                r"(NNI_K[IF]|NNI_FN)\b[^=;]*[ *]%s\(" % re.escape(sign)
    found = []
    for number, line in enumerate(open(path, encoding="utf-8").read().split("\n")):
        if re.match(shape, line) and not line.rstrip().endswith(");"):
            found.append(number)
    return found
ROUTES = {
    "how the product gets fast": ["README.md", ("docs/speed.md", None), ("nn_tensor.h", "[TILES]")],
    "the tile": ["README.md", ("docs/speed.md", None), ("nn_tensor.h", "NNI_TK(core)")],
    "where Adam lives": ["ARCHITECTURE.md", ("nn_tensor.h", "NN_OPT_LIST"), ("nn_tensor.h", "NNI_K(update)"), ("nn_tensor.h", "NNI_K(adam)")],
    "how to add Lion": ["ARCHITECTURE.md", ("nn_tensor.h", "[UPDATE]"), ("nn_tensor.h", "NNI_K(update)"), ("nn_tensor.h", "NNI_K(lion)")],
    "how .npy is parsed": ["ARCHITECTURE.md", ("nn_fmt.h", "[NPY]")],
    "how its dtype is parsed, and where to add one": ["ARCHITECTURE.md", ("nn_fmt.h", "nni_npy_dtype"), ("nn_tensor.h", "NN_DTYPE_LIST")],
}
for route, hops in ROUTES.items():
    path, at, last_sign = hops[0], None, None
    if len(hops) > 4:
        bad += 1
        print(f"route '{route}': more than three hops")
    for to, sign in hops[1:]:
        here = part(path, at, last_sign)
        if sign is None:
            ok, why = "](%s" % to in here, "no link"
            found = [None]
        else:
            found = places(to, sign)
            ok, why = sign in here and len(found) == 1, f"not named there, or {len(found)} places"
        if ok:
            good += 1
        else:
            bad += 1
            print(f"route '{route}': from {path}:{'' if at is None else at + 1} to {sign or to}: {why}")
            break
        path, at, last_sign = to, found[0], sign
# some compilers (tcc) remove their output file before they write it: as root that takes the device away
for path in ["Makefile", ".ci/run", *(str(p) for p in Path("tests").rglob("*") if p.suffix in (".sh", ".py", ".c"))]:
    if path.endswith("check_docs.py") or "-o /dev/null" not in Path(path).read_text(encoding="utf-8", errors="replace"):
        good += 1
    else:
        bad += 1
        print(f"{path}: a compiler's output goes to /dev/null")
print(f"{good} passed, {bad} failed, 0 skipped")
sys.exit(1 if bad else 0)
