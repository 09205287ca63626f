"""tests/interop/test_tokens.py - token counts by a .tiktoken rank file: nn_tokens.h and interpreter_data --tokenizer beside a byte-pair encoder of our
own, with the published regular expressions of cl100k_base and o200k_base, and a rank file learned here from a prompt. By hand, with ranks that are
published (cl100k_base's are in the package litellm) and the package tiktoken itself:
    python3 tests/interop/test_tokens.py RANKS.tiktoken"""
import base64, collections, glob, json, os, random, re, subprocess, sys, tempfile

passed = failed = skipped = 0


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


root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
prog = os.path.join(os.environ.get("BUILD", "build"), "interpreter_data")
try:
    import regex
except ImportError as e:
    why = str(e)
else:
    why = None if os.path.exists(prog) else f"{prog} is not built"
if why:
    print("skip test_tokens:", why)
    skipped = 1
    finish()

SHORT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + SHORT + r"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
         + SHORT + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
# white space is Unicode's, as in tiktoken: Python's \s also holds the separators 1c to 1f, which are signs here
RULES = [regex.compile(p.replace(r"[^\s", r"[^\t-\r ").replace(r"\S", r"[^\t-\r ]").replace(r"\s", r"[\t-\r ]")) for p in (CL100K, O200K)]


def merged(piece, ranks):
    parts = [piece[i:i + 1] for i in range(len(piece))]
    while len(parts) > 1:
        r, i = min((ranks.get(parts[i] + parts[i + 1], 1 << 30), i) for i in range(len(parts) - 1))
        if r == 1 << 30:
            break
        parts[i:i + 2] = [parts[i] + parts[i + 1]]
    return parts


def count(text, ranks, rules):
    pieces = RULES[rules].findall(text)
    assert "".join(pieces) == text
    return sum(len(merged(p.encode(), ranks)) for p in pieces)


def learned(text, merges):
    """Ranks of a byte-pair code: all bytes in an order of chance, then the pairs that are most frequent."""
    order = list(range(256))
    random.Random(3).shuffle(order)
    ranks = {bytes([b]): i for i, b in enumerate(order)}
    words = [[w.encode()[i:i + 1] for i in range(len(w))] for w in RULES[0].findall(text)]
    for _ in range(merges):
        pairs = collections.Counter(p for w in words for p in zip(w, w[1:]))
        if not pairs:
            break
        a, b = max(pairs, key=lambda p: (pairs[p], p))
        ranks[a + b] = len(ranks)
        for w in words:
            i = 0
            while i + 1 < len(w):
                if w[i] == a and w[i + 1] == b:
                    w[i:i + 2] = [a + b]
                i += 1
    return ranks


def texts_of(n):
    rng = random.Random(5)
    words = ["the", "Pattern", "ABC", "don't", "I'LL", "x's", "We'VE", "12345", "0.0312", "-7", '{"a":', " ", "  ", "\n", "\r\n", "\n\n ", "\t", "   \n  x", "//", "...",
             "=>", "/\n/", "'", "''s", "CamelCase", "HTTPServer", "a'", "\x1c", "\x0b", "\x7f", "network.0.weight", "[[", "]]", ", ", "A", "\0"]
    out = ["", " ", "\n", "'s", "a", "  a", "a  ", "a\n \n b", "x" * 3000, "1" * 700, " " * 500 + "b", "A" * 300 + "b" * 300]
    out += ["".join(rng.choice(words) for _ in range(rng.randint(1, 40))) for _ in range(n)]
    out += ["".join(chr(rng.randrange(128)) for _ in range(rng.randint(1, 60))) for _ in range(n)]
    return out + ["".join(rng.choice(" \n\r\t'aAsS1/.-\x0b\x1f") for _ in range(rng.randint(1, 30))) for _ in range(n)]


