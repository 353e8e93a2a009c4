"""End-to-end checks of the program on files it has not seen: evidence, bad input, kills, bundles, leaks, many rows.

Usage: end_to_end.py PROGRAM [PART...], parts as in PARTS. Uses ../shared where present (generators, corpus); what cannot
be checked without it is counted as skipped. Every check prints a line, the last line counts them.
"""
import importlib, shutil, sys, time

import desk

PARTS = ("evidence", "truth", "lists", "refusals", "kills", "bundles", "leaks", "reach", "demo")


def main():
    unknown = set(sys.argv[2:]) - set(PARTS)
    if unknown:
        sys.exit("unknown part: " + " ".join(sorted(unknown)))
    try:
        for part in sys.argv[2:] or PARTS:
            begun = time.monotonic()
            importlib.import_module(part + "_checks").all_checks()
            print("       %s took %d s" % (part, time.monotonic() - begun), flush=True)
    finally:
        shutil.rmtree(desk.WORK, ignore_errors=True)
    return desk.closing()


sys.exit(main())
