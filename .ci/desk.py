"""What every check stands on: the program, a folder of its own, a count of what held, and evidence to try it on."""
import json, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get("ITOGUCHI_SHARED") or os.path.join(ROOT, "..", "shared")
GENERATOR = os.path.join(SHARED, "bench", "gen_logs.py")
PROGRAM = os.path.abspath(sys.argv[1])
WORK = tempfile.mkdtemp(prefix="itoguchi-gate-")
# Heads and choices are remembered in the user's settings: here in a folder of the run's own.
SETTINGS = os.path.join(WORK, "settings")
tally = {"passed": 0, "failed": 0, "skipped": 0}


def check(name, ok, detail=""):
    """Counts a check; the detail is shown where it failed."""
    tally["passed" if ok else "failed"] += 1
    print("ok    " if ok else "FAILED", name, "" if ok else str(detail)[:1500], flush=True)
    return bool(ok)


def skip(name, why):
    """Counts what cannot be checked here, so that a green run does not hide it."""
    tally["skipped"] += 1
    print("skip  ", name + ":", why, flush=True)


def closing():
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % tally, flush=True)
    return 1 if tally["failed"] else 0


def path(*parts):
    return os.path.join(WORK, *parts)


def raw(*args, settings=SETTINGS, program=PROGRAM, **how):
    """Runs the program and returns what came of it."""
    line = [program, "--json", "--lang", "ja", "--operator", "訓練太郎", *map(str, args)]
    return subprocess.run(line, capture_output=True, env=dict(os.environ, XDG_CONFIG_HOME=settings), **how)


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]


def run(*args, code=0, **how):
    """Runs the program, demands an exit code, returns its rows."""
    done = raw(*args, **how)
    if done.returncode != code or b"panicked" in done.stderr:
        told = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
        check("exit %d of %s" % (code, " ".join(map(str, args))[:200]), False, "was %d: %s" % (done.returncode, told[:600]))
    return rows(done)


def exactly(text):
    """A query for exactly these characters."""
    return '="%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def outside(*args, **how):
    """Runs another program; true if it is content."""
    return subprocess.run(list(map(str, args)), capture_output=True, **how)


def store(name, unit="11"):
    """A new store with one case; returns both."""
    file = path(name)
    run("new", file, "--unit", unit)
    return file, run("case", "new", file, "--title", "点検", "--number", "令和8年第1号")[0]["case"]


def sound(file):
    """Whether `check` and `evidence verify` have nothing to say against a store."""
    done = [raw("check", file), raw("evidence", "verify", file)]
    return all(one.returncode == 0 for one in done), [one.stderr.decode(errors="replace") for one in done]


def generate(folder, seed, encoding, *amount):
    """Generated logs of all six formats with their truth files; returns the logs."""
    where = path(folder)
    line = [sys.executable, GENERATOR, "--format", "all", "--seed", seed, "--encoding", encoding, "--out", where, "--quiet", *amount]
    subprocess.run(list(map(str, line)), check=True)
    return [os.path.join(where, name) for name in sorted(os.listdir(where)) if not name.endswith(".truth.json")]


def truth(log):
    with open(log + ".truth.json", encoding="utf-8") as file:
        return json.load(file)