with tempfile.TemporaryDirectory() as tmp:
    driver = os.path.join(tmp, "driver")
    r = subprocess.run(["cc", "-std=c99", "-O1", "-o", driver, os.path.join(root, "tests", "interop", "tokens_driver.c"), "-lm"], capture_output=True, text=True)
    check(r.returncode == 0, "the driver builds: " + r.stderr)

    def counted(path, rules, texts):
        data = b"".join(str(len(t)).encode() + b"\n" + t for t in texts)
        r = subprocess.run([driver, path, str(rules)], input=data, capture_output=True)
        return r.returncode, r.stdout.decode().splitlines()

    if len(sys.argv) > 1:
        import tiktoken
        ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in open(sys.argv[1]))}
        texts = texts_of(5000)
        for rules, pattern in ((1, CL100K), (2, O200K)):
            enc = tiktoken.Encoding("published", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
            rc, got = counted(sys.argv[1], rules, [t.encode() for t in texts])
            want = [len(enc.encode_ordinary(t)) for t in texts]
            check(got == list(map(str, want)), f"rules {rules}: as tiktoken counts")
        print(f"{len(texts)} texts by both rules, {len(ranks)} ranks")
        finish()

    flags = ["--preset", "compact", "--length", "4", "--seed", "94", "--no-tensorboard.enabled", "--quiet", "--threads", "1"]
    run = lambda *args: subprocess.run([prog, "run-data-gen", *flags, *args], capture_output=True, text=True)
    out = os.path.join(tmp, "plain")
    r = run("--out", out)
    check(r.returncode == 0, r.stderr)
    rows = [json.loads(line) for line in open(os.path.join(out, "data", "train-00000.jsonl"))]
    ranks = learned(rows[0]["modification_prompt"][:6000] + rows[0]["classification_prompt"][-2000:], 250)
    path = os.path.join(tmp, "ranks.tiktoken")
    write = lambda ranks, path=path: open(path, "w").writelines(f"{base64.b64encode(t).decode()} {r}\n" for t, r in ranks.items())
    write(ranks)
    texts = texts_of(600)
    for rules in (0, 1):
        rc, got = counted(path, rules + 1, [t.encode() for t in texts])
        bad = [(t, g, count(t, ranks, rules)) for t, g in zip(texts, got) if g != str(count(t, ranks, rules))]
        check(rc == 0 and len(got) == len(texts) and not bad, f"rules {rules + 1}: {len(bad)} of {len(texts)} texts differ: {bad[:2]}")
    rc, got = counted(path, 1, ["na\u00efve".encode(), b"abc"])
    check(got[0] == "tokens: byte 2: expected ASCII text" and got[1].isdigit(), f"other text than ASCII is refused: {got}")
    for what, text in (("no rank", "IQ==\n"), ("no base64", "?? 4\n"), ("twice", "IQ== 0\nIQ== 1\n"), ("nothing", ""), ("a byte is missing", "IQ== 0\n"), ("text", "hello\n")):
        open(os.path.join(tmp, "bad"), "w").write(text)
        rc, got = counted(os.path.join(tmp, "bad"), 0, [])
        check(rc == 1 and re.match(r"ranks:(1|2|\d+:\d+)?:? ?", got[0]) and "expected" in got[0], f"a rank file of {what}: {got}")

    # the program: the card's means and the longest are those of the rows' prompts; the rows are the same
    for rules, extra in ((0, []), (1, ["--tokenizer_rules", "o200k"])):
        out = os.path.join(tmp, f"set{rules}")
        r = run("--tokenizer", path, *extra, "--out", out)
        check(r.returncode == 0, r.stderr)
        same = open(os.path.join(out, "data", "train-00000.jsonl")).read() == open(os.path.join(tmp, "plain", "data", "train-00000.jsonl")).read()
        check(same, "the tokenizer changes no row")
        card = open(os.path.join(out, "README.md")).read()
        for task in ("modification", "classification"):
            n = [count(row[task + "_prompt"], ranks, rules) for row in rows]
            line = f"| {task} prompt, tokens (by ranks.tiktoken, {('cl100k', 'o200k')[rules]}'s rules), mean / longest | {sum(n) / len(n):.0f} / {max(n)} |"
            check(line in card, f"the card says: {line}")
    check("tokens (estimate), mean" in open(os.path.join(tmp, "plain", "README.md")).read(), "without a tokenizer the card says that it estimates")
    both = [max(count(row[t + "_prompt"], ranks, 0) + count(row[t + "_completion"], ranks, 0) for t in ("modification", "classification")) for row in rows]
    r = run("--tokenizer", path, "--max_prompt_tokens", str(max(both)), "--out", os.path.join(tmp, "fits"))
    check(r.returncode == 0 and open(os.path.join(tmp, "fits", "data", "train-00000.jsonl")).read() == open(os.path.join(tmp, "plain", "data", "train-00000.jsonl")).read(),
          f"all fit {max(both)} tokens: {r.stderr}")
    r = run("--tokenizer", path, "--max_prompt_tokens", str(max(both) - 1), "--out", os.path.join(tmp, "less"))
    k = both.index(max(both))
    refused = [json.loads(line) for line in open(os.path.join(tmp, "less", "rejected.jsonl"))] if r.returncode == 0 else []
    check([x["example_id"] for x in refused if x.get("reason") == "prompt_too_long"][:1] == [k], f"one token less, and record {k} is too long: {r.stderr}")
    r = run("--tokenizer", os.path.join(tmp, "bad"), "--out", os.path.join(tmp, "none"))
    check(r.returncode == 1 and "bad:1: expected a token" in r.stderr and not os.path.exists(os.path.join(tmp, "none", "data")), f"a file that is none is refused: {r.stderr}")
finish()
