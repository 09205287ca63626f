"""tests/interop/test_hub.py - closed parts go out through huggingface_hub's `hf` to a loopback server that imitates the endpoints of the Hub, drops some requests
and answers others with 500: every part arrives once, nothing is replaced, the token is in no file, log or process argument."""
import base64, glob, hashlib, json, os, re, shutil, subprocess, sys, tempfile, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


prog = "build/interpreter_data"
if not shutil.which("hf"):
    print("skip test_hub: needs huggingface_hub (the hf program)")
    skipped = 1
    finish()
if not os.path.exists(prog):
    print("skip test_hub: build/interpreter_data is not built")
    skipped = 1
    finish()

TOKEN = "hf_" + "s" * 34
lock = threading.Lock()
files, blobs, commits, log = {}, {}, [], []
count = {"n": 0}
replaced = []


class Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *a):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            out = b""
            while True:
                n = int(self.rfile.readline().split(b";")[0], 16)
                out += self.rfile.read(n)
                self.rfile.readline()
                if n == 0:
                    return out
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, code, obj=None, headers=()):
        data = b"" if obj is None else json.dumps(obj).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for k, v in headers:
            self.send_header(k, v)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def trouble(self, path):
        """Every 9th request is dropped, every 11th gets a 500; a lost reply to a commit would be a commit made, so those are refused before they count."""
        with lock:
            count["n"] += 1
            n = count["n"]
            log.append((self.command, path))
        if n % 9 == 0:
            self.close_connection = True
            self.connection.close()
            return True
        if n % 11 == 0:
            self.reply(500, {"error": "try again"})
            return True
        return False

    def do_GET(self):
        path = self.path
        self.body()
        if self.trouble(path):
            return
        if path.startswith("/api/whoami"):
            return self.reply(200, {"name": "me", "type": "user", "auth": {"accessToken": {"role": "write"}}})
        if re.match(r"/api/datasets/me/set/tree/", path):
            return self.reply(200, [{"type": "file", "path": p, "size": len(b), "oid": hashlib.sha1(b).hexdigest()} for p, b in files.items()])
        if path.startswith("/api/datasets/me/set"):
            return self.reply(200, {"id": "me/set", "sha": "0" * 40, "private": True, "siblings": [{"rfilename": p} for p in files]})
        self.reply(404, {"error": "not found"})

    do_HEAD = do_GET

    def do_PUT(self):
        data = self.body()
        if self.trouble(self.path):
            return
        with lock:
            blobs[self.path.rsplit("/", 1)[1]] = data
        self.reply(200, {})

    def do_POST(self):
        path, data = self.path, self.body()
        if self.trouble(path):
            return
        base = f"http://127.0.0.1:{self.server.server_port}"
        if path == "/api/repos/create":
            return self.reply(200, {"url": base + "/datasets/me/set", "name": "me/set", "id": "me/set"})
        if path == "/api/validate-yaml":
            return self.reply(200, {"errors": [], "warnings": []})
        if "/preupload/" in path:
            out = []
            for f in json.loads(data)["files"]:
                old = files.get(f["path"])
                out.append({"path": f["path"], "uploadMode": "lfs" if f["path"].endswith(".jsonl") and f["size"] else "regular", "shouldIgnore": False,
                            "oid": None if old is None else hashlib.sha1(b"blob %d\0" % len(old) + old).hexdigest()})
            return self.reply(200, {"files": out})
        if path.endswith("/info/lfs/objects/batch"):
            out = []
            for o in json.loads(data)["objects"]:
                item = {"oid": o["oid"], "size": o["size"]}
                if o["oid"] not in blobs:
                    item["actions"] = {"upload": {"href": f"{base}/lfs/{o['oid']}", "header": {}}}
                out.append(item)
            return self.reply(200, {"transfer": "basic", "objects": out}, [("Content-Type", "application/vnd.git-lfs+json")])
        if "/commit/" in path:
            with lock:
                for l in data.decode().splitlines():
                    op = json.loads(l)
                    v = op["value"]
                    if op["key"] == "file":
                        new = base64.b64decode(v["content"])
                    elif op["key"] == "lfsFile":
                        new = blobs[v["oid"]]
                    else:
                        continue
                    if v["path"] in files and files[v["path"]] != new:
                        replaced.append(v["path"])
                    commits.append(v["path"])
                    files[v["path"]] = new
            return self.reply(200, {"commitUrl": base + "/datasets/me/set/commit/" + "1" * 40, "commitOid": "1" * 40, "hookOutput": ""})
        self.reply(404, {"error": "not found"})


