"""Victims' data in no byte of a national bundle, in no spelling; offenders' values in it."""
import base64, hashlib, json, os, re, subprocess, sys, urllib.parse

from bundles_checks import ROLES, Desks, state_roles
from desk import GENERATOR, SHARED, check, generate, path, raw, run, skip, store, truth

AMOUNT = ("--rows", 600, "--rare", 60, "--mid", 0, "--common", 1, "--pii", 12)


def writings(entry):
    """A victim's value as written, as its bare digits where those are telling, and as a phone number abroad."""
    texts = {entry["value"], *(entry["spellings"] or [])}
    if entry["kind"] in ("phone", "bank_account", "my_number"):
        digits = {re.sub(r"\D", "", text) for text in texts}
        texts |= {text for text in digits if len(text) >= 10}
        texts |= {"+81" + text[1:] for text in digits if entry["kind"] == "phone"}
    return texts


def forms(text):
    """Every form of a text that the bytes of a bundle must not hold."""
    for encoding in ("utf-8", "cp932", "utf-16-le", "utf-16-be"):
        data = text.encode(encoding)
        yield data
        yield data.hex().encode()
        yield data.hex().upper().encode()
        yield "".join("%%%02x" % byte for byte in data).encode()
        yield "".join("%%%02X" % byte for byte in data).encode()
        yield urllib.parse.quote(data, safe="").encode()
        yield urllib.parse.quote_plus(data).encode()
        for shift in range(3):
            # What of the base64 does not depend on its neighbours, at each of the three places it can begin.
            inner = base64.b64encode(bytes(shift) + data)
            inner = inner[(0, 2, 3)[shift] :].rstrip(b"=")
            inner = inner if (shift + len(data)) % 3 == 0 else inner[:-1]
            if len(inner) >= 10:
                yield inner
                yield inner.translate(bytes.maketrans(b"+/", b"-_"))
        for hashed in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            digest = hashed(data).digest()
            yield digest
            yield digest.hex().encode()
            yield digest.hex().upper().encode()
            yield base64.b64encode(digest).rstrip(b"=")
    yield json.dumps(text)[1:-1].encode()
    yield "".join("&#%d;" % ord(char) for char in text).encode()
    yield "".join("&#x%x;" % ord(char) for char in text).encode()
    yield text[::-1].encode()


def search(folder, wanted):
    """Which of many byte strings are in any file of a folder."""
    found, odd = set(), [data for data in wanted if b"\n" in data]
    patterns = path("patterns")
    with open(patterns, "wb") as out:
        out.write(b"\n".join(data for data in wanted if b"\n" not in data) + b"\n")
    files = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    for file in files:
        done = subprocess.run(["grep", "-aoF", "-f", patterns, file], capture_output=True, env=dict(os.environ, LC_ALL="C"))
        found |= set(done.stdout.split(b"\n")) - {b""}
        if odd:
            content = open(file, "rb").read()
            found |= {data for data in odd if data in content}
    return found


def victims_of(logs):
    return [entry for log in logs for entry in truth(log)["pii"] if entry["count"]]


