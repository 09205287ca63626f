#!/usr/bin/env python3
"""tests/interop/test_workflow.py - .github/workflows/ci.yml against the host's published schema (check-jsonschema), and every
make target that it calls against the Makefile. It has not run on a public host yet; this is what can be told without one."""
import re
import subprocess
import sys

import yaml

FILE = ".github/workflows/ci.yml"
passed = failed = 0


def check(name, good, said=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {name}: {said}")


told = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", FILE],
                      capture_output=True, text=True)
check("schema", told.returncode == 0, told.stdout + told.stderr)
broken = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", "-"],
                        input="name: x\non: push\njobs: {a: {steps: []}}\n", capture_output=True, text=True)
check("the schema refuses a job without a machine", broken.returncode != 0)
targets = set(re.findall(r"^([a-z][\w-]*):", open("Makefile", encoding="utf-8").read(), re.M))
called = set()
for job in yaml.safe_load(open(FILE, encoding="utf-8"))["jobs"].values():
    for step in job["steps"]:
        words = step.get("run", "").split()
        if words[:1] == ["make"]:
            called |= {w for w in words[1:] if not w.startswith("-") and "=" not in w}
check("targets", called and called <= targets, called - targets)
print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(failed != 0)
