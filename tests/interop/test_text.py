# tests/interop/test_text.py - nn_fmt.h [NUM] [CSV] [JSON] [YAML] beside Python, pandas, json, ruamel.yaml and PyYAML, on random input
import json, math, os, random, struct, subprocess, sys, tempfile, warnings
warnings.filterwarnings('ignore')
passed = failed = skipped = 0
def check(name, bad, n, example=''):
    global passed, failed
    if bad: failed += 1; print('FAIL %s: %d of %d differ, such as %s' % (name, bad, n, example))
    else: passed += 1
def need(module):
    global skipped
    try: return __import__(module)
    except ImportError:
        skipped += 1; print('skip test_text: needs ' + module); return None
os.makedirs('build', exist_ok=True)
subprocess.check_call([os.environ.get('CC', 'cc'), '-std=c99', '-O1', 'tests/interop/text_driver.c', '-o', 'build/text_driver', '-lm'])
tmp = tempfile.mkdtemp()
I, O = os.path.join(tmp, 'in'), os.path.join(tmp, 'out')
def many(lines):
    return subprocess.run(['build/text_driver'], input='\n'.join(lines) + '\n', capture_output=True, text=True).stdout.split('\n')
proc = subprocess.Popen(['build/text_driver'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def ask(line):
    proc.stdin.write(line + '\n'); proc.stdin.flush()
    return proc.stdout.readline().rstrip('\n')
def put(text):
    with open(I, 'w', newline='', encoding='utf-8') as f: f.write(text)
def got():
    with open(O, newline='', encoding='utf-8') as f: return f.read()
random.seed(20240607)
bits = lambda v: struct.unpack('<Q', struct.pack('<d', v))[0]
dbl = lambda b: struct.unpack('<d', struct.pack('<Q', b))[0]

# ---- numbers
ask_, want = [], []
def text(t): ask_.append('f64 ' + t); want.append('%d %016x' % (len(t), bits(float(t))))
def shown(v): ask_.append('p64 %016x' % bits(v)); want.append(repr(v))
def rounded(v, n): ask_.append('round %016x %d' % (bits(v), n)); want.append('%.*f %r' % (n, v, round(v, n)))
for i in range(120000):
    b = random.getrandbits(64)
    if (b >> 52) & 2047 == 2047: b ^= 1 << 62
    v = dbl(b)
    shown(v); text(repr(v)); text('%.24e' % v)
    if i % 6 == 0:
        rounded(v, random.choice([0, 1, 6, 17, 20, 50, 300])); rounded(random.uniform(-1e4, 1e4), random.choice([0, 1, 2, 3, 6, 9, 15]))
        rounded(random.randint(-10**6, 10**6) / 128, random.choice([0, 1, 2, 3, 4, 5, 6]))
        text('%d.%de%d' % (random.getrandbits(random.randint(1, 200)), random.getrandbits(random.randint(1, 90)), random.randint(-330, 300)))
from fractions import Fraction
for i in range(6000):                              # the midpoint of neighbours, and a digit to either side
    b = random.getrandbits(63) if i % 2 else random.getrandbits(54)
    if (b >> 52) >= 2046: continue
    m = (Fraction(dbl(b)) + Fraction(dbl(b + 1))) / 2
    k = m.denominator.bit_length() - 1
    digits = m.numerator * 5**k                    # m = digits 10^-k
    for d in (digits * 10, digits * 10 + 1, digits * 10 - 1): text('%de%d' % (d, -k - 1))
for e in range(-1074, 1024): shown(2.0**e); shown(dbl(bits(2.0**e) - 1))
out = many(ask_)
bad = [(a, o, w) for a, o, w in zip(ask_, out, want) if o != w]
check('numbers beside float, repr, round', len(bad), len(ask_), bad[:1])
# The hardest decimals, searched for rather than listed: w 10^q as near to the midpoint of two neighbours as w of up to 19 digits can come. With
# t = 10^q / 2^k the convergents P/w of t (and what lies between two of them) that have P odd and one bit more than a number of the
# format: w 10^q = P 2^k nearly, and P 2^k is a midpoint. Beside them: the ends of the range in digits of every length.
def near(q, k, width):
    n, d = (10**q, 1) if q >= 0 else (1, 10**-q)
    if k >= 0: d <<= k
    else: n <<= -k
    p0, q0, p1, q1 = 0, 1, 1, 0
    while d:
        a = n // d
        for j in ([a] if a < 3 else [1, a // 2, a - 1, a]):
            P, w = p0 + j * p1, q0 + j * q1
            if P & 1 and P.bit_length() == width + 1 and 0 < w < 10**19: yield w
        p0, q0, p1, q1 = p1, q1, p0 + a * p1, q0 + a * q1
        n, d = d, n - a * d
        if q1 > 10**19: return
def nearest(x, mant, min_e):                        # a Fraction to nearest even, as m and e of m 2^e; overflow is not met here
    e = x.numerator.bit_length() - x.denominator.bit_length() - mant - 1
    while True:
        y = x / Fraction(2)**max(e, min_e)
        m = y.numerator // y.denominator
        if m >> (mant + 1): e += 1; continue
        if not m >> mant and e > min_e: e -= 1; continue
        r = y - m
        return m + (r > Fraction(1, 2) or (r == Fraction(1, 2) and m & 1)), max(e, min_e)
def bits32(x):
    m, e = nearest(x, 23, -149)
    return m if e == -149 else ((e + 149 + 1) << 23) + m - (1 << 23)    # a carry out of m counts one exponent up
ask_, want = [], []
for q in range(-342, 309):
    for size in (16, 17, 18, 19):                  # digits of w
        k = int((q + size - 0.5) * 3.321928094887362 - 53.5)
        for kk in (k - 1, k, k + 1):
            for w in near(q, kk, 53):
                if -1075 <= kk < 971: text('%de%d' % (w, q)); text('-%s.%se%d' % (str(w)[0], str(w)[1:] or '0', q + len(str(w)) - 1))
for q in range(-55, 39):
    for size in (8, 9, 12, 17, 19):
        k = int((q + size - 0.5) * 3.321928094887362 - 24.5)
        for kk in (k - 1, k, k + 1):
            for w in near(q, kk, 24):
                if -150 <= kk < 104: t = '%de%d' % (w, q); ask_.append('f32 ' + t); want.append('%d %08x' % (len(t), bits32(Fraction(w) * Fraction(10)**q)))
hard = len(ask_)
for m, e in [(1, -1075), (1, -1074), (3, -1075), (2**52 - 1, -1074), (2**53 - 1, -1075), (2**52, -1074), (2**54 - 1, 970), (2**53 - 1, 971), (2**54 - 3, 970), (2**53 + 1, 0), (2**53 + 3, 0), (10**22 + 1, 0)]:
    x = Fraction(m) * Fraction(2)**e               # half the least number, the least, 1.5 of it, the largest subnormal, its midpoint, ..., the largest, its midpoint
    s = max(0, x.denominator.bit_length() - 1)
    digits = str(x.numerator * 5**s)
    for n in list(range(1, 25)) + [50, 100, 300, 700, 766, 767, 768, 800, 1000, len(digits)]:
        if n > 1100: continue
        head = digits[:n].ljust(n, '0')
        for h in {head, str(int(head) + 1), str(int(head) - 1), head + '0' * 30 + '1'}: text('%se%d' % (h, len(digits) - n - s - (len(h) - n if h.endswith('0' * 29 + '1') else 0)))
out = many(ask_)
bad = [(a, o, w) for a, o, w in zip(ask_, out, want) if o != w]
check('the hardest decimals', len(bad) + (hard < 5000), len(ask_), bad[:1])
# random doubles as Python prints and reads them: a million, NN_NUMBERS=10000000 for more
total, done = int(os.environ.get('NN_NUMBERS', '1000000')), 0
while done < total:
    raw = bytearray(random.randbytes(8 * 500000))
    if done: raw[6::8] = bytes(b & 0x3f | 0x30 for b in raw[6::8]); raw[7::8] = bytes(b & 0x80 | 0x3f | (b & 1) << 6 for b in raw[7::8])   # of everyday size
    v = [x if x - x == 0 else 0.5 for x in struct.unpack('<500000d', raw)]
    put('\n'.join(map(repr, v)) + '\n')
    with open(O, 'wb') as f: f.write(struct.pack('<500000d', *v))
    a = ask('floats %s %s' % (I, O))
    if a != 'ok': check('random doubles', 1, 500000, a)
    done += 500000
random.seed(7)                                     # what follows does not depend on how many there were
check('%d random doubles beside float and repr' % done, 0, done)
np = need('numpy')
if np is not None:
    ask_, want = [], []
    for i in range(100000):
        f = np.uint32(random.getrandbits(32)).view(np.float32)
        if not np.isfinite(f): continue
        ask_.append('p32 %08x' % f.view(np.uint32)); want.append(np.format_float_scientific(f, unique=True, trim='-'))
    out = many(ask_)
    bad = [(o, w) for o, w in zip(out, want) if float(o) != float(w) or len(o.lstrip('-').split('e')[0].replace('.', '').strip('0')) != len(w.lstrip('-').split('e')[0].replace('.', '').strip('0'))]
    check('float32 beside numpy, shortest digits', len(bad), len(ask_), bad[:1])

# ---- JSON
def tree(depth=0):
    r = random.random()
    if depth < 4 and r < .25: return [tree(depth + 1) for _ in range(random.randint(0, 5))]
    if depth < 4 and r < .5: return {string(): tree(depth + 1) for _ in range(random.randint(0, 5))}
    return random.choice([None, True, False, random.getrandbits(63) - 2**62, random.getrandbits(64), dbl(random.getrandbits(62)), random.uniform(-1, 1), string()])
def string():
    return ''.join(random.choice(['a', 'Z', '0', ' ', '"', '\\', '/', '\n', '\t', '\x01', '\x1f', '\x7f', '\u00e9', '\u20ac', '\U0001f600', 'key', ': ', '# ', "'", '-']) for _ in range(random.randint(0, 8)))
bad = []
for i in range(400):
    v = [tree()]
    put(json.dumps(v, ensure_ascii=bool(i % 2), indent=None if i % 3 else 2))
    a = ask('json %s %s' % (I, O))
    if a != 'ok' or got() != json.dumps(v): bad.append((a, v))
check('json both ways', len(bad), 400, bad[:1])
bad = []
base = json.dumps([{'a': [1, -2.5e3, 'x\u00e9\n'], 'b': None}, True, {}])
for i in range(1500):                              # broken texts: the same verdict as json (which takes NaN and big floats on top)
    t = list(base)
    for _ in range(random.randint(1, 2)): t[random.randrange(len(t))] = random.choice('[]{}",:0123 eE.+-tfnull\\u')
    t = ''.join(t)
    put(t)
    a = ask('json %s %s' % (I, O)) == 'ok'
    try:
        def no_twice(p):
            if len({k for k, _ in p}) != len(p): raise ValueError
            return dict(p)
        v = json.loads(t, object_pairs_hook=no_twice, parse_constant=lambda c: 1 / 0); ok = 'Infinity' not in json.dumps(v)
    except (ValueError, ZeroDivisionError): ok = False
    try: t.encode('utf-8'); surrogate = '\\ud' in t.lower()
    except UnicodeError: surrogate = True
    if a != ok and not surrogate: bad.append((a, ok, t))
check('json verdict on broken texts', len(bad), 1500, bad[:1])

# ---- YAML
ruamel = need('ruamel.yaml')
pyyaml = need('yaml')
def simple(v):                                     # what a config holds: no control characters beyond \n and \t, floats finite
    if isinstance(v, dict): return {k: simple(x) for k, x in v.items()}
    if isinstance(v, list): return [simple(x) for x in v]
    return v
def wordy():
    return random.choice(['yes', 'no', 'on', 'off', 'y', 'null', '~', 'true', '1', '1.5', '1e5', '0x1f', '010', '1_000', '12:30', '2024-01-01', '', ' x', 'x ', 'a: b', 'a #b', '- a', '[a]', '{a}', '*a', '&a', '!a', '%a', '@a',
        '`a', "it's", '"q"', 'a\nb', 'a\tb', '\u00e9', '\U0001f600', 'plain', 'two words', './path/x', '=', '<<', '.inf', '.5', '0o7', 'a' * 90, '\x85', '\u2028', '\ufeff', '\x07', '-', '?', ':', 'a:', '#', '|', '>'])
def config(depth=0):
    r = random.random()
    if depth < 3 and r < .3: return [config(depth + 1) for _ in range(random.randint(0, 4))]
    if depth < 3 and r < .6: return {wordy() if random.random() < .4 else 'k%d' % i: config(depth + 1) for i in range(random.randint(0, 4))}
    return random.choice([None, True, False, random.randint(-1000, 1000), 10**17, random.uniform(-1, 1), 1e-5, 1e20, 1e-300, wordy(), wordy()])
def same(a, b):
    if isinstance(a, dict): return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list): return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return type(a) == type(b) and a == b
if ruamel is not None and pyyaml is not None:
    from ruamel.yaml import YAML
    r12 = YAML(typ='safe', pure=True)
    bad = []
    for i in range(250):
        v = {'top': config()}
        put(json.dumps(v))
        a = ask('yamlout %s %s' % (I, O))
        y = got() if a == 'ok' else ''
        try: ok = a == 'ok' and same(r12.load(y), v) and same(pyyaml.safe_load(y), v)
        except Exception as e: ok = False; a = repr(e)
        if ok:
            put(y)
            ok = ask('yaml %s %s' % (I, O)) == 'ok' and got() == json.dumps(v)
        if not ok: bad.append((a, v, y))
    check('yaml written: YAML 1.2 (ruamel), 1.1 (PyYAML) and ours read the same', len(bad), 250, bad[:1])
    bad = []
    for i in range(200):                           # their text, our reader
        v = {'k%d' % j: config(1) for j in range(3)}
        y = pyyaml.safe_dump(v, default_flow_style=None if i % 2 else False, sort_keys=False, allow_unicode=bool(i % 3), width=10000)
        if any(c in y for c in ('\n\n', '? ', '\x85', '\u2028')) or '\\\n' in y: continue      # text over several lines, ? keys: not ours
        try: w = r12.load(y)
        except Exception: continue
        if not same(w, v): continue                # where the two schemas disagree
        put(y)
        a = ask('yaml %s %s' % (I, O))
        if a != 'ok' or got() != json.dumps(v): bad.append((a, v, y))
    check('yaml read: what PyYAML writes, where 1.1 and 1.2 agree', len(bad), 200, bad[:1])

    # what PyYAML and ruamel write at their 80 columns, where texts and lists go on over lines: equal, or refused with the place; never wrong
    draw = random.Random(5)
    from io import StringIO
    word = lambda: ''.join(draw.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(draw.randint(1, 9)))
    def phrase():
        t = ' '.join(word() for _ in range(draw.randint(1, 40)))
        return {0: t + ': ' + t, 1: "it's " + t + '\n\n' + t, 2: t + ' #x "y"', 3: '  ' + t}.get(draw.randint(0, 15), t)
    def wide(d=0):
        k = draw.randint(0, 6 if d < 3 else 3)
        if k == 0: return draw.choice([draw.randint(-10**6, 10**6), draw.random(), True, None])
        if k == 1: return [draw.randint(0, 10**5) for _ in range(draw.randint(1, 60))]
        if k < 4: return phrase()
        if k == 4: return [wide(d + 1) for _ in range(draw.randint(1, 6))]
        return {word() + str(i): wide(d + 1) for i in range(draw.randint(1, 6))}
    def by_ruamel(v, flow):
        y, b = YAML(typ='safe', pure=True), StringIO()
        y.default_flow_style = flow
        y.dump(v, b)
        return b.getvalue()
    writers = {'PyYAML': lambda v: pyyaml.safe_dump(v, sort_keys=False), 'PyYAML, flow lists': lambda v: pyyaml.safe_dump(v, sort_keys=False, default_flow_style=None),
               'PyYAML, flow': lambda v: pyyaml.safe_dump(v, sort_keys=False, default_flow_style=True), 'PyYAML, quoted': lambda v: pyyaml.safe_dump([[phrase() for _ in range(4)], v and phrase()], default_style='"'),
               'ruamel': lambda v: by_ruamel(v, False), 'ruamel, flow lists': lambda v: by_ruamel(v, None)}
    for who, write in writers.items():
        bad, refused = [], []
        for i in range(80):
            y = write({word() + str(j): wide(1) for j in range(draw.randint(1, 5))})
            put(y)
            a = ask('yaml %s %s' % (I, O))
            if a != 'ok': refused.append((a, y))
            elif not same(json.loads(got()), pyyaml.safe_load(y)) or not same(json.loads(got()), r12.load(y)): bad.append((got()[:300], y))
        check('yaml at 80 columns, %s: a wrong value' % who, len(bad), 80, bad[:1])
        check('yaml at 80 columns, %s: refused' % who, len(refused), 80, refused[:1])
# ---- CSV
pd = need('pandas')
if pd is not None:
    exact = {} if int(pd.__version__.split('.')[0]) >= 3 else {'float_precision': 'round_trip'}
    cell = lambda: random.choice(['1', '2', '-3', '007', '+5', '1.5', '1e3', 'inf', '-Inf', 'NaN', '', '', 'NA', 'n/a', 'None', 'True', 'False', 'abc', 'x y', ' 4 ', ' ', '"q"', '"a,b"', '"l1\nl2"', '"x""y"', 'x"y',
                                  '"x"y', '0x10', '1_000', '\u00e9', '"5"', '"NA"', '.5', '5.'])
    kinds = [['1', '2', '-3', '007'], ['1', '2', ''], ['1', '18446744073709551615'], ['1.5', '2', '', '1e-5'], ['True', 'False'], ['True', 'False', ''], ['a', 'b', '', '"c,d"'], ['1', 'x'], ['True', 'x'], ['1.5', 'y', ''], ['', 'NA'], ['inf', '1', '-inf']]
    bad, bad_stream, bad_copy = [], [], []
    for i in range(500):
        cols, nl = random.randint(1, 5), random.choice(['\n', '\r\n', '\r'])
        head = [random.choice(['a', 'b', 'a', 'c', '', 'a.1', ' b', '"q,r"', 'Unnamed: 1']) for _ in range(cols)]
        ks = [random.choice(kinds) if random.random() < .8 else None for _ in range(cols)]
        rows = []
        for _ in range(random.randint(1, 25)):
            n = cols if random.random() < .97 else random.randint(1, cols)
            cells = [random.choice(ks[c]) if ks[c] else cell() for c in range(n)]
            # pandas leaves out a first empty cell behind \r\r, and keeps uint64 beside missing cells as text: both its own
            if cells[0] == '' and nl == '\r': cells[0] = 'NA'
            if n < cols: cells = [c for c in cells]
            rows.append(','.join(cells))
        if any('18446744073709551615' in r for r in rows) and any(r.endswith(',') or ',,' in r or r.count(',') < cols - 1 or r.startswith(',') for r in rows): continue
        t = nl.join([','.join(head)] + rows) + (nl if random.random() < .8 else '')
        put(('\ufeff' if random.random() < .1 else '') + t)
        try: df = pd.read_csv(I, index_col=False, **exact)
        except Exception: df = None
        a = ask('csv %s %s' % (I, O))
        if df is not None and not len(df): continue                # no rows, no types
        if df is None or a != 'ok':
            if (df is None) != (a != 'ok'): bad.append((a, t))
            continue
        ours = [(c['name'], c['type'], c['values']) for c in json.loads(got())]
        want = []
        for k, c in enumerate(df.columns):
            s = df.iloc[:, k]
            ty = {'int64': 'i64', 'uint64': 'u64', 'float64': 'f64', 'bool': 'bool'}.get(str(s.dtype), 'text')
            v = s.tolist()
            if ty == 'text': v = [None if x is None or x != x else x if isinstance(x, str) else repr(x) for x in v]
            want.append((c, ty, v))
        eq = lambda x, y: type(x) == type(y) and (x == y or (x != x and y != y))
        if len(ours) != len(want) or not all(o[0] == w[0] and o[1] == w[1] and len(o[2]) == len(w[2]) and all(map(eq, o[2], w[2])) for o, w in zip(ours, want)): bad.append((t, ours, want))
        if ask('copy %s %s' % (I, O)) != 'ok' or got() != df.to_csv(index=False, lineterminator='\n'): bad_copy.append((t, got(), df.to_csv(index=False)))
    check('csv read beside pandas', len(bad), 500, bad[:1])
    check('csv written again beside to_csv', len(bad_copy), 500, bad_copy[:1])
    if np is not None:
        x = np.random.RandomState(1).randn(300, 20) * 10.0 ** np.random.RandomState(2).randint(-300, 300, (300, 20))
        df = pd.DataFrame(x); df['target'] = np.arange(300) % 7
        df.to_csv(I, index=False)
        a = ask('copy %s %s' % (I, O))
        check('csv of doubles byte for byte', int(a != 'ok' or got() != open(I, newline='').read()), 1, a)
        a = ask('xy %s %s' % (I, O))
        j = json.loads(got())
        check('csv matrix and labels', int(a != 'ok' or j[0] != x.tolist() or j[1] != df['target'].tolist()), 1, a)
        f32 = np.random.RandomState(3).randn(200, 5).astype(np.float32)
        pd.DataFrame(f32).to_csv(I, index=False)
        out = many(['p32 %08x' % b for b in f32.view(np.uint32).ravel()])[:f32.size]
        check('csv of floats as pandas prints them', int(open(I).read().split('\n')[1:201] != [','.join(out[5 * r:5 * r + 5]) for r in range(200)]), 1)
        # 2 * 10^5 random bit patterns and every power of ten with its neighbours, through nnfmt
        bits = np.random.RandomState(4).randint(0, 2**32, 200000, dtype=np.uint64).astype(np.uint32)
        near = np.float32(10.0 ** np.arange(-44.0, 39.0)).view(np.uint32)[:, None] + np.arange(-3, 4).astype(np.uint32)
        bits = np.concatenate([bits, near.ravel(), near.ravel() | np.uint32(1 << 31)])
        cols = {'c%d' % k: bits[k::4][:len(bits) // 4].view(np.float32) for k in range(4)}
        np.savez(I + '.npz', **cols)
        r = subprocess.run([os.path.join(os.environ.get('BUILD', 'build'), 'nnfmt'), 'convert', '--overwrite', I + '.npz', I + '.out.csv'], capture_output=True, text=True)
        want = pd.DataFrame(cols).to_csv(index=False)
        ours = open(I + '.out.csv', newline='').read() if r.returncode == 0 else r.stderr
        differ = [(a, b) for a, b in zip(ours.split('\n'), want.split('\n')) if a != b]
        check('float32 columns as pandas writes them', len(differ) + (ours.count('\n') != want.count('\n')), len(bits), differ[:2])
        for k in cols: check('float32 column read back', int(not np.array_equal(pd.read_csv(I + '.out.csv', dtype='float32', float_precision='round_trip')[k], cols[k], equal_nan=True)), 1)
# ---- nnfmt: other encodings as Python writes them, the CSVs that scikit-learn ships
nnfmt = os.path.join(os.environ.get('BUILD', 'build'), 'nnfmt')
def shown_by(*a):
    r = subprocess.run([nnfmt, 'json', *a], capture_output=True, text=True)
    try: return json.loads(r.stdout)
    except ValueError: return r.stderr
bad = []
for n in [1, 2, 3, 40, 32767, 32768, 40000]:
    for codec, flag, top in [('utf-16', 'utf-16', 0x10FFFF), ('utf-16-le', 'utf-16', 0x10FFFF), ('latin-1', 'latin-1', 255)]:
        word = ''.join(chr(random.choice([random.randrange(32, 127), random.randrange(160, min(top, 0xD7FF)), random.randrange(160, top)])) for _ in range(n))
        word = ''.join(c for c in word if not 0xD800 <= ord(c) < 0xE000)
        with open(I + '.json', 'w', encoding=codec) as f: json.dump({'k': word, 'n': n}, f, ensure_ascii=False)
        if shown_by('--encoding', flag, I + '.json') != {'k': word, 'n': n}: bad.append((n, codec))
check('texts in other encodings', len(bad), 21, bad)
sk = need('sklearn')
if sk:
    folder = os.path.join(os.path.dirname(sk.__file__), 'datasets', 'data')
    from sklearn import datasets
    bad = []
    for name, load in [('iris.csv', datasets.load_iris), ('wine_data.csv', datasets.load_wine), ('breast_cancer.csv', datasets.load_breast_cancer)]:
        x, y = load(return_X_y=True)
        rows = shown_by('--counts', os.path.join(folder, name))
        if type(rows) is str or [[float(v) for v in r] for r in rows] != [[*a, float(b)] for a, b in zip(x.tolist(), y.tolist())]: bad.append((name, str(rows)[:80]))
    check("scikit-learn's own CSVs", len(bad), 3, bad)
proc.stdin.close()
print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
sys.exit(1 if failed else 0)
