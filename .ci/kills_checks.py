"""Kills: whatever moment the program is killed at, the store opens, is sound, and finishing gives the undisturbed result."""
import os, random, shutil, signal, subprocess, time

from desk import PROGRAM, check, path, raw, rows, run, skip, store

# Every call that changes a file or its name.
CALLS = "pwrite64,write,ftruncate,unlink,rename,fsync,fdatasync"


def log_of(name, lines):
    with open(path(name), "w") as out:
        for i in range(lines):
            day, time_of_day = 1 + i // 86400 % 28, "%02d:%02d:%02d" % (i // 3600 % 24, i // 60 % 60, i % 60)
            out.write('198.51.100.%d - - [%02d/Apr/2026:%s +0900] "GET /item/%d HTTP/1.1" 200 %d "-" "Mozilla/5.0"\n' % (i % 250, day, time_of_day, i * 7919 % 100003, i % 5000))
    return path(name)


def fresh(blank, file):
    """A store as before, without what the last kill left beside it."""
    for stale in (file, file + "-wal", file + "-shm", file + "-journal"):
        if os.path.exists(stale):
            os.remove(stale)
    shutil.copy(blank, file)


def plain(file):
    return not any(os.path.exists(file + end) for end in ("-wal", "-shm", "-journal"))


def result(file, added, settings):
    """What an import gives, without the ids and times of its store."""
    values = run("indicators", file, settings=settings)
    mine = sorted((row["kind"], row["value"], row["count"], str(row["first"]), str(row["last"])) for row in values if row["evidence"] == added["evidence"])
    return {key: added[key] for key in ("sha256", "rows", "lines", "skipped", "undated", "first", "last", "indicators")}, mine


def random_moments(rounds):
    log = log_of("kill.log", 150_000)
    blank, case = store("blank.itoguchi")
    whole, file = path("whole.itoguchi"), path("kill.itoguchi")
    shutil.copy(blank, whole)
    begun = time.monotonic()
    want = result(whole, run("evidence", "add", whole, case, log)[0], path("settings-whole"))
    takes = time.monotonic() - begun
    dice, bad, midst = random.Random(9), [], 0
    for number in range(rounds):
        settings = path("settings-%d" % number)
        fresh(blank, file)
        child = subprocess.Popen([PROGRAM, "--json", "evidence", "add", file, case, log], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, XDG_CONFIG_HOME=settings))
        time.sleep(dice.uniform(0, takes))
        child.send_signal(signal.SIGKILL)
        midst += child.wait() != 0
        seen = raw("check", file, settings=settings)
        again = run("evidence", "add", file, case, log, settings=settings)
        got = result(file, again[0], settings) if again else None
        if seen.returncode or not plain(file) or got != want:
            bad.append((number, seen.returncode, seen.stderr[-300:].decode(errors="replace"), plain(file), got and got[0]))
    check("%d kills, %d in the midst: the store opens, is sound, and finishing gives the undisturbed result" % (rounds, midst), not bad and midst > rounds // 3, bad[:3])


def every_moment():
    """Killed at each single call that changes a file: of making a store, of entering a case, of an import, and of putting
    in order what the kill before had left."""
    try:
        traced = subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        traced = False
    if not traced:
        return skip("kills at each call", "strace cannot trace here")
    log = log_of("small.log", 300)
    blank, case = store("moment-blank.itoguchi")
    file = path("moment.itoguchi")
    left = {}
    for name, blank_file, args in (("making a store", None, ["new", file, "--unit", "11"]), ("entering a case", blank, ["case", "new", file, "--title", "t"]), ("an import", blank, ["evidence", "add", file, case, log])):
        sweep(name, file, blank_file, args, left)
    recovering(file, left)


def killed_at(moment, args):
    """Runs the program and kills it at its n-th call; true if it ended before."""
    line = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + CALLS, "-e", "inject=%s:signal=KILL:when=%d" % (CALLS, moment)]
    env = dict(os.environ, XDG_CONFIG_HOME=path("moment-settings-%d" % moment))
    return subprocess.run([*line, PROGRAM, *args], capture_output=True, env=env).returncode == 0


def sweep(name, file, blank, args, left):
    bad, moment = [], 0
    while moment < 2000:
        moment += 1
        fresh(blank or os.devnull, file)
        if not blank:
            os.remove(file)
        ended = killed_at(moment, args)
        if not plain(file):
            held = {end: open(file + end, "rb").read() for end in ("", "-wal", "-journal") if os.path.exists(file + end)}
            left.setdefault((name, tuple(held), len(held.get("-wal", b"")) // 50_000), held)
        seen = raw("check", file, settings=path("moment-reader"))
        # A store killed in its making is a whole one or no more than its name, and nothing in between.
        unmade = not blank and (not os.path.exists(file) or os.path.getsize(file) == 0)
        if seen.returncode != (2 if unmade else 0) or not unmade and not plain(file):
            bad.append((moment, seen.returncode, seen.stderr[-300:].decode(errors="replace")))
        shutil.rmtree(path("moment-reader"), ignore_errors=True)
        if ended:
            break
    check("killed at each of %d calls of %s: whole and sound" % (moment, name), not bad and moment > 20, bad[:3])


def recovering(file, left):
    """A kill while what was left is being put in order."""
    bad, rounds = [], 0
    for (name, ends, _), held in left.items():
        if not held.get(""):
            continue
        for moment in range(1, 60):
            fresh(os.devnull, file)
            for end, content in held.items():
                with open(file + end, "wb") as out:
                    out.write(content)
            rounds += 1
            ended = killed_at(moment, ["check", file])
            seen = raw("check", file, settings=path("moment-reader"))
            shutil.rmtree(path("moment-reader"), ignore_errors=True)
            if seen.returncode or not plain(file):
                bad.append((name, ends, moment, seen.stderr[-300:].decode(errors="replace")))
            if ended:
                break
    check("killed again at each of %d calls of putting in order: whole and sound" % rounds, not bad and rounds > 20, bad[:3])


def all_checks():
    every_moment()
    random_moments(int(os.environ.get("ITOGUCHI_KILLS", "50")))
