"""The training exercise as the README names it: what it must find, what it must not, and its bundles under outside tools."""
import os, sys

from bundles_checks import TOOLS, unpack
from desk import check, outside, path, rows, raw, run, sound
from leaks_checks import forms, search, writings


def bundle(folder, name, identity):
    bag, files = unpack(os.path.join(folder, name), os.path.join(folder, "keys", identity), path("demo-" + name))
    done = outside(sys.executable, os.path.join(TOOLS, "bagit.py"), "--validate", bag)
    check("%s: bagit.py accepts the bag" % name, done.returncode == 0, done.stderr)
    stix = os.path.join(bag, "data", "indicators.stix.json")
    if os.path.exists(stix):
        done = outside(sys.executable, os.path.join(TOOLS, "stix2_validator"), "--strict", stix)
        check("%s: stix2_validator --strict accepts the STIX file" % name, done.returncode == 0, done.stdout[-800:])
    check("%s: marked as training" % name, b"Training: true" in files["bag-info.txt"], files["bag-info.txt"])
    return bag


def all_checks():
    folder = path("demo")
    steps = run("demo", "--dir", folder, "--no-window")
    last, texts = steps[-1], {name: [step["text"] for step in steps if step["step"] == name] for name in ("tie", "decoy", "answer")}
    ties = [(tie["kind"], tie["value"]) for tie in last["ties"]]
    check("the wallet and the account tie the two cases, and nothing else", sorted(kind for kind, _ in ties) == ["bank_account", "btc"] and len(texts["tie"]) == 2, ties)
    check("the shared exchange and the bank do not", len(texts["decoy"]) == 2 and not any(value in text for _, value in ties for text in texts["decoy"]), texts)
    check("both prefectures were answered", len(texts["answer"]) == 2, texts["answer"])
    pairs = run("correlate", last["stores"][2], "--pairs")
    check("the national store ties them with these reasons", [sorted((why["kind"], why["value"]) for why in pair["why"] if (why["kind"], why["value"]) in ties) for pair in pairs] == [sorted(ties)], pairs)
    for store in last["stores"]:
        check("%s is sound and its trail whole" % os.path.basename(store), sound(store)[0] and raw("audit", store, "--verify").returncode == 0, sound(store)[1])
    for unit in ("11", "27"):
        bag = bundle(folder, "report-%s.itb.age" % unit, "national-identity")
        bundle(folder, "answer-%s.itb.age" % unit, unit + "-identity")
        victims = [row for row in run("indicators", os.path.join(folder, "prefecture-%s.itoguchi" % unit)) if row["role"] == "victim"]
        wanted = {data for row in victims for text in writings({"kind": row["kind"], "value": row["value"], "spellings": []}) for data in forms(text)}
        found = search(bag, wanted)
        check("report of %s: none of %d stated victims' values in any form" % (unit, len(victims)), victims and not found, sorted(found)[:3])
        done = raw("verify", os.path.join(folder, "report-%s.itb.age" % unit), "--identity", os.path.join(folder, "keys", "national-identity"), "--store", last["stores"][2])
        failed = [row["check"] for row in rows(done) if row["ok"] is False]
        check("report of %s: received once, a second time it is a replay" % unit, done.returncode == 1 and failed == ["sequence"], (done.returncode, failed))
