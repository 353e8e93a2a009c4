"""Bad input: a clear error, the right exit code, nothing lost."""
import gzip, hashlib, os, random, shutil, sqlite3

from desk import check, path, run, sound, store


def all_checks():
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
    run("search", file, "203.0.113.7", "--evidence", "zzzz", code=2)
    run("role", file, case, "nosuchkind", "203.0.113.7", "suspect", code=2)
    for extra in (["--encoding", "klingon"], ["--zone", "Mars/Olympus"], ["--format", "nosuchformat"]):
        run("evidence", "add", file, case, text, *extra, code=2)
    empty, junk, cut = path("empty.log"), path("junk.bin"), path("cut.log.gz")
    open(empty, "w").close()
    open(junk, "wb").write(random.Random(5).randbytes(300_000))
    whole = gzip.compress("".join("203.0.113.%d - - [01/Apr/2026:00:00:%02d +0900] \"GET / HTTP/1.1\" 200 1\n" % (i % 250, i % 60) for i in range(20000)).encode())
    open(cut, "wb").write(whole[: len(whole) // 2])
    added = run("evidence", "add", file, case, empty, junk, cut)
    by_name = {os.path.basename(row["path"]): row for row in added}
    check("an empty file is kept", by_name["empty.log"]["bytes"] == 0)
    check("binary junk is kept whole", by_name["junk.bin"]["bytes"] == 300_000)
    members = [row for row in added if row["parent"]]
    check("a truncated gzip gives what could be read and says so", len(members) == 1 and members[0]["rows"] > 0 and members[0]["damaged"], str(members))
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
    whole, why = sound(file)
    check("after all of it the store is sound", whole, why)
