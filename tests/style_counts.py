#!/usr/bin/env python3
"""tests/style_counts.py [--limits] [--worst N] [--folder DIR] [FILE...] - width and weight of the code, counted (plain Python 3).

Without files: the six headers and examples/*.[ch]; --folder DIR counts another copy. One row per file, then sums:
  lines >100 >120 >160   longer than so many columns (as characters; tabs count once)
  funcs >80 >150         functions, and those of more lines from the declaration to the closing brace;
                         a function whose lines are mostly `case` labels of one switch is counted under "flat" instead
  par>6                  functions with more than six parameters
  stmts                  statements: every ; of the code, the two in the head of a for among them
  two                    lines on which more than one statement ends
  ?:/k                   ternaries in 1,000 lines
  1let%                  identifiers of one letter among all identifiers, per cent
  com                    lines of comment for each line of code
  nni                    private names (nni_, NNI_); the target for examples/ is none

--limits fails (exit 1) on what the house promises: width, length, parameters, statements of the mains, no private
names in examples. It closes with `N passed, N failed, N skipped`. --worst N lists the longest functions and lines."""
import re
import sys
from pathlib import Path

MAINS = ["artificial_data.c", "fair_tasks.c", "interpreter_data.c", "nnfmt.c", "probe_data.c"]
BASE_EXAMPLES = 12674            # statements in examples/*.[ch] of version b521685, counted by this script
WORDS = set("""auto break case char const continue default do double else enum extern float for goto if inline int long
    register return short signed sizeof static struct switch typedef union unsigned void volatile while""".split())
TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*) | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*') |
    (?P<name>[A-Za-z_]\w*) | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*) | (?P<newline>\n) | (?P<mark>[^\s\w])""",
                   re.X | re.S)


class Counts:
    fields = ["lines", ">100", ">120", ">160", "funcs", ">80", ">150", "flat", "par>6", "stmts", "two"]

    def __init__(self):
        self.n = dict.fromkeys(self.fields, 0)
        self.ternaries = self.letters = self.names = self.comments = self.code = self.private = 0
        self.functions = []       # (lines, parameters, name, file, line, flat)
        self.wide = []            # (columns, file, line, is a table's row)

    def add(self, other):
        for k in self.fields:
            self.n[k] += other.n[k]
        for k in ("ternaries", "letters", "names", "comments", "code", "private"):
            setattr(self, k, getattr(self, k) + getattr(other, k))
        self.functions += other.functions
        self.wide += other.wide

    def row(self):
        thousand = max(self.n["lines"], 1) / 1000
        return [str(self.n[k]) for k in self.fields] + [
            f"{self.ternaries / thousand:.0f}", f"{100 * self.letters / max(self.names, 1):.0f}",
            f"{self.comments / max(self.code, 1):.2f}", str(self.private)]


def tokens_of(text):
    """(kind, token, line) without comments, strings' contents and preprocessor lines; the lines of comment and of code beside them.
    A macro's body is code, too: what follows `#define NAME(..)` is yielded with the kind prefixed by 'm'."""
    out, comment_lines, code_lines = [], set(), set()
    line, fresh, directive = 1, True, None
    for m in TOKEN.finditer(text):
        kind, tok = m.lastgroup, m.group()
        if kind == "newline":
            if text[m.start() - 1] != "\\":
                fresh = True
                if directive is not None:
                    out.append(("end", directive, line))
                directive = None
            line += 1
            continue
        if kind == "comment":
            comment_lines.update(range(line, line + tok.count("\n") + 1))
            line += tok.count("\n")
            continue
        if tok == "\\":
            continue
        code_lines.add(line)
        if fresh and tok == "#":
            directive, fresh = "", False
            continue
        fresh = False
        if directive == "" and kind == "name":
            directive = tok
            out.append(("directive", tok, line))
            continue
        out.append((kind if directive is None else "m" + kind, tok, line))
    return out, comment_lines, code_lines


