"""What `extract` and `indicators` find in generated evidence, beside what was planted there: every value on its lines and no
others, no look-alike reported; all formats and encodings, with seeds never seen before."""
import bisect, os, random, re

from desk import GENERATOR, check, generate, run, skip, store, truth

KIND = {"eth": "evm"}
# What is written of people in no form an extractor could know.
WORDS = {"name_kanji", "name_kana", "name_hankana", "address"}


def canonical(kind, value):
    """The canonical form, as the kind's rule says it; of a foreign hand, so that ours is not asked about itself."""
    if kind == "phone":
        return "+81" + value.replace("-", "")[1:]
    if kind == "bank_account":
        return "-?-".join(value.rsplit("-", 1))
    if kind == "postal":
        return value.lstrip("〒")
    return value


def planted(known):
    """Every planted value: its kind, its canonical form and the lines it stands on."""
    for entry in known["needles"] + known["pii"]:
        name = entry.get("type") or entry["kind"]
        if entry["count"] and name not in WORDS:
            kind = KIND.get(name, name)
            yield kind, canonical(kind, entry["value"]).lower(), set(entry["rows"])


def extracted(log, name):
    """One file through `extract`."""
    known = truth(log)
    with open(log, "rb") as file:
        content = file.read()
    feeds = [at for at, byte in enumerate(content) if byte == 10]
    lines, hits = {}, []
    for row in run("extract", log):
        line = bisect.bisect_left(feeds, row["start"]) + 1
        lines.setdefault((row["kind"], row["value"].lower()), set()).add(line)
        hits.append((row["start"], row["end"], row["kind"], row["value"]))
    all_planted = list(planted(known))
    got = [(kind, value, want, lines.get((kind, value), set())) for kind, value, want in all_planted]
    wrong = [(kind, value, sorted(want - got)[:3], sorted(got - want)[:3]) for kind, value, want, got in got if want != got]
    check("%s: extract finds %d planted values on exactly their lines" % (name, len(all_planted)), all_planted and not wrong, (len(wrong), wrong[:5]))
    alike = list(look_alikes(content, feeds, hits, known))
    check("%s: no look-alike among %d finds" % (name, len(hits)), not alike, alike[:5])


def look_alikes(content, feeds, hits, known):
    """Finds that lie over what only looks like an indicator."""
    encoding = "utf-8" if known["encoding"].startswith("utf-8") else known["encoding"]
    hits.sort()
    for entry in known["near_misses"]:
        text = entry["value"].encode(encoding)
        for row in entry["rows"]:
            begin = feeds[row - 2] + 1 if row > 1 else 0
            at = content.index(text, begin, feeds[row - 1])
            first = bisect.bisect_left(hits, (begin,))
            for start, end, kind, value in hits[first:bisect.bisect_left(hits, (feeds[row - 1],))]:
                if start < at + len(text) and end > at:
                    yield entry["value"], row, kind, value


def listed(file, added, name):
    """The same files in a store: the list of indicators counts the records of each value, and tells the first and last."""
    held = {(one["evidence"], one["kind"], one["value"].lower()): one for one in run("indicators", file)}
    wrong, values = [], 0
    for row in added:
        known = truth(row["path"])
        times = {entry["value"].lower(): (entry["first_time"], entry["last_time"]) for entry in known["needles"] if entry["count"]}
        for kind, value, want in planted(known):
            values += 1
            got = held.get((row["evidence"], kind, value), {"count": 0, "first": "", "last": ""})
            timed = times.get(value)
            if got["count"] != len(want) or timed and timed != (whole_seconds(got["first"]), whole_seconds(got["last"])):
                wrong.append((row["path"], kind, value, len(want), timed, got))
    check("%s: indicators counts the records of %d planted values, with the first and last time" % (name, values), values and not wrong, (len(wrong), wrong[:3]))


def whole_seconds(iso):
    """The time without its fraction."""
    return re.sub(r"\.\d+", "", iso or "")


def all_checks():
    if not os.path.exists(GENERATOR):
        return skip("planted indicators", "no generator here")
    seeds = [random.SystemRandom().randrange(1 << 30) for _ in range(2)]
    for number, (seed, encoding) in enumerate(((201, "utf-8"), (202, "cp932"), (203, "utf-8-sig"), (seeds[0], "utf-8"), (seeds[1], "cp932"))):
        name = "%s, seed %d" % (encoding, seed)
        logs = generate("planted%d" % number, seed, encoding, "--rows", 12000, "--mid", 10)
        for log in logs:
            extracted(log, "%s, %s" % (name, os.path.basename(log)))
        if number < 3:
            file, case = store("planted%d.itoguchi" % number)
            added = run("evidence", "add", file, case, *logs, "--zone", "Asia/Tokyo", "--year", "2026")
            listed(file, added, name)
