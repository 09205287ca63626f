#!/usr/bin/env python3
"""tests/bench/figures.py [--write] - README.md and docs/speed.md quote RESULTS.md and docs/numbers.md, they do not repeat it by hand.

A quoted figure stands between <!--= SECTION :: ROW :: COLUMN --> and <!--/--> (no bars: it may stand in a table itself): the cell of the
table in that section of RESULTS.md whose first column is ROW (further `name=value` parts select among rows of one name); a quality figure
is <!--= numbers :: NAME --> for the second column of docs/numbers.md. A whole table stands between <!--table SECTION | pattern of rows | columns --> and <!--/table-->.
Without --write it only compares: what differs or cannot be found is printed, and the closing line counts."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ("README.md", "docs/speed.md")
FIGURE = re.compile(r"(<!--= (.+?) -->)(.*?)(<!--/-->)", re.S)
TABLE = re.compile(r"(<!--table (.+?) -->\n)(.*?)(<!--/table-->)", re.S)


def tables(path):
    """{section: [(head, [cells, ...]), ...]} of a page"""
    out, section, head = {}, "", None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section, head = line[3:].strip(), None
        elif line.startswith("|"):
            cells = [c.strip() for c in line.strip().strip("|").split("|")]
            if set(line) <= set("|-: "):
                continue
            if head is None:
                head = cells
                out.setdefault(section, []).append((head, []))
            else:
                out[section][-1][1].append(cells)
        else:
            head = None
    return out


def cell(results, numbers, key):
    parts = [p.strip() for p in key.split("::")]
    if parts[0] == "numbers":
        rows = [r for found in numbers.values() for _, rows in found for r in rows if r[0] == parts[1]]
        if len(rows) != 1:
            raise LookupError("%d rows of docs/numbers.md are called '%s'" % (len(rows), parts[1]))
        return rows[0][1]
    section, row, column, filters = parts[0], parts[1], parts[2], [p.split("=", 1) for p in parts[3:]]
    hits = []
    for head, rows in results.get(section, []):
        if column not in head:
            continue
        for r in rows:
            if r[0] == row and all(k in head and r[head.index(k)] == v for k, v in filters):
                hits.append(r[head.index(column)])
    if not hits:
        raise LookupError("RESULTS.md has no '%s'" % key)
    return hits[0]


def rows_of(results, key):
    section, rest = key.split("|", 1)                          # a pattern may hold | itself
    pattern, columns = rest.rsplit("|", 1)
    section, pattern = section.strip(), pattern.strip()
    wanted = [c.strip() for c in columns.split(",")]
    for head, rows in results.get(section, []):
        if all(c in head for c in wanted):
            some = [[r[head.index(c)] for c in wanted] for r in rows if re.search(pattern, r[0])]
            if some:
                return "| %s |\n|%s\n" % (" | ".join(wanted), "---|" * len(wanted)) + "".join("| %s |\n" % " | ".join(r) for r in some)
    raise LookupError("RESULTS.md has no rows for '%s'" % key)


def filled(text, results, numbers, trouble):
    def one(m, value):
        try:
            return m[1] + value(m[2]) + m[4]
        except LookupError as e:
            trouble.append(str(e))
            return m[0]
    text = FIGURE.sub(lambda m: one(m, lambda key: cell(results, numbers, key)), text)
    return TABLE.sub(lambda m: one(m, lambda key: rows_of(results, key)), text)


def write(save=True):
    """fills the pages in; (figures found, what does not agree)"""
    results = tables(ROOT / "tests/bench/RESULTS.md")
    numbers = tables(ROOT / "docs/numbers.md") if (ROOT / "docs/numbers.md").exists() else {}
    found, trouble = 0, []
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        found += len(FIGURE.findall(text)) + len(TABLE.findall(text))
        new = filled(text, results, numbers, trouble)
        if new != text:
            if save:
                (ROOT / name).write_text(new, encoding="utf-8")
            else:
                for old, fresh in zip(FIGURE.findall(text) + TABLE.findall(text), FIGURE.findall(new) + TABLE.findall(new)):
                    if old != fresh:
                        trouble.append("%s: '%s' says %s, its source %s" % (name, old[1], old[2].strip(), fresh[2].strip()))
    return found, trouble


if __name__ == "__main__":
    count, wrong = write("--write" in sys.argv)
    for w in wrong:
        print("FAIL " + w)
    print("%d passed, %d failed, 0 skipped" % (count - len(wrong), len(wrong)))
    sys.exit(1 if wrong or not count else 0)
