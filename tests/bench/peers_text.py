# tests/bench/peers_text.py [ROWS] - CSV and JSON beside pandas, polars, pyarrow, json, orjson, yyjson: the same work in turn, one thread, CPU seconds,
# best of three, one JSON object per line with the ratio peer / ours (above 1: ours is faster). Ours always rounds correctly: pandas does with
# float_precision='round_trip' only, both forms are timed. yyjson is PyPI's package of that name: a Document holds the C library's tree, no Python objects.
# JSON is parsed into fresh memory.
import peers                                               # first: it clears what would hold a library back
import json, os, subprocess, sys, tempfile, time, warnings
warnings.filterwarnings('ignore')
os.environ.update(POLARS_MAX_THREADS='1')
peers.one_thread()
rows, cols = int(sys.argv[1]) if len(sys.argv) > 1 else 1000 if peers.quick else 10000, 513
tmp = tempfile.mkdtemp()
os.makedirs('build', exist_ok=True)
subprocess.check_call([os.environ.get('CC', 'cc'), '-std=c99', '-O2', 'tests/bench/text_bench.c', '-o', 'build/text_bench', '-lm'])
import numpy as np, pandas as pd
peers.report()
x = np.random.RandomState(0).randn(rows, cols - 1)
df = pd.DataFrame(x); df['target'] = np.arange(rows) % 10
csv = os.path.join(tmp, 'x.csv'); df.to_csv(csv, index=False)
records = [{'id': i, 'name': 'example %d' % i, 'loss': float(x[i % rows, 0]), 'ok': i % 3 == 0, 'tags': ['a', 'b\u00e9', None], 'weights': [float(v) for v in x[i % rows, :16]]} for i in range(20000)]
text = json.dumps(records, ensure_ascii=False); jf = os.path.join(tmp, 'x.json'); open(jf, 'w').write(text)
def ours(what, path): return float(subprocess.run(['build/text_bench', what, path], capture_output=True, text=True, check=True).stdout)
def clock(f):
    t = time.process_time(); f(); return time.process_time() - t
def optional(name):
    try: return __import__(name)
    except ImportError: print('skip peers_text: needs ' + name); return None
pl, pa, oj, yy = optional('polars'), optional('pyarrow'), optional('orjson'), optional('yyjson')
work = [('csv_read', 'csv_read', csv, 'pandas', lambda: pd.read_csv(csv)), ('csv_read', 'csv_read', csv, 'pandas round_trip', lambda: pd.read_csv(csv, float_precision='round_trip')), ('csv_write', 'csv_write', csv, 'pandas', lambda: df.to_csv(os.path.join(tmp, 'o.csv'), index=False)),
        ('json_parse', 'json_parse', jf, 'json', lambda: json.loads(text)), ('json_write', 'json_write', jf, 'json', lambda: json.dumps(records, ensure_ascii=False))]
if pl: work += [('csv_read', 'csv_read', csv, 'polars', lambda: pl.read_csv(csv)), ('csv_write', 'csv_write', csv, 'polars', lambda d=pl.from_pandas(df): d.write_csv(os.path.join(tmp, 'o.csv')))]
if pa:
    import pyarrow.csv as pc
    work += [('csv_read', 'csv_read', csv, 'pyarrow', lambda: pc.read_csv(csv, read_options=pc.ReadOptions(use_threads=False)))]
if oj: work += [('json_parse', 'json_parse', jf, 'orjson', lambda: oj.loads(text)), ('json_write', 'json_write', jf, 'orjson', lambda: oj.dumps(records))]
if yy:
    data = text.encode()
    work += [('json_parse', 'json_parse', jf, 'yyjson', lambda: yy.Document(data)), ('json_write', 'json_write', jf, 'yyjson', lambda d=yy.Document(data): d.dumps())]
for name, what, path, peer, f in work:
    a, b = [], []
    for _ in range(3): a.append(ours(what, path)); b.append(clock(f))
    print(json.dumps({'name': name, 'm': rows, 'n': cols, 'threads': 1, 'peer': peer, 'ours_s': round(min(a), 4), 'peer_s': round(min(b), 4), 'ratio': round(min(b) / min(a), 2)}), flush=True)
