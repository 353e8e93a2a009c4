"""Bad input: a clear error that names the thing, the reason and the remedy; the right exit code; nothing lost."""
import gzip, hashlib, os, random, shutil, sqlite3, subprocess

from desk import PROGRAM, check, path, raw, rows, run, sound, store

LINE = '203.0.113.%d - - [01/Apr/2026:00:00:%02d +0900] "GET /口座 HTTP/1.1" 200 1\n'


def write(name, content):
    with open(path(name), "wb") as out:
        out.write(content if isinstance(content, bytes) else content.encode())
    return path(name)


def digest(file):
    with open(file, "rb") as content:
        return hashlib.sha256(content.read()).hexdigest()


def refused(name, args, *named, remedy=True, **how):
    """Exit 2, nothing on standard output, and on standard error the reason, the names given, and what to do."""
    done = raw(*args, **how)
    told = done.stderr.decode(errors="replace")
    right = done.returncode == 2 and not done.stdout and told.startswith("誤り: ") and "panicked" not in told
    return check(name, right and all(str(part) in told for part in named) and ("対処: " in told or not remedy), (done.returncode, told, done.stdout[:200]))


def commands(file, case, log):
    """What was typed wrongly."""
    refused("an unknown command", ["frobnicate"], "frobnicate", "--help")
    refused("an unknown option", ["case", "list", file, "--frob"], "--frob", "--help")
    refused("a missing argument", ["search", file], "QUERY")
    refused("a number that is none", ["search", file, "a", "--limit", "x"], "x", "--limit")
    refused("an unknown case", ["search", file, "a", "--case", "nosuch"], "nosuch", "case list")
    refused("an unknown case to add to", ["evidence", "add", file, "nosuch", log], "nosuch", "case list")
    refused("an unknown evidence", ["evidence", "cat", file, "zzzz"], "zzzz", "evidence list")
    refused("an unknown format", ["evidence", "add", file, case, log, "--format", "nosuch"], "nosuch", "access")
    refused("an unknown encoding", ["evidence", "add", file, case, log, "--encoding", "nosuch"], "nosuch", "utf-8")
    refused("an unknown zone", ["evidence", "add", file, case, log, "--zone", "Mars/Base"], "Mars/Base", "Asia/Tokyo")
    # These name what there is in the message itself.
    refused("an unknown kind", ["indicators", file, "--kind", "nosuch"], "nosuch", "ipv4", remedy=False)
    refused("an unknown role", ["role", file, case, "ipv4", "203.0.113.7", "nosuch"], "nosuch", "suspect", remedy=False)
    refused("a value that is none", ["role", file, case, "ipv4", "999.1.1.1", "suspect"], "999.1.1.1", "ipv4", remedy=False)
    refused("an unknown unit", ["new", path("unit.itoguchi"), "--unit", "99"], "99", "11/urawa", remedy=False)
    refused("an unknown kind of graph file", ["graph", file, "--out", path("g.xyz")], ".xyz", ".graphml", remedy=False)
    for query, at, *named in (
        ("nosuch:1", "1バイト目", "nosuch", "client"),
        ("abc AND (", "9バイト目", "括弧"),
        ('あ "abc', "5バイト目", "引用符"),
        ("time:yesterday", "6バイト目", "yesterday"),
        ("ab /[/", "5バイト目", "正規表現"),
        ("ip:1.2.3", "4バイト目", "1.2.3", "203.0.113.0/24"),
    ):
        refused("the query `%s`" % query, ["search", file, query], at, *named)
    done = raw("search", file, "kind:nosuch")
    check("a kind nobody has seen: no rows and a remark", done.returncode == 0 and not done.stdout and "nosuch" in done.stderr.decode(), done.stderr)