def parameters(inner):
    """how many parameters stand between the parentheses (tokens, outer pair left out)"""
    if not inner or inner == ["void"]:
        return 0
    depth, n = 0, 1
    for t in inner:
        depth += t in "([{"
        depth -= t in ")]}"
        n += t == "," and depth == 0
    return n


def functions_of(toks, name_of_file, c):
    """finds NAME(..) {..} at depth 0; an #else goes on from where its #if stood"""
    depth, saved, head = 0, [], []
    shell = 0                                            # braces of extern "C"
    body_from = 0
    for k, (kind, tok, line) in enumerate(toks):
        if kind == "directive":
            if tok in ("if", "ifdef", "ifndef"):
                saved.append((depth, shell))
            elif tok in ("else", "elif") and saved:
                depth, shell = saved[-1]
            elif tok == "endif" and saved:
                saved.pop()
            continue
        if (kind.startswith("m") and kind != "mark") or kind == "end":       # a macro's body has no functions
            continue
        if tok == "{":
            if depth == shell and [t for _, t, _ in head[-2:]] == ["extern", '"C"']:
                shell += 1
                head = []
            elif depth == shell:
                body_from = k
            depth += 1
        elif tok == "}":
            depth = max(depth - 1, 0)
            if depth < shell:
                shell = depth
                head = []
            elif depth == shell:
                measure(head, toks[body_from:k + 1], line, name_of_file, c)
                head = []
        elif depth == shell:
            if tok == ";" or tok.startswith(("NNI_FP_", "NN_FP_")):
                head = []
            else:
                head.append((kind, tok, line))


def measure(head, body, last, name_of_file, c):
    texts = [t for _, t, _ in head]
    if ")" not in texts or texts[0] in ("typedef", "struct", "union", "enum") and texts[-1] != ")" or "=" in texts:
        return
    end = len(texts) - 1 - texts[::-1].index(")")
    depth, k = 0, end
    while k >= 0:                                        # back to the parenthesis that opens the parameters
        depth += texts[k] == ")"
        depth -= texts[k] == "("
        if depth == 0:
            break
        k -= 1
    if k <= 0:
        return
    n = parameters(texts[k + 1:end])
    name = texts[k - 1] if texts[k - 1] != ")" else "".join(texts[texts.index("(") - 1:k])
    lines = last - head[0][2] + 1
    cases = sum(1 for kind, t, _ in body if kind == "name" and t in ("case", "default"))
    flat = cases >= 12 and cases * 3 >= lines
    c.n["funcs"] += 1
    c.n["flat"] += flat and lines > 80
    c.n[">80"] += lines > 80 and not flat
    c.n[">150"] += lines > 150 and not flat
    c.n["par>6"] += n > 6
    c.functions.append((lines, n, name, name_of_file, head[0][2], flat))


def count(path):
    text = path.read_text(encoding="utf-8")
    c = Counts()
    for number, s in enumerate(text.splitlines(), 1):
        c.n["lines"] += 1
        for bound in (100, 120, 160):
            c.n[f">{bound}"] += len(s) > bound
        if len(s) > 120:
            c.wide.append((len(s), path.name, number, bool(re.match(r"\s*(\{.*\},?|\"[^\"]*\",?)\s*(/\*.*\*/)?\s*\\?$", s))))
    toks, comment_lines, code_lines = tokens_of(text)
    c.comments, c.code = len(comment_lines - code_lines), len(code_lines)
    ends = {}
    parens, for_heads, previous = 0, [], ""
    for kind, tok, line in toks:
        if kind in ("directive", "end"):
            parens, for_heads = 0, []
            continue
        if kind.endswith("name") and tok not in WORDS:
            c.names += 1
            c.letters += len(tok) == 1
            c.private += tok.startswith(("nni_", "NNI_"))
        if tok == "(":
            parens += 1
            if previous == "for":
                for_heads.append(parens)
        elif tok == ")":
            if for_heads and for_heads[-1] == parens:
                for_heads.pop()
            parens = max(parens - 1, 0)
        elif tok == ";":
            c.n["stmts"] += 1
            if not for_heads:
                ends[line] = ends.get(line, 0) + 1
        elif tok == "?":
            c.ternaries += 1
        previous = tok
    c.n["two"] = sum(1 for v in ends.values() if v > 1)
    functions_of(toks, path.name, c)
    return c


