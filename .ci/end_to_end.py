"""End-to-end checks of the program on files it has not seen: evidence in, rows out, bad input, kills, bundles.

Usage: end_to_end.py PROGRAM. Uses ../shared where present (generators, corpus); without it the checks on our own files run.
Every check prints a line; the last line counts them.
"""
import hashlib, json, os, random, shutil, signal, subprocess, sys, tempfile, time

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get("ITOGUCHI_SHARED") or os.path.join(ROOT, "..", "shared")
WORK = tempfile.mkdtemp(prefix="itoguchi-e2e-")
passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(("ok    " if ok else "FAILED"), name, detail if not ok else "", flush=True)


def run(*args, code=0, **kwargs):
    done = subprocess.run([PROGRAM, "--json", "--operator", "訓練太郎", *map(str, args)], capture_output=True, **kwargs)
    if done.returncode != code:
        check("exit %d of %s" % (code, " ".join(map(str, args))), False, "was %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[:400]))
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]


def path(*parts):
    return os.path.join(WORK, *parts)


def store(name, unit="11"):
    file = path(name)
    run("new", file, "--unit", unit)
    case = run("case", "new", file, "--title", "点検", "--number", "令和8年第1号")[0]["case"]
    return file, case


def generated():
    """Every planted value is found by exact search on exactly its rows, in every format and encoding."""
    generator = os.path.join(SHARED, "bench", "gen_logs.py")
    if not os.path.exists(generator):
        print("skip   generated logs: no generator here")
        return
    for seed, encoding in ((11, "utf-8"), (12, "cp932")):
        folder = path("gen%d" % seed)
        for kind in ("all",) if encoding == "utf-8" else ("bank", "exchange"):
            out = folder if kind == "all" else os.path.join(folder, kind + ".csv")
            os.makedirs(folder, exist_ok=True)
            subprocess.run([sys.executable, generator, "--format", kind, "--rows", "20000", "--seed", str(seed), "--encoding", encoding, "--out", out, "--quiet"], check=True)
        file, case = store("gen%d.itoguchi" % seed)
        logs = sorted(name for name in os.listdir(folder) if not name.endswith(".truth.json"))
        added = run("evidence", "add", file, case, *[os.path.join(folder, name) for name in logs], "--zone", "Asia/Tokyo", "--year", "2026")
        check("%s: every file taken in" % encoding, len(added) == len(logs), str(len(added)))
        for row in added:
            truth_of(file, row)


def truth_of(file, row):
    truth = json.load(open(row["path"] + ".truth.json", encoding="utf-8"))
    name = os.path.basename(row["path"])
    check(name + ": rows and skipped lines make all lines", row["rows"] + row["skipped"] == row["lines"], str(row))
    check(name + ": same hash", row["sha256"] == truth["sha256"])
    header = truth["rows"] - row["rows"]
    wrong = []
    for planted in truth["needles"]:
        want = {line - 1 - header for line in planted["rows"]}
        got = set()
        for spelling in planted["spellings"]:
            query = '="%s"' % spelling.replace("\\", "\\\\").replace('"', '\\"')
            got |= {hit["row"] for hit in run("search", file, query, "--evidence", row["evidence"], "--limit", "0")}
        if got != want:
            wrong.append((planted["value"], sorted(want - got)[:3], sorted(got - want)[:3]))
    check("%s: %d planted values on exactly their rows" % (name, len(truth["needles"])), not wrong, str(wrong[:3]))


def corpus():
    """Every log of the corpus goes in, adds up, and comes out byte for byte."""
    for area in ("logs", "json-logs"):
        folder = os.path.join(SHARED, "corpus", area)
        if not os.path.isdir(folder):
            print("skip   corpus %s: not here" % area)
            continue
        file, case = store(area + ".itoguchi")
        added = run("evidence", "add", file, case, folder)
        files = sum(len(names) for _, _, names in os.walk(folder))
        top = [row for row in added if row["parent"] is None]
        check("%s: %d files taken in" % (area, files), len(top) == files, str(len(top)))
        odd = [row["path"] for row in added if row["lines"] is not None and row["rows"] + row["skipped"] != row["lines"]]
        check(area + ": rows and skipped lines make all lines", not odd, str(odd[:5]))
        bad = []
        for row in top:
            cat = subprocess.run([PROGRAM, "evidence", "cat", file, row["evidence"]], capture_output=True)
            whole = open(row["path"], "rb").read()
            if cat.stdout != whole or hashlib.sha256(whole).hexdigest() != row["sha256"]:
                bad.append(row["path"])
        check(area + ": every byte comes out again", not bad, str(bad[:5]))
        check(area + ": stored evidence hashes the same", all(line["ok"] for line in run("evidence", "verify", file)))
        check(area + ": store is whole", all(line["ok"] is not False for line in run("check", file)))


