"""tests/interop/test_reports.py - the four programs' reports in a real browser. Short runs make a page of every kind; Chromium opens
each at 1280 and 390 px, light and dark, and the page must be quiet (no console line, no CSP violation, no request but its own file and
data:), must not scroll sideways, and every plot must have marks, whole labels inside its drawing, none upon another, none below 8 px;
axe-core must have nothing serious or critical to say. Then the PNG of every plot is laid beside its SVG.

    python3 tests/interop/test_reports.py [FOLDER]      FOLDER keeps the pages, and a screenshot of each at each size and theme"""
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

passed = failed = skipped = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL " + what)
    return ok


def done():
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


def skip(need):
    global skipped
    print("skip test_reports: needs " + need)
    skipped += 1
    done()


try:
    import numpy as np
    from PIL import Image
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError:
    skip("playwright, axe-playwright-python, numpy and pillow")
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
if not CHROMIUM:
    skip("chromium")

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEEP = sys.argv[1] if len(sys.argv) > 1 else None
TMP = os.path.abspath(KEEP) if KEEP else tempfile.mkdtemp()
os.makedirs(TMP, exist_ok=True)


def run(program, *args):
    p = subprocess.run([os.path.join(ROOT, "build", program), *args, "--quiet", "--overwrite", "--threads", "1"], capture_output=True, text=True, cwd=TMP)
    check(p.returncode == 0, "%s %s: status %d: %s" % (program, " ".join(args[:3]), p.returncode, p.stderr.strip()[-300:]))


def artificial_data():
    small = "--n-samples 400 --n-features 10 --n-informative 6 --n-redundant 0 --class-sep 2".split()
    fit = "--arch 24,24 --epochs 12 --lr 3e-3 --standardize --out art/ck".split()
    run("artificial_data", "generate", "--name", "d1", "--n-classes", "3", *small, "--out", "art/data")
    run("artificial_data", "generate", "--name", "d2", "--n-classes", "10", *small, "--n-clusters-per-class", "1", "--random-state", "7", "--out", "art/data")
    run("artificial_data", "train", "--train", "art/data/d1_train.csv", "--test", "art/data/d1_test.csv", *fit)
    run("artificial_data", "finetune", "--from", "art/ck/mlp_d1_model.pth", "--train", "art/data/d2_train.csv", "--test", "art/data/d2_test.csv", "--epochs", "8",
        "--lr", "3e-3", "--out", "art/ft")
    run("artificial_data", "taskvec", "--pretrained", "art/ck/mlp_d1_model.pth", "--finetuned", "art/ft/mlp_d2_finetuned_model.pth", "--op", "add", "--scale", "0:1:0.25",
        "--test", "art/data/d2_test.csv", "--out", "art/tv")
    run("artificial_data", "evaluate", "--model", "art/ft/mlp_d2_finetuned_model.pth", "--test", "art/data/d2_test.csv", "--out", "art/ev")
    run("artificial_data", "all", "--demo", "--out", "art/all")


def interpreter_data():
    run("interpreter_data", "run-data-gen", "--length", "24", "--checkpoint-interval", "12", "--out", "int")


def probe_data():
    run("probe_data", "synthesize", "--sentences", "60", "--layers", "12", "--dim", "32", "--features", "64", "--out", "probe/s")
    run("probe_data", "--strategy", "hidden-to-concept", "--input", "probe/s", "--layers", "0-11", "--each-layer", "--output", "probe/h.npz")
    run("probe_data", "--strategy", "hidden-to-feature", "--input", "probe/s", "--target-layer", "6", "--target-feature", "3", "--output", "probe/f.npz")
    run("probe_data", "probe", "probe/h_l5.npz", "--out", "probe/p")
    run("probe_data", "probe", "probe/f.npz", "--out", "probe/p")
    run("probe_data", "compare", *["probe/h_l%d.npz" % i for i in range(12)], "--out", "probe/c")


def fair_tasks():
    run("fair_tasks", "generate", "--n-tasks", "12", "--n-samples", "100:600", "--out", "fair/tasks")
    run("fair_tasks", "meta-train", "--tasks", "fair/tasks", "--train", "8", "--val", "4", "--iterations", "6", "--seeds", "2", "--out", "fair/meta")
    run("fair_tasks", "test", "--tasks", "fair/tasks", "--ids", "0,5,9", "--inits", "5", "--policy", "fair/meta/policy_best.pth", "--out", "fair/test")
    with open(os.path.join(TMP, "people.csv"), "w") as f:
        f.write("a,b,g,y\n" + "".join("%d,%.2f,%s,%d\n" % (i * 7 % 13, i * 0.37 % 1, "pq"[i % 2], (i * 7 % 13 > 6) ^ (i % 9 == 0)) for i in range(240)))
    run("fair_tasks", "evaluate", "--csv", "people.csv", "--label", "y=1", "--group", "g=q", "--seeds", "2", "--inits", "3", "--policy", "fair/meta/policy_best.pth", "--out", "fair/eval")


