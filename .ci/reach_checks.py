"""Many rows: the last of 50 million is reached and exact, on the command line and as the window asks for it, and a frame
over millions of records stays cheap."""
import os, re, subprocess

from desk import ROOT, check, exactly, path, run, store

ROWS = int(os.environ.get("ITOGUCHI_ROWS", "50000000"))
DATED = ROWS // 10
BLOCK = 10_000
HOURS = ["%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60) for second in range(86_400)]


def plain(n):
    return "row %08d" % n


def dated(n):
    return '198.51.100.%d - - [%02d/Apr/2026:%s +0900] "GET /item/%d HTTP/1.1" 200 %d' % (n % 250, 1 + n // 200_000, HOURS[n * 2 // 5 % 86_400], n, n % 5000)


def write(name, line, count):
    """Writes the lines; returns the file and the offset of the last three and some others."""
    offset, offsets = 0, {}
    wanted = {0, 1, count // 2, count - 3, count - 2, count - 1}
    with open(path(name), "wb", 1 << 20) as out:
        for first in range(0, count, BLOCK):
            block = [line(n) for n in range(first, min(first + BLOCK, count))]
            for n in sorted(wanted & set(range(first, first + len(block)))):
                offsets[n] = offset + sum(map(len, block[: n - first])) + n - first
            data = ("\n".join(block) + "\n").encode()
            out.write(data)
            offset += len(data)
    return path(name), offsets


def reached(name, line, count):
    log, offsets = write(name + ".log", line, count)
    file, case = store(name + ".itoguchi")
    added = run("evidence", "add", file, case, log)[0]
    check("%s: %d rows taken in, in %.1f s" % (name, count, added["seconds"]), added["rows"] == added["lines"] == count, added)
    os.remove(log)
    for n, offset in sorted(offsets.items()):
        hits = [hit for hit in run("search", file, exactly(line(n)), "--limit", "0") if hit["text"] == line(n)]
        got = [(hit["row"], hit["offset"], hit["len"]) for hit in hits]
        check("%s: row %d on the command line" % (name, n), got == [(n, offset, len(line(n)))], got[:3])
    as_the_window(name, file, line, offsets, count)


def as_the_window(name, file, line, offsets, count):
    done = subprocess.run(["cargo", "bench", "-q", "--bench", "frame", "--", file], cwd=ROOT, capture_output=True, text=True)
    told = re.findall(r"^row (\d+) at (\d+) of (\d+) bytes: (.*)$", done.stdout, re.M)
    want = [(str(n), str(offsets[n]), str(len(line(n))), line(n)) for n in range(count - 3, count)]
    check("%s: the last rows as the window asks for them, on screen, a frame below 8 ms" % name, done.returncode == 0 and told == want, done.stdout[-600:] + done.stderr[-600:])
    for figure in done.stdout.splitlines():
        if not figure.startswith("row "):
            print("       " + figure, flush=True)
    os.remove(file)


def all_checks():
    reached("plain lines", plain, ROWS)
    reached("access log", dated, DATED)
