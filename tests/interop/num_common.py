"""What the tests of generators, splits and linear algebra share: the C driver and counting. Not a test itself."""
import os, subprocess, sys
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DRIVER = os.path.join(ROOT, "build", "num_driver")
counts = {"passed": 0, "failed": 0, "skipped": 0}


def build():
    os.makedirs(os.path.dirname(DRIVER), exist_ok=True)
    source = os.path.join(ROOT, "tests", "interop", "num_driver.c")
    cc = os.environ.get("CC", "cc")
    needs = [source] + [os.path.join(ROOT, h) for h in ("nn_tensor.h", "nn_fmt.h", "nn_data.h")]
    if os.path.exists(DRIVER) and all(os.path.getmtime(DRIVER) > os.path.getmtime(p) for p in needs):
        return
    subprocess.run([cc, "-std=c99", "-O2", source, "-o", DRIVER, "-lm"], check=True)


def run(command, data=b"", **options):
    """The driver's bytes; RuntimeError with its message when it fails."""
    argv = [DRIVER, command] + ["%s=%s" % (k, ",".join(repr(float(x)) if isinstance(x, float) else str(x) for x in v)
                                           if isinstance(v, (list, tuple)) else (repr(v) if isinstance(v, float) else int(v) if isinstance(v, bool) else v))
                                for k, v in options.items()]
    p = subprocess.run(argv, input=data, capture_output=True)
    if p.returncode:
        raise RuntimeError(p.stderr.decode().strip() or "status %d" % p.returncode)
    return p.stdout


def take(buf, *parts):
    """Cut bytes into arrays: parts are (dtype, shape)."""
    out, at = [], 0
    for dtype, shape in parts:
        n = int(np.prod(shape)) * np.dtype(dtype).itemsize
        out.append(np.frombuffer(buf, dtype, int(np.prod(shape)), at).reshape(shape))
        at += n
    assert at == len(buf), (at, len(buf))
    return out


def check(name, ok, detail=""):
    counts["passed" if ok else "failed"] += 1
    if not ok:
        print("FAIL %s %s" % (name, detail))


def report():
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    sys.exit(1 if counts["failed"] else 0)


def need(*packages):
    """Ends the test, counted as skipped, when a package is missing."""
    for p in packages:
        try:
            __import__(p)
        except ImportError:
            print("skip %s: needs %s" % (os.path.basename(sys.argv[0]), p))
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(0)