def look(name, folder, logs):
    """The generator's own search, and ours in every form."""
    done = subprocess.run([sys.executable, os.path.join(SHARED, "bench", "check_truth.py"), "--leaks", folder, *[log + ".truth.json" for log in logs]], capture_output=True, text=True)
    check(name + ": check_truth.py --leaks finds none", done.returncode == 0, done.stdout[-500:])
    wanted = {}
    for entry in victims_of(logs):
        for text in writings(entry):
            for data in forms(text):
                wanted[data] = (entry["kind"], text)
    planted = path("planted")
    os.makedirs(planted, exist_ok=True)
    sample = sorted(wanted)[:: max(1, len(wanted) // 500)]
    with open(os.path.join(planted, "file"), "wb") as out:
        out.write(b"|".join(sample))
    missed = set(sample) - search(planted, wanted)
    # grep gives the longest of several that begin at one place: a shorter one inside it is found with it.
    missed = {data for data in missed if not any(data in other and data != other for other in sample)}
    check("%s: the search finds what is planted for it" % name, not missed, sorted(missed)[:3])
    found = search(folder, wanted)
    check("%s: none of %d forms of %d victims' values" % (name, len(wanted), len(victims_of(logs))), len(wanted) > 1000 and not found, [(data, wanted.get(data)) for data in sorted(found)[:5]])


def kept(name, bag, stated):
    """Every value stated to be an offender's is in the bundle as it is."""
    lower = {file: open(os.path.join(bag, "data", file), encoding="utf-8").read().lower() for file in ("case.json", "indicators.stix.json", "entities.csv")}
    lost = []
    for kind, value in sorted(stated):
        # The query of a URL is dropped on purpose: it often holds a victim's address or session.
        text = value.split("?")[0].lower() if kind == "url" else value.lower()
        lost += [(file, kind, value) for file in lower if text not in lower[file]]
    check("%s: %d offenders' values are kept" % (name, len(stated)), not lost, lost[:5])


def all_checks():
    if not os.path.exists(GENERATOR):
        return skip("leaks", "no generator here")
    desks = Desks("leaks")
    logs = generate("leaks-utf8", 21, "utf-8", *AMOUNT) + generate("leaks-cp932", 22, "cp932", *AMOUNT)
    file, case = store("leaks.itoguchi")
    run("evidence", "add", file, case, *logs, "--zone", "Asia/Tokyo", "--year", "2026")
    stated = state_roles(file, case, logs)
    # Some victims are stated, most are not: neither may show.
    for entry in victims_of(logs)[::7]:
        if entry["kind"] in ("phone", "email"):
            value = re.sub(r"^0", "+81", re.sub(r"\D", "", entry["value"])) if entry["kind"] == "phone" else entry["value"]
            run("role", file, case, entry["kind"], value, "victim")
    for name, more in (("records of offenders", ()), ("all records", ("--records", "NOT zzzz"))):
        told, sealed = desks.export(file, case, *more)
        bag, _ = desks.open(sealed, "bag-" + name.split()[0])
        check("%s: %d records, nothing stopped" % (name, told["records"]), told["records"] > 100 and not told["stopped"], told)
        look(name, os.path.dirname(bag), logs)
        kept(name, bag, stated)
        os.remove(sealed)
    hidden(desks)


def hidden(desks):
    """A victim's address inside an offender's URL, in many writings: it stays out, or the export stops or asks."""
    mail, phone, number = "hanako.sato77@mail.example.jp", "070-0161-4056", "748545367348"
    lines = []
    for text in (mail, phone, number, phone.replace("-", "")):
        for data in sorted(set(forms(text))):
            quoted = urllib.parse.quote(data, safe="%")
            for url in ("http://evil.example.com/u?m=%s", "http://evil.example.com/%s/x", "http://%s@evil.example.com/", "http://evil.example.com/#%s"):
                lines.append('203.0.113.66 - - [01/Apr/2026:00:%02d:%02d +0900] "GET /out?to=%s HTTP/1.1" 200 5 "%s" "UA/1"\n' % (len(lines) // 60 % 60, len(lines) % 60, quoted, url % quoted))
    log = path("hidden.log")
    with open(log, "w") as out:
        out.writelines(lines)
    file, case = store("hidden.itoguchi")
    run("evidence", "add", file, case, log)
    run("role", file, case, "ipv4", "203.0.113.66", "suspect")
    run("role", file, case, "domain", "evil.example.com", "infrastructure")
    told, sealed = desks.export(file, case)
    bag, _ = desks.open(sealed, "bag-hidden")
    wanted = {data for text in (mail, phone, number, phone.replace("-", "")) for data in forms(text)}
    found = search(os.path.dirname(bag), wanted)
    check("%d hidden writings in an offender's records: none goes out" % len(lines), told["records"] == len(lines) and not found, sorted(found)[:5])
    run("role", file, case, "--query", "evil", "--kind", "url", "infrastructure")
    os.remove(desks.at("draft.itd"))
    done = raw("export", file, case, "--profile", "national", "--receiver", "00/special", "--prepare", desks.at("prepare"), "--token-key", desks.at("token"), "--to", desks.recipient, "--out", desks.at("draft.itd"))
    told = json.loads(done.stdout or b"{}")
    check("stated to be the offender's all the same, the export stops", done.returncode == 1 and told.get("stopped") and not os.path.exists(desks.at("draft.itd")), (done.returncode, str(told)[:300]))
