#!/usr/bin/env python3
"""tests/check_docs.py - every public declaration of the six headers stands under a comment, and every header opens
with the manual block. A group of declarations on adjoining lines shares the comment above its first line; a comment
behind a declaration counts for it. Prints what lacks one; the closing line is the suite's."""
import glob
import re
import sys

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
print(f"{good} passed, {bad} failed, 0 skipped")
sys.exit(1 if bad else 0)
