"""A bundle by the command line alone: outside tools accept it, and whatever is changed in it is refused by name."""
import json, os, shutil, subprocess, sys, zipfile

from desk import GENERATOR, check, generate, outside, path, raw, rows, run, skip, store, truth

TOOLS = os.path.dirname(sys.executable)


def unpack(sealed, identity, folder):
    """Opens a seal with age, unpacks the archive with Python; returns the bag's folder and its files."""
    done = outside("age", "-d", "-i", identity, "-o", folder + ".zip", sealed)
    check("age opens the seal of " + os.path.basename(sealed), done.returncode == 0, done.stderr)
    with zipfile.ZipFile(folder + ".zip") as archive:
        archive.extractall(folder)
    (top,) = os.listdir(folder)
    bag, files = os.path.join(folder, top), {}
    for where, _, names in os.walk(bag):
        for name in names:
            with open(os.path.join(where, name), "rb") as content:
                files[os.path.relpath(os.path.join(where, name), bag)] = content.read()
    return bag, files


class Desks:
    """A section of prefecture 11 with its people and keys, and the national unit that receives."""

    def __init__(self, name):
        self.folder = path(name)
        os.makedirs(self.folder)
        for who in ("prepare", "approve", "stranger"):
            run("key", "new", self.at(who), "--name", who, "--no-passphrase")
        run("key", "token", self.at("token"))
        self.recipient = run("key", "identity", self.at("national"))[0]["recipient"]
        self.other = run("key", "identity", self.at("elsewhere"))[0]["recipient"]
        self.national = self.at("national.itoguchi")
        run("new", self.national, "--unit", "00/special")
        for who in ("prepare", "approve"):
            run("key", "trust", self.national, self.at(who + ".pub"), "--unit", "11", "--name", who, "--may", who)

    def at(self, name):
        return os.path.join(self.folder, name)

    def export(self, file, case, *more):
        """Draft, approval, seal; returns what the draft's maker was told, and the sealed bundle."""
        draft, sealed = self.at("draft.itd"), self.at("bundle.itb.age")
        for stale in (draft, sealed):
            if os.path.exists(stale):
                os.remove(stale)
        told = run("export", file, case, "--profile", "national", "--receiver", "00/special", "--prepare", self.at("prepare"), "--token-key", self.at("token"), "--to", self.recipient, "--out", draft, *more)
        run("approve", draft, "--key", self.at("approve"), "--accept", "all", "--reason", "点検")
        run("seal", draft, "--to", self.recipient, "--out", sealed)
        return told[0], sealed

    def open(self, sealed, name):
        return unpack(sealed, self.at("national"), self.at(name))

    def pack(self, files, top, seal_to=None):
        """Packs files again, and seals them where told to whom."""
        plain, sealed = self.at("again.zip"), self.at("again.age")
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                archive.writestr(top + "/" + name, files[name])
        if not seal_to:
            return plain
        outside("age", "-r", seal_to, "-o", sealed, plain, check=True)
        return sealed

    def verify(self, bundle, identity="national", judge=None):
        done = raw("verify", bundle, "--identity", self.at(identity), "--store", judge or self.national)
        return done.returncode, [row["check"] for row in rows(done) if row["ok"] is False]


ROLES = {"ipv4": "infrastructure", "ipv6": "infrastructure", "domain": "infrastructure", "url": "infrastructure", "onion": "infrastructure", "sha256": "infrastructure", "sha1": "infrastructure", "md5": "infrastructure", "email": "suspect", "btc": "suspect", "eth": "suspect"}


def state_roles(file, case, logs):
    """As an investigator would: the offenders' values are stated; victims mostly are not. Returns the stated ones."""
    stated = {(needle["type"], needle["value"]) for log in logs for needle in truth(log)["needles"] if needle["count"] and needle["type"] in ROLES}
    for kind, value in sorted(stated):
        run("role", file, case, {"eth": "evm"}.get(kind, kind), value, ROLES[kind])
    return stated