def bad_input():
    """Bad input: a clear error, exit code 2, nothing lost."""
    file, case = store("bad.itoguchi")
    run("evidence", "add", file, case, path("missing.log"), code=2)
    run("frobnicate", code=2)
    run("search", file, "nosuchfield:1 AND (", code=2)
    run("evidence", "cat", file, "zzzz", code=2)
    run("case", "list", path("missing.itoguchi"), code=2)
    text = path("text.itoguchi")
    open(text, "w").write("not a store\n")
    run("case", "list", text, code=2)
    run("new", file, "--unit", "11", code=2)
    run("new", path("unit.itoguchi"), "--unit", "99", code=2)
    empty, junk, cut = path("empty.log"), path("junk.bin"), path("cut.log.gz")
    open(empty, "w").close()
    open(junk, "wb").write(random.Random(5).randbytes(300_000))
    import gzip
    whole = gzip.compress("".join("203.0.113.%d - - [01/Apr/2026:00:00:%02d +0900] \"GET / HTTP/1.1\" 200 1\n" % (i % 250, i % 60) for i in range(20000)).encode())
    open(cut, "wb").write(whole[: len(whole) // 2])
    added = run("evidence", "add", file, case, empty, junk, cut)
    by_name = {os.path.basename(row["path"]): row for row in added}
    check("an empty file is kept", by_name["empty.log"]["bytes"] == 0)
    check("binary junk is kept whole", by_name["junk.bin"]["bytes"] == 300_000)
    members = [row for row in added if row["parent"]]
    check("a truncated gzip gives what could be read and says so", len(members) == 1 and members[0]["rows"] > 0 and members[0]["damaged"], str(members))
    import sqlite3
    future, trigger = path("future.itoguchi"), path("trigger.itoguchi")
    for copy, sql in ((future, "PRAGMA user_version=999"), (trigger, "CREATE TRIGGER x AFTER INSERT ON statement BEGIN DELETE FROM statement; END")):
        shutil.copy(file, copy)
        db = sqlite3.connect(copy)
        db.execute(sql)
        db.commit()
        db.close()
        run("case", "list", copy, code=2)
    after = hashlib.sha256(open(file, "rb").read()).hexdigest()
    run("case", "list", file)
    run("search", file, "203.0.113.7", "--count")
    check("read commands change no byte", after == hashlib.sha256(open(file, "rb").read()).hexdigest())


def kills(rounds=50):
    """SIGKILL at random moments of an import: the store opens, is clean, and finishing gives the undisturbed result."""
    log = path("kill.log")
    with open(log, "w") as out:
        for i in range(400_000):
            out.write('198.51.100.%d - - [%02d/Apr/2026:%02d:%02d:%02d +0900] "GET /item/%d HTTP/1.1" 200 %d "-" "Mozilla/5.0"\n' % (i % 250, 1 + i // 86400 % 28, i // 3600 % 24, i // 60 % 60, i % 60, i * 7919 % 100003, i % 5000))
    whole, case = store("whole.itoguchi")
    start = time.time()
    undisturbed = run("evidence", "add", whole, case, log)[0]
    takes = time.time() - start
    want = [(row["kind"], row["value"], row["count"], row["first"], row["last"]) for row in run("indicators", whole)]
    dice = random.Random(9)
    blank = path("blank.itoguchi")
    case = store("blank.itoguchi")[1]
    bad = []
    for number in range(rounds):
        file = path("kill.itoguchi")
        for stale in (file, file + "-wal", file + "-shm"):
            if os.path.exists(stale):
                os.remove(stale)
        shutil.copy(blank, file)
        child = subprocess.Popen([PROGRAM, "--json", "evidence", "add", file, case, log], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0, takes))
        child.send_signal(signal.SIGKILL)
        child.wait()
        clean = all(line["ok"] is not False for line in run("check", file))
        rows = run("evidence", "add", file, case, log)
        again = rows[0] if rows else {}
        got = [(row["kind"], row["value"], row["count"], row["first"], row["last"]) for row in run("indicators", file)]
        same = {key: again.get(key) for key in ("sha256", "rows", "lines", "indicators")} == {key: undisturbed[key] for key in ("sha256", "rows", "lines", "indicators")}
        # A kill after the end of the import makes the second one a duplicate with the same values twice.
        twice = again.get("duplicate_of") is not None
        if not (clean and same and (twice or got == want)):
            bad.append((number, clean, same, got == want))
    check("%d kills: the store opens, is clean, and finishing gives the undisturbed result" % rounds, not bad, str(bad[:3]))


def main():
    generated()
    corpus()
    bad_input()
    kills(int(os.environ.get("ITOGUCHI_KILLS", "50")))
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    try:
        import bundle_checks
    except ImportError:
        bundle_checks = None
    if bundle_checks:
        bundle_checks.all(run, check, path, SHARED, PROGRAM)
    shutil.rmtree(WORK, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