# what a page must be, asked in the page itself; returns a list of complaints. Labels are turned boxes, so overlap is tested along the
# axes of both.
LOOK = r"""() => {
    const bad = [], seen = e => e.getClientRects().length > 0;
    if (document.documentElement.scrollWidth > innerWidth) bad.push('the page scrolls sideways: ' + document.documentElement.scrollWidth);
    for (const f of document.querySelectorAll('figure')) {
        const svgs = [...f.querySelectorAll('svg')];
        if (!svgs.length) continue;
        const shown = svgs.filter(seen), svg = shown[0], name = svgs[0].getAttribute('aria-label');
        if (shown.length !== 1) { bad.push(name + ': ' + shown.length + ' drawings shown'); continue; }
        const box = svg.getBoundingClientRect(), all = [];
        if (box.right > innerWidth + 1 || box.left < -1) bad.push(name + ': wider than the page');
        if (svg.parentElement.scrollWidth > svg.parentElement.clientWidth + 1) bad.push(name + ': scrolls sideways');
        if (!f.querySelector('details table tbody td')) bad.push(name + ': no numbers behind it');
        if (![...svg.querySelectorAll('path,rect,circle')].some(e => e.parentElement.classList.contains('marks'))) bad.push(name + ': empty');
        for (const t of svg.querySelectorAll('text')) {
            const b = t.getBBox(), m = t.getScreenCTM(), at = (x, y) => [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
            const c = [at(b.x, b.y + b.height * .12), at(b.x + b.width, b.y + b.height * .12), at(b.x + b.width, b.y + b.height * .88), at(b.x, b.y + b.height * .88)], text = t.firstChild ? t.firstChild.data || '' : '';
            const size = parseFloat(getComputedStyle(t).fontSize) * Math.hypot(m.a, m.b);
            if (size < 8) bad.push(name + ': "' + text + '" is ' + size.toFixed(1) + ' px high');
            if (text.endsWith('..') || text.endsWith('\u2026')) bad.push(name + ': "' + text + '" is cut');
            if (c.some(p => p[0] < box.left - 1 || p[0] > box.right + 1 || p[1] < box.top - 1 || p[1] > box.bottom + 1)) bad.push(name + ': "' + text + '" leaves the drawing');
            all.push([c, text]);
        }
        const apart = (p, q) => [p, q].some(r => [0, 1].some(i => {
            const x = r[i + 1][0] - r[i][0], y = r[i + 1][1] - r[i][1], n = Math.hypot(x, y) || 1, on = s => s.map(v => (v[0] * x + v[1] * y) / n), u = on(p), v = on(q);
            return Math.max(...u) < Math.min(...v) + 1 || Math.max(...v) < Math.min(...u) + 1;
        }));
        for (let i = 0; i < all.length; i++) for (let j = 0; j < i; j++)
            if (!apart(all[i][0], all[j][0])) bad.push(name + ': "' + all[j][1] + '" and "' + all[i][1] + '" overlap');
    }
    for (const e of document.querySelectorAll('h1,h2,p,td,th,.key,.key *,figcaption,li,summary')) {
        if (seen(e) && !e.closest('.scroll') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline') bad.push(e.tagName + ' overflows: ' + e.textContent.slice(0, 40));
    }
    const text = document.body.textContent;
    for (const want of ['How to repeat it', 'Effective options', 'seed', 'CPU path', 'SHA-256']) if (!text.includes(want)) bad.push('does not say: ' + want);
    if (!document.querySelector('.keys .key')) bad.push('no key figures');
    return [...new Set(bad)];
}"""


def pages():
    found = []
    for folder, _, names in os.walk(TMP):
        found += [os.path.join(folder, n) for n in names if n.endswith("report.html")]
    return sorted(found)


