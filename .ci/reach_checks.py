"""The last of fifty million records is reached, and is the one it should be."""
import os

from desk import check, path, run, store

ROWS = 50_000_000


def all_checks():
    log = path("reach.log")
    with open(log, "w") as out:
        for start in range(0, ROWS, 500_000):
            out.write("".join("%08d\n" % row for row in range(start, start + 500_000)))
    file, case = store("reach.itoguchi")
    added = run("evidence", "add", file, case, log, "--format", "text")[0]
    check("fifty million lines are fifty million records", added["rows"] == ROWS and added["lines"] == ROWS, added)
    os.remove(log)
    for row in (ROWS - 1, ROWS // 2, 0):
        found = run("search", file, "%08d" % row)
        exact = [(hit["row"], hit["offset"], hit["len"], hit["text"]) for hit in found] == [(row, row * 9, 8, "%08d" % row)]
        check("record %d is found in its place" % row, exact, found[:3])
    os.remove(file)