def show(rows):
    head = ["file"] + Counts.fields + ["?:/k", "1let%", "com", "nni"]
    widths = [max(len(r[k]) for r in [head] + rows) for k in range(len(head))]
    for r in [head] + rows:
        print(r[0].ljust(widths[0]) + "".join("  " + r[k].rjust(widths[k]) for k in range(1, len(r))))


def limits(headers, examples, mains):
    """issue 14, "what it must show" 3 and 4"""
    both = Counts()
    both.add(headers)
    both.add(examples)
    wide = 100 * both.n[">120"] / both.n["lines"]
    over = sum(1 for columns, _, _, table in both.wide if columns > 160 and not table)
    long = 100 * (both.n[">80"] + both.n["flat"]) / both.n["funcs"]
    cut = 100 * (1 - examples.n["stmts"] / BASE_EXAMPLES)
    checks = [
        (wide < 2, f"lines over 120 columns: {wide:.1f} % of headers and examples (below 2)"),
        (over == 0, f"lines over 160 columns but rows of tables: {over} (none)"),
        (long <= 4, f"functions over 80 lines: {long:.1f} % (at most 4)"),
        (both.n[">150"] == 0, f"functions over 150 lines but flat switches: {both.n['>150']} (none)"),
        (both.n["par>6"] <= 60, f"functions with more than six parameters: {both.n['par>6']} (at most 60)"),
        (examples.private == 0, f"private names in examples: {examples.private} (none)"),
        (mains.n["stmts"] <= 6000, f"statements in the five mains: {mains.n['stmts']} (at most 6,000)"),
        (cut >= 15, f"statements in examples/*.[ch]: {examples.n['stmts']}, {cut:.1f} % fewer than {BASE_EXAMPLES} (at least 15)"),
    ]
    for good, words in checks:
        print(("ok   " if good else "FAIL ") + words)
    bad = sum(1 for good, _ in checks if not good)
    print(f"{len(checks) - bad} passed, {bad} failed, 0 skipped")
    return bad


def main(args):
    root = Path(__file__).resolve().parent.parent
    strict, worst, files = False, 0, []
    while args:
        a = args.pop(0)
        if a == "--limits":
            strict = True
        elif a == "--worst":
            worst = int(args.pop(0))
        elif a == "--folder":
            root = Path(args.pop(0))
        elif a.startswith("-"):
            sys.exit(__doc__)
        else:
            files.append(Path(a))
    headers, examples, mains, total = Counts(), Counts(), Counts(), Counts()
    rows = []
    for path in files or sorted(root.glob("nn_*.h")) + sorted(root.glob("examples/*.[ch]")):
        c = count(path)
        rows.append([path.name] + c.row())
        total.add(c)
        if not files:
            (headers if path.parent == root else examples).add(c)
            if path.name in MAINS:
                mains.add(c)
    if not files:
        rows += [["headers"] + headers.row(), ["five mains"] + mains.row(), ["examples"] + examples.row()]
    rows.append(["sum"] + total.row())
    show(rows)
    if worst:
        for lines, n, name, file, line, flat in sorted(total.functions, reverse=True)[:worst]:
            print(f"{file}:{line}: {name}: {lines} lines, {n} parameters{', flat switch' if flat else ''}")
        for columns, file, line, table in sorted(total.wide, reverse=True)[:worst]:
            print(f"{file}:{line}: {columns} columns{', a row of a table' if table else ''}")
    if strict and limits(headers, examples, mains):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