def stores(file):
    """What is no store, or not one to be trusted, is refused and left as it is."""
    whole = open(file, "rb").read()
    refused("a missing store", ["case", "list", path("missing.itoguchi")], "missing.itoguchi", "ファイルがありません")
    refused("a folder as store", ["case", "list", path()], "事案ファイルではありません")
    refused("a store to be made where one is", ["new", file, "--unit", "11"], file, "既にあります")
    refused("a store to be made nowhere", ["new", path("nowhere", "a.itoguchi"), "--unit", "11"], "nowhere")
    for name, content, *named in (
        ("a text file named .itoguchi", "これは事案ファイルではない\n" * 40, "事案ファイルではありません"),
        ("a short text named .itoguchi", "memo\n", "事案ファイルではありません"),
        ("an empty file named .itoguchi", "", "事案ファイルではありません"),
        ("junk named .itoguchi", random.Random(3).randbytes(70_000), "事案ファイルではありません"),
        ("a store cut short", whole[: len(whole) // 2 // 16384 * 16384 + 5], "壊れています"),
        ("half a header", whole[:60], "事案ファイルではありません"),
    ):
        odd = write("odd.itoguchi", content)
        before = digest(odd)
        for command in (["case", "list", odd], ["check", odd], ["evidence", "add", odd, "-", file]):
            refused("%s: %s" % (name, command[0]), command, "odd.itoguchi", *named)
        check(name + ": left as it is", digest(odd) == before and os.listdir(path()).count("odd.itoguchi-journal") == 0)
    for name, sql, *named in (
        ("a store of a future version", "PRAGMA user_version=999", "999", "新しい版"),
        ("a store with an extra trigger", "CREATE TRIGGER x AFTER INSERT ON statement BEGIN DELETE FROM statement; END", "trigger x"),
        ("a store with an extra view", "CREATE VIEW v AS SELECT 1", "view v"),
        ("a store without its guard", "DROP TRIGGER audit_no_delete", "trigger audit_no_delete"),
        ("another program's database", "PRAGMA application_id=7", "事案ファイルではありません"),
    ):
        odd = path("odd.itoguchi")
        shutil.copy(file, odd)
        with sqlite3.connect(odd) as db:
            db.execute(sql)
        db.close()
        before = digest(odd)
        for command in (["case", "list", odd], ["case", "new", odd, "--title", "t"], ["check", odd]):
            refused("%s: %s" % (name, " ".join(command[:2]) if command[0] == "case" else command[0]), command, "odd.itoguchi", *named)
        check(name + ": left as it is", digest(odd) == before)


def evidence(file, case, log):
    """What cannot be read is named and the rest goes in; what is odd is kept whole."""
    empty, junk = write("empty.log", b""), write("junk.bin", random.Random(5).randbytes(300_000))
    text = "".join(LINE % (i % 250, i % 60) for i in range(20000)).encode()
    cut = write("cut.log.gz", gzip.compress(text)[: len(gzip.compress(text)) // 2])
    bent = bytearray(gzip.compress(text))
    bent[len(bent) // 2] ^= 0x10
    bent = write("bent.log.gz", bytes(bent))
    mixed = write("mixed.log", b"".join((LINE % (i, i)).encode("cp932" if i == 9 else "utf-8") for i in range(40)))
    missing = path("missing.log")
    done = raw("evidence", "add", file, case, empty, junk, missing, cut, bent, mixed)
    told = done.stderr.decode()
    check("a missing file among others: exit 2, named with remedy", done.returncode == 2 and "ファイルがありません: " + missing in told and "対処: " in told and told.count("誤り") == 1, told)
    added = {os.path.relpath(row["path"], path()): row for row in rows(done)}
    check("an empty file is kept", added["empty.log"]["bytes"] == 0 and added["empty.log"]["rows"] == 0)
    check("binary junk is kept whole", added["junk.bin"]["bytes"] == 300_000 and added["junk.bin"]["sha256"] == digest(junk))
    for name, gz in (("cut", cut), ("bent", bent)):
        container, member = added[name + ".log.gz"], next((row for row in added.values() if row["parent"] == added[name + ".log.gz"]["evidence"]), None)
        check("a %s gzip is kept whole" % name, container["sha256"] == digest(gz))
        check("a %s gzip gives what could be read and says so" % name, member and 0 < member["rows"] < 20_001 and member["damaged"], member)
    row = added["mixed.log"]
    cat = subprocess.run([PROGRAM, "evidence", "cat", file, row["evidence"]], capture_output=True).stdout
    check("a line in another encoding is kept as a row, its bytes as they are", row["rows"] == 40 and cat == open(mixed, "rb").read(), row)
    check("what is readable in it is found", len(run("search", file, "203.0.113.9", "--evidence", row["evidence"])) == 1)
    sjis = write("sjis.log", ("口座 203.0.113.8\n" * 50).encode("cp932"))
    row = run("evidence", "add", file, case, sjis, "--encoding", "utf-8")[0]
    check("a wrong encoding asked for: rows and bytes all the same", row["rows"] == 50 and row["sha256"] == digest(sjis) and row["encoding"] == "utf-8", row)
    refused("the open store as evidence", ["evidence", "add", file, case, file], os.path.basename(file), remedy=False)
    refused("a device as evidence", ["evidence", "add", file, case, "/dev/null"], "/dev/null", remedy=False)
    refused("a missing list", ["import", file, case, path("missing.csv")], "missing.csv")
    refused("junk as a list", ["import", file, case, junk], "junk.bin", remedy=False)
    refused("a missing file to extract from", ["extract", path("missing.txt")], "missing.txt")


def bundles(file, case):
    """What is no bundle and no key."""
    junk = path("junk.bin")
    done = raw("verify", junk)
    check("junk as a bundle: exit 2, `opens` is named", done.returncode == 2 and rows(done)[0]["check"] == "opens" and rows(done)[0]["ok"] is False, done.stdout)
    refused("a missing bundle", ["verify", path("missing.age")], "missing.age")
    refused("a missing key", ["approve", junk, "--key", path("nokey")], "nokey")
    refused("no age recipient", ["seal", junk, "--to", "age1xyz", "--out", path("o")], "age1xyz", remedy=False)
    refused("a missing preparer's key", ["export", file, case, "--profile", "national", "--receiver", "00/special", "--prepare", path("nokey"), "--token-key", path("notoken"), "--out", path("d")], "nokey")


def unreadable(file):
    """A file without the right to read, a store and folder without the right to write: as a person who is not root."""
    folder, program = path("locked"), path("program")
    os.makedirs(folder)
    shutil.copy(PROGRAM, program)
    os.chmod(program, 0o755)
    os.chmod(path(), 0o755)
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    how = dict(program=program, settings=os.path.join(folder, "settings"), **who)
    locked, kept, closed = os.path.join(folder, "locked.log"), os.path.join(folder, "open.log"), os.path.join(folder, "closed.itoguchi")
    shutil.copy(file, closed)
    for name, mode in ((locked, 0o000), (kept, 0o644)):
        with open(name, "w") as out:
            out.write(LINE % (7, 7))
        os.chmod(name, mode)
    os.chmod(closed, 0o444)
    os.chmod(folder, 0o555)
    before = os.stat(closed).st_mtime_ns, digest(closed)
    for args in (["case", "list", closed], ["check", closed], ["search", closed, "203.0.113.7"], ["indicators", closed], ["evidence", "verify", closed], ["audit", closed, "--verify"]):
        done = raw(*args, **how)
        check("without the right to write: %s" % args[0], done.returncode == 0 and not done.stderr, done.stderr)
    refused("without the right to write, to write", ["case", "new", closed, "--title", "t"], "closed.itoguchi", "権限", **how)
    check("reading left the store and its folder alone", (os.stat(closed).st_mtime_ns, digest(closed)) == before and len(os.listdir(folder)) == 3, os.listdir(folder))
    os.chmod(folder, 0o777)
    own = os.path.join(folder, "own.itoguchi")
    raw("new", own, "--unit", "11", **how)
    done = raw("evidence", "add", own, "-", locked, kept, **how)
    told = done.stderr.decode()
    check("an unreadable file among others: exit 2, named with remedy", done.returncode == 2 and "権限がありません: " + locked in told and "対処: " in told, told)
    check("the other one is in", [row["path"] for row in rows(done)] == [kept], done.stdout)


def outputs(file):
    """No room for the result, and a reader that has seen enough."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "--lang", "ja", "indicators", file], stdout=full, stderr=subprocess.PIPE)
    check("no room for the result: exit 2 with the reason", done.returncode == 2 and "誤り: " in done.stderr.decode() and b"panicked" not in done.stderr, done)
    done = subprocess.run(["sh", "-c", '"$0" search "$1" "NOT zzz" --limit 0 2>&1 | head -n 1', PROGRAM, file], capture_output=True)
    check("a reader that has seen enough: no complaint", done.stdout.count(b"\n") == 1 and b"panicked" not in done.stdout, done)


def all_checks():
    log = write("good.log", "".join(LINE % (i % 250, i % 60) for i in range(3000)))
    file, case = store("refusals.itoguchi")
    run("evidence", "add", file, case, log)
    commands(file, case, log)
    before = digest(file)
    stores(file)
    outputs(file)
    for args in (["case", "list", file], ["search", file, "203.0.113.7", "--count"], ["indicators", file], ["evidence", "list", file], ["audit", file, "--head"]):
        run(*args)
    check("all this and reading changed no byte of the store", digest(file) == before)
    evidence(file, case, log)
    bundles(file, case)
    unreadable(file)
    check("the store is sound after all", *sound(file))
    check("and holds what it held", len(run("search", file, "203.0.113.77", "--limit", "0")) >= 12)