def outside_tools(desks, bag):
    allowed = desks.at("allowed_signers")
    with open(allowed, "w") as out:
        for who, purpose in (("prepare", "itoguchi-prepare@1"), ("approve", "itoguchi-approve@1")):
            kind, key = open(desks.at(who + ".pub")).read().split()[:2]
            out.write('%s namespaces="%s" %s %s\n' % (who, purpose, kind, key))
    for who, purpose, signature, signed in (("prepare", "itoguchi-prepare@1", "prepared.sig", "tagmanifest-sha256.txt"), ("approve", "itoguchi-approve@1", "approved.sig", "signatures/approval.json")):
        with open(os.path.join(bag, signed), "rb") as content:
            done = outside("ssh-keygen", "-Y", "verify", "-f", allowed, "-I", who, "-n", purpose, "-s", os.path.join(bag, "signatures", signature), stdin=content)
        check("ssh-keygen accepts %s" % signature, done.returncode == 0, done.stdout + done.stderr)
    done = outside(sys.executable, os.path.join(TOOLS, "bagit.py"), "--validate", bag)
    check("bagit.py accepts the bag", done.returncode == 0, done.stderr)
    done = outside(sys.executable, os.path.join(TOOLS, "stix2_validator"), "--strict", os.path.join(bag, "data", "indicators.stix.json"))
    check("stix2_validator --strict accepts the STIX file", done.returncode == 0, done.stdout[-1500:] + done.stderr[-500:])


def repacked(desks, bag, files, sealed):
    """What is changed in nothing but its wrapping passes."""
    top = os.path.basename(bag)
    check("the bundle passes", desks.verify(sealed) == (0, []), desks.verify(sealed))
    check("sealed again by age it passes", desks.verify(desks.pack(files, top, desks.recipient)) == (0, []))
    check("zipped again by Python it passes", desks.verify(desks.pack(files, top)) == (0, []))
    for flags in (["-r"], ["-r", "-9", "-D", "-X"], ["-r", "-0"]):
        again = desks.at("zip%s.zip" % "".join(flags))
        outside("zip", "-q", *flags, again, top, cwd=os.path.dirname(bag), check=True)
        check("zipped again by zip %s it passes" % " ".join(flags), desks.verify(again) == (0, []), desks.verify(again))


def tampered(desks, bag, files):
    """What is changed, added, missing or signed otherwise is refused with exit 1, and the check is named."""
    top = os.path.basename(bag)

    def refused(name, changed, *named):
        code, failed = desks.verify(desks.pack(changed, top))
        check("%s: refused by name" % name, code == 1 and set(named) & set(failed), (code, failed))

    def flipped(content, bit):
        return content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]

    for name in sorted(files):
        for bit in {0, len(files[name]) * 4, len(files[name]) * 8 - 1} if files[name] else ():
            refused("bit %d of %s" % (bit, name), {**files, name: flipped(files[name], bit)}, *named_by(name))
        refused("without " + name, {key: files[key] for key in files if key != name}, "file-list")
    for name in ("data/more.txt", "more.txt", "fetch.txt", "signatures/third.sig"):
        refused("with " + name, {**files, name: b"x"}, "file-list")
    one, two = "signatures/prepared.sig", "signatures/approved.sig"
    refused("signatures swapped", {**files, one: files[two], two: files[one]}, "prepared", "approved")
    for who, purpose, signature, signed, named in (
        ("prepare", "itoguchi-approve@1", two, "signatures/approval.json", "distinct-people"),
        ("stranger", "itoguchi-approve@1", two, "signatures/approval.json", "approve-right"),
        ("stranger", "itoguchi-prepare@1", one, "tagmanifest-sha256.txt", "prepare-right"),
        ("approve", "itoguchi-prepare@1", two, "signatures/approval.json", "approved"),
    ):
        again = subprocess.run(["ssh-keygen", "-Y", "sign", "-f", desks.at(who), "-n", purpose, "-"], input=files[signed], capture_output=True)
        check("ssh-keygen signs", again.returncode == 0, again.stderr)
        refused("%s signing %s for %s" % (who, signed, purpose), {**files, signature: again.stdout}, named)


