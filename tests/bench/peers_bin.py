# tests/bench/peers_bin.py [MIB] - binary formats beside zlib, libdeflate, a plain read(2), NumPy, safetensors, torch and Pillow: the same work in
# turn, one thread, CPU time, best of several, one JSON object per line with the ratio peer / ours (above 1: ours is faster).
# MIB (1024): the size of the stored NPZ; made smaller when the disk or the memory has too little room.
import peers                                               # first: it clears what would hold a library back
import json, os, shutil, subprocess, sys, tempfile, time
peers.one_thread()
digits = [a for a in sys.argv[1:] if a.isdigit()]
words = [a for a in sys.argv[1:] if not a.isdigit()]
mib = int(digits[0]) if digits else 16 if peers.quick else 1024
os.makedirs('build', exist_ok=True)
cc, exe = os.environ.get('CC', 'cc'), 'build/bin_bench'
base = [cc, '-std=c99', '-O2', 'tests/bench/bin_bench.c', '-o', exe]
if subprocess.run(base + ['-DBIN_PEERS', '-lz', '-ldeflate', '-lm'], stderr=subprocess.DEVNULL).returncode == 0:
    subprocess.check_call([exe] + words)
else:
    print('skip peers_bin inflate, deflate: needs zlib and libdeflate with their headers')
    subprocess.check_call(base + ['-lm'])

def wanted(name): return not words or any(w in name for w in words)
def ours(*a): return float(subprocess.run([exe, 'do', *a], capture_output=True, text=True, check=True).stdout)
def theirs(f):
    t = time.process_time(); f(); return time.process_time() - t
def both(name, peer, what, args, f, rounds=3):
    if not wanted(name): return
    a, b = [], []
    for _ in range(rounds): a.append(ours(what, *args)); b.append(f() if peer == 'read(2)' else min(theirs(f), theirs(f)))
    print(json.dumps({'name': name, 'threads': 1, 'peer': peer, 'bytes': os.path.getsize(args[0]), 'ours_s': round(min(a), 6), 'peer_s': round(min(b), 6), 'ratio': round(min(b) / min(a), 2)}), flush=True)
def have(name):
    try: return __import__(name)
    except ImportError: print('skip peers_bin: needs ' + name); return None

peers.report(everything=True)
tmp = tempfile.mkdtemp(prefix='nn_bin_')
try:
    np, torch, st, pil = have('numpy'), have('torch'), have('safetensors'), have('PIL')
    if wanted('npz_load_stored'):
        room = min(shutil.disk_usage(tmp).free // 2, os.sysconf('SC_AVPHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 4) >> 20
        f = os.path.join(tmp, 'x.npz')
        subprocess.check_call([exe, 'do', 'npzmake', f, str(min(mib, room))])
        both('npz_load_stored', 'read(2)', 'npz', [f], lambda: ours('read', f))
        if np: both('npz_load_stored', 'numpy', 'npz', [f], lambda: dict(np.load(f)))
        os.remove(f)
    if torch:
        torch.set_num_threads(1)
        g = torch.Generator().manual_seed(0)
        d = {'blocks.%d.%s' % (i, n): torch.randn(s, generator=g) for i in range(12) for n, s in (('attn', (1024, 1024)), ('mlp.weight', (2048, 512)), ('mlp.bias', (2048,)), ('norm', (512,)))}
        p, q = os.path.join(tmp, 'x.pth'), os.path.join(tmp, 'y')
        torch.save(d, p)
        both('pth_load', 'torch', 'pth', [p], lambda: torch.load(p, weights_only=True))
        both('pth_save', 'torch', 'pthw', [p, q], lambda: torch.save(d, q))
        if st:
            from safetensors.torch import load_file, save_file
            s = os.path.join(tmp, 'x.safetensors')
            save_file(d, s)
            both('safetensors_load', 'safetensors', 'st', [s], lambda: {k: v.clone() for k, v in load_file(s).items()})   # both own their memory
            both('safetensors_save', 'safetensors', 'stw', [s, q], lambda: save_file(d, q))
    if np and pil:
        from PIL import Image
        y, x = np.mgrid[0:1080, 0:1920]
        a = np.stack([(x // 8 + y // 9) % 256, (x * y // 4096) % 256, np.random.RandomState(0).randint(0, 24, x.shape) + 100], -1).astype('uint8')
        f, o = os.path.join(tmp, 'x.png'), os.path.join(tmp, 'o.png')
        Image.fromarray(a).save(f)
        both('png_read', 'pillow', 'png', [f], lambda: np.asarray(Image.open(f)))
        both('png_write', 'pillow', 'pngw', [f, o], lambda: Image.fromarray(a).save(o))
finally:
    shutil.rmtree(tmp)