server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()
tmp = tempfile.mkdtemp()
out = os.path.join(tmp, "set")
small = ["--preset", "v0.1", "--num_layers", "2:3", "--neurons_per_layer", "8:12", "--patterns", "all_same,sorted_ascending,starts_with,ends_with,has_majority", "--target_total_examples", "900",
         "--checkpoint_interval", "3", "--no-tensorboard.enabled", "--quiet", "--threads", "1", "--length", "6", "--hub.retry_seconds", "0.2", "--hub.max_tries", "12"]
env = dict(os.environ, HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}", HF_HUB_DISABLE_XET="1", HF_TOKEN=TOKEN, HF_HOME=os.path.join(tmp, "home"),
           HF_HUB_DISABLE_TELEMETRY="1", no_proxy="127.0.0.1", NO_PROXY="127.0.0.1")
seen_args = []
stop = threading.Event()


def watch():                            # every process's arguments while the run lasts
    while not stop.is_set():
        for p in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                seen_args.append(TOKEN.encode() in open(p, "rb").read())
            except OSError:
                pass
        stop.wait(0.05)


w = threading.Thread(target=watch)
w.start()
r = subprocess.run([prog, "run-data-gen", "--out", out, "--hub.dataset_name", "me/set"] + small, env=env, capture_output=True, text=True)
stop.set()
w.join()
check(r.returncode == 0, "run with uploads: " + r.stderr)
local = {os.path.relpath(p, out): open(p, "rb").read() for p in glob.glob(out + "/data/*") + [out + "/README.md", out + "/config.yaml", out + "/signature_dataset.json", out + "/rejected.jsonl"]}
upload_log = open(out + "/upload.log").read() if os.path.exists(out + "/upload.log") else ""
check(sum(k.startswith("data/") for k in local) == 2, "two parts")
check({k: v for k, v in files.items() if k in local} == local, f"everything arrived: missing {sorted(set(local) - set(files))} {upload_log[-600:] if set(local) - set(files) else ''}")
check(len(commits) == len(set(commits)), f"every file once: {commits}")
check(not replaced, "nothing is replaced")
check(not any(seen_args), "the token is in no process's arguments")
hits = [p for p in glob.glob(out + "/**", recursive=True) if os.path.isfile(p) and TOKEN.encode() in open(p, "rb").read()]
check(not hits, f"the token is in no file: {hits}")
check(TOKEN not in r.stdout + r.stderr, "the token is in no output")
before = len(commits)
r = subprocess.run([prog, "run-data-gen", "--out", out, "--hub.dataset_name", "me/set", "--resume"] + small, env=env, capture_output=True, text=True)
check(r.returncode == 0 and len(commits) == before, "a resumed run uploads nothing twice: " + r.stderr)
server.shutdown()
server.server_close()
# no network at all: generation goes on and ends; what is not uploaded is exit 1 and the data set is whole
out2 = os.path.join(tmp, "set2")
env["HF_ENDPOINT"] = "http://127.0.0.1:9"
r = subprocess.run([prog, "run-data-gen", "--out", out2, "--hub.dataset_name", "me/set"] + small + ["--hub.max_tries", "1", "--hub.retry_seconds", "0"], env=env, capture_output=True, text=True)
check(r.returncode == 1 and len(glob.glob(out2 + "/data/*")) == 2 and "not uploaded" in r.stderr, "without a network the data set is made: " + r.stderr)
r = subprocess.run([prog, "run-data-gen", "--out", os.path.join(tmp, "set3"), "--hub.dataset_name", "me/set", "--hub.program", "no-such-program"] + small + ["--hub.max_tries", "1"], env=env, capture_output=True, text=True)
check(r.returncode == 1 and "was not found" in r.stderr, "without the program too: " + r.stderr)
shutil.rmtree(tmp)
finish()
