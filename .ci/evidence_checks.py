"""Evidence in, rows out: planted values on exactly their rows, every byte back, no file that breaks the program."""
import hashlib, os, random, subprocess

from desk import GENERATOR, PROGRAM, SHARED, check, exactly, generate, raw, rows, run, skip, sound, store, truth


def generated():
    """Every planted value is found by exact search on exactly its rows, in every format and encoding, whatever the seed."""
    if not os.path.exists(GENERATOR):
        return skip("generated logs", "no generator here")
    seed = random.SystemRandom().randrange(1 << 30)
    for number, (seed, encoding) in enumerate(((11, "utf-8"), (12, "cp932"), (13, "utf-8-sig"), (seed, "cp932"))):
        logs = generate("generated%d" % number, seed, encoding, "--rows", 10000, "--mid", 10)
        file, case = store("generated%d.itoguchi" % number)
        added = run("evidence", "add", file, case, *logs, "--zone", "Asia/Tokyo", "--year", "2026")
        check("%s, seed %d: six files taken in" % (encoding, seed), len(added) == len(logs) == 6, added)
        for row in added:
            planted(file, row, "%s, seed %d, %s" % (encoding, seed, os.path.basename(row["path"])))


def planted(file, row, name):
    known = truth(row["path"])
    check(name + ": rows and skipped lines make all lines", row["rows"] + row["skipped"] == row["lines"], row)
    check(name + ": same hash", row["sha256"] == known["sha256"])
    header = known["rows"] - row["rows"]
    needles = [needle for needle in known["needles"] if needle["count"]]
    wrong = []
    for needle in needles:
        hits = run("search", file, " OR ".join(map(exactly, needle["spellings"])), "--evidence", row["evidence"], "--limit", "0")
        got, want = {hit["row"] for hit in hits}, {line - 1 - header for line in needle["rows"]}
        if got != want:
            wrong.append((needle["value"], sorted(want - got)[:3], sorted(got - want)[:3]))
    check("%s: %d planted values on exactly their rows" % (name, len(needles)), needles and not wrong, wrong[:3])


def whole(file):
    with open(file, "rb") as content:
        return content.read()


def corpus():
    """Logs of others go in, add up, and come out byte for byte."""
    for area in ("logs", "json-logs"):
        folder = os.path.join(SHARED, "corpus", area)
        if not os.path.isdir(folder):
            skip("corpus " + area, "not here")
            continue
        file, case = store(area + ".itoguchi")
        added = run("evidence", "add", file, case, folder)
        top = [row for row in added if row["parent"] is None]
        files = sum(len(names) for _, _, names in os.walk(folder))
        check("%s: %d files taken in" % (area, files), len(top) == files, len(top))
        adds_up(area, added)
        bad = []
        for row in top:
            cat = subprocess.run([PROGRAM, "evidence", "cat", file, row["evidence"]], capture_output=True).stdout
            if cat != whole(row["path"]) or hashlib.sha256(cat).hexdigest() != row["sha256"]:
                bad.append(row["path"])
        check(area + ": every byte comes out again", not bad, bad[:5])
        check(area + ": the store is sound", sound(file)[0], sound(file)[1])


def adds_up(area, added):
    odd = [row["path"] for row in added if row["lines"] is not None and row["rows"] + row["skipped"] != row["lines"]]
    check(area + ": rows and skipped lines make all lines", not odd, odd[:5])


def anything():
    """No file whatever its kind breaks the program: each is in, or named with the reason."""
    folder = os.path.join(SHARED, "corpus")
    if not os.path.isdir(folder):
        return skip("whole corpus", "not here")
    file, case = store("anything.itoguchi")
    done = raw("evidence", "add", file, case, folder)
    told, added = done.stderr.decode(errors="replace"), rows(done)
    check("whole corpus: exit 0, or 2 with a reason", done.returncode == 0 and not told or done.returncode == 2 and "誤り" in told, told)
    check("whole corpus: no panic", "panicked" not in told and done.returncode != 101, told)
    top = sum(row["parent"] is None for row in added)
    files = sum(len(names) for _, _, names in os.walk(folder))
    check("whole corpus: each of %d files is in or named" % files, top + told.count("誤り") == files, top)
    adds_up("whole corpus", added)
    same = all(hashlib.sha256(whole(row["path"])).hexdigest() == row["sha256"] for row in added if row["parent"] is None)
    check("whole corpus: each hash is the file's", same)
    check("whole corpus: the store is sound", sound(file)[0], sound(file)[1])


def all_checks():
    generated()
    corpus()
    anything()