def browse():
    axe = Axe()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for width in (1280, 390):
            for theme in ("light", "dark"):
                tab = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme).new_page()
                said = []
                tab.on("console", lambda m: said.append("console: " + m.text))
                tab.on("pageerror", lambda e: said.append("error: " + str(e)))
                tab.on("requestfailed", lambda r: said.append("failed: " + r.url))
                tab.on("request", lambda r: said.append("request: " + r.url) if r.url != at and not r.url.startswith("data:") else None)
                for path in pages():
                    name = "%s at %d px, %s" % (os.path.relpath(path, TMP), width, theme)
                    at = "file://" + path
                    del said[:]
                    tab.goto(at, timeout=120000)
                    bad = tab.evaluate(LOOK)
                    bad += ["a link to nothing: " + h for h in tab.eval_on_selector_all("a", "a => a.map(x => x.href)")
                            if "#" not in h and not os.path.exists(unquote(h[7:])) or not h.startswith("file://")]
                    check(not bad, name + ": " + "; ".join(bad[:8]) + (" and %d more" % (len(bad) - 8) if len(bad) > 8 else ""))
                    if KEEP:
                        tab.screenshot(path=os.path.join(TMP, os.path.relpath(path, TMP).replace("/", "-")[:-5] + "-%d-%s.png" % (width, theme)), full_page=True)
                    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                    found = [v for v in axe.run(tab).response["violations"] if v["impact"] in ("serious", "critical")]
                    check(not found, name + ": axe: " + "; ".join("%s (%s) %s" % (v["id"], v["impact"], v["nodes"][0]["html"][:120]) for v in found))
                    check(not said, name + ": " + "; ".join(said[:4]))
        compare(browser)
        browser.close()


def tint(image, cell=20):
    """how colourful each cell of a drawing is: axes, grid and letters are grey, marks are not, so the two fonts do not count. Two
    rasterisers of the same strokes differ by up to 9 % of the colour there is; a series that is missing or shifted by 30 % and more"""
    a = np.asarray(image.convert("RGB"), dtype=np.float64)
    a = a[: a.shape[0] // cell * cell, : a.shape[1] // cell * cell].reshape(a.shape[0] // cell, cell, a.shape[1] // cell, cell, 3).mean(axis=(1, 3))
    return a - a.mean(axis=2, keepdims=True)


def compare(browser):
    """every PNG beside the SVG that its figure shows: the same size, the same marks in the same places and colours, as many letters"""
    tab = browser.new_context(viewport={"width": 1600, "height": 1200}, color_scheme="light", device_scale_factor=2).new_page()
    n = 0
    for path in pages():
        tab.goto("file://" + path)
        tab.add_style_tag(content="svg.wide{max-width:none!important;margin:0!important}figure{display:block!important;width:auto!important}main{max-width:none!important}")
        for figure in tab.query_selector_all("figure"):
            link, svg = figure.query_selector("a[href$='.png']"), figure.query_selector("svg.wide")
            if not link or not svg:
                continue
            file = os.path.join(os.path.dirname(path), link.get_attribute("href"))
            name = os.path.relpath(file, TMP)
            with Image.open(file) as image:
                image.load()
                size = [int(float(svg.get_attribute(k))) * 2 for k in ("width", "height")]
                if not check(list(image.size) == size, "%s: %s pixels, the SVG is %s" % (name, image.size, size)):
                    continue
                png = image.convert("RGB")
            box = svg.bounding_box()
            shot = os.path.join(TMP, "svg.png")
            tab.screenshot(path=shot, full_page=True, clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]})
            drawn = Image.open(shot).convert("RGB").resize(png.size)
            a, b = tint(png), tint(drawn)
            worst, mean, ink = np.abs(a - b).max(), np.abs(a - b).mean(), np.abs(b).mean()
            check(mean <= 0.15 * ink + 0.02 and worst < 15, "%s: marks differ: mean %.3f of %.3f, worst %.1f" % (name, mean, ink, worst))
            dark = [np.asarray(i.convert("L")) < 150 for i in (png, drawn)]
            check(0.5 < (dark[0].sum() + 1) / (dark[1].sum() + 1) < 2, "%s: %d dark pixels, the SVG has %d" % (name, dark[0].sum(), dark[1].sum()))
            n += 1
    check(n >= 20, "only %d plots have a PNG beside them" % n)


def every_kind():
    """tests/interop/plot_driver.c: a page with every kind of plot, at its most awkward"""
    exe = os.path.join(ROOT, "build", "plot_driver")
    p = subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-O1", os.path.join(ROOT, "tests", "interop", "plot_driver.c"), "-o", exe, "-lm"], capture_output=True, text=True)
    if check(p.returncode == 0, "plot_driver: " + p.stderr[:400]):
        p = subprocess.run([exe, "--out", "kinds", "--overwrite"], capture_output=True, text=True, cwd=TMP)
        check(p.returncode == 0, "plot_driver: " + p.stderr[:400])


with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda make: make(), (artificial_data, every_kind, interpreter_data, probe_data, fair_tasks)))
check(len(pages()) >= 14, "%d pages: %s" % (len(pages()), " ".join(os.path.relpath(q, TMP) for q in pages())))
browse()
if not KEEP:
    shutil.rmtree(TMP)
done()