def named_by(name):
    """The checks that may name a bit changed in a file."""
    stem = os.path.basename(name).split(".")[0]
    if name.startswith("data/"):
        return ["manifest-sha256"]
    if name.startswith("signatures/"):
        return ["approved" if stem == "approval" else stem]
    return {"padding": ["padding"], "tagmanifest-sha256": ["prepared"]}.get(stem, ["tagmanifest-sha256", "tagmanifest-sha512"])


def receivers(desks, bag, files, sealed):
    """A bundle is for one receiver, and two people make it."""
    top = os.path.basename(bag)
    code, failed = desks.verify(sealed, identity="elsewhere")
    check("another's key: cannot be opened", (code, failed) == (2, ["opens"]), (code, failed))
    code, failed = desks.verify(desks.pack(files, top, desks.other), identity="elsewhere")
    check("sealed on to another key: refused by name", (code, failed) == (1, ["receiver"]), (code, failed))
    elsewhere = desks.at("27.itoguchi")
    run("new", elsewhere, "--unit", "27")
    for who in ("prepare", "approve"):
        run("key", "trust", elsewhere, desks.at(who + ".pub"), "--unit", "11", "--name", who, "--may", who)
    code, failed = desks.verify(sealed, judge=elsewhere)
    check("at another unit: refused by name", code == 1 and "receiver" in failed, (code, failed))
    done = raw("verify", sealed, "--identity", desks.at("national"))
    check("without a trust list authorship is not believed", done.returncode == 1 and any(row["ok"] is None for row in rows(done)), done.stdout)
    cut = desks.at("cut.age")
    for size in (0, 100, os.path.getsize(sealed) // 2, os.path.getsize(sealed) - 1):
        shutil.copy(sealed, cut)
        os.truncate(cut, size)
        code, failed = desks.verify(cut)
        check("cut to %d bytes: cannot be opened" % size, code in (1, 2) and failed, (code, failed))


def received(desks, sealed):
    entered = run("receive", desks.national, sealed, "--identity", desks.at("national"))
    check("the national store receives it", entered and entered[0]["quarantined"] is False and entered[0]["records"] > 0, entered)
    check("the receiving store is sound", raw("check", desks.national).returncode == 0)


def steps(desks, file, case):
    """Two people, two steps: the same key cannot approve, and nothing is sealed without approval."""
    draft = desks.at("draft.itd")
    os.remove(draft)
    run("export", file, case, "--profile", "national", "--receiver", "00/special", "--prepare", desks.at("prepare"), "--token-key", desks.at("token"), "--to", desks.recipient, "--out", draft)
    run("seal", draft, "--to", desks.recipient, "--out", desks.at("early.age"), code=1)
    run("approve", draft, "--key", desks.at("prepare"), "--accept", "all", "--reason", "点検", code=1)
    check("nothing is sealed before two people signed", not os.path.exists(desks.at("early.age")))


def all_checks():
    if not os.path.exists(GENERATOR):
        return skip("bundles", "no generator here")
    desks = Desks("bundles")
    logs = generate("bundle-logs", 31, "utf-8", "--rows", 400, "--rare", 12, "--mid", 0, "--common", 0, "--pii", 3)
    file, case = store("bundle.itoguchi")
    run("evidence", "add", file, case, *logs, "--zone", "Asia/Tokyo", "--year", "2026")
    stated = state_roles(file, case, logs)
    told, sealed = desks.export(file, case)
    check("offenders' values are kept, records go along", told["kept"] >= len(stated) > 8 and told["records"] > 0, told)
    bag, files = desks.open(sealed, "bag")
    outside_tools(desks, bag)
    repacked(desks, bag, files, sealed)
    tampered(desks, bag, files)
    receivers(desks, bag, files, sealed)
    received(desks, sealed)
    steps(desks, file, case)
    check("the sending store is sound", raw("check", file).returncode == 0)
