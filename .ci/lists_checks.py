"""Lists as they go out of `extract` and `indicators`: what a validator that is not ours says of the STIX, and what MISP asks
of an event."""
import io, json, os, re, subprocess, sys, zipfile

from bundles_checks import TOOLS
from desk import PROGRAM, SETTINGS, SHARED, check, outside, path, run, skip, store

TEXT = """2026-04-01T10:00:00+09:00 接続元 203.0.113.5 → 2001:db8::5
hxxps://login[.]example[.]jp/a?b=c user@example.jp evil.example.com
d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709 CVE-2026-12345 T1566.001 AS64496
00:00:5e:00:53:01 bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
振込先 見本銀行(9998) 支店(998) 普通 1234567 電話 090-1234-5678 〒100-0001 LINE ID: kakuu_taro99
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaam2dqd.onion
"""
# Types MISP knows, with the categories it lets them stand in (misp-objects describeTypes), as far as we write them.
TYPES = {"ip-dst", "domain", "hostname", "url", "email", "AS", "mac-address", "md5", "sha1", "sha256", "sha512", "vulnerability",
         "btc", "xmr", "phone-number", "bank-account-nr", "text"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def written(name, *args, text=None):
    line = [PROGRAM, "--lang", "en", "--operator", "gate", *map(str, args)]
    done = subprocess.run(line, input=text, capture_output=True, env=dict(os.environ, XDG_CONFIG_HOME=SETTINGS))
    check("%s is written" % name, done.returncode == 0 and done.stdout, done.stderr.decode(errors="replace"))
    with open(path(name), "wb") as out:
        out.write(done.stdout)
    return path(name)


def stix(file, kinds):
    done = outside(sys.executable, os.path.join(TOOLS, "stix2_validator"), "--strict", file)
    check("stix2_validator --strict accepts %s" % os.path.basename(file), done.returncode == 0, done.stdout[-1500:] + done.stderr[-500:])
    held = {thing["type"] for thing in json.load(open(file, encoding="utf-8"))["objects"]}
    check("%s holds what was found" % os.path.basename(file), kinds <= held, kinds - held)


def misp(file, values):
    event = json.load(open(file, encoding="utf-8"))["Event"]
    held = event["Attribute"]
    sound = [one for one in held if one["type"] in TYPES and one["category"] and UUID.fullmatch(one["uuid"]) and isinstance(one["to_ids"], bool)]
    check("%s: every attribute is one MISP knows" % os.path.basename(file), sound == held and UUID.fullmatch(event["uuid"]), [one for one in held if one not in sound])
    check("%s: one uuid each" % os.path.basename(file), len({one["uuid"] for one in held}) == len(held))
    check("%s holds the values whole" % os.path.basename(file), values <= {one["value"] for one in held}, values - {one["value"] for one in held})


def piped(name, content, *wanted):
    """Whatever ingest reads comes through a pipe as well as from a file."""
    with open(path(name), "wb") as out:
        out.write(content)
    from_file, from_pipe = run("extract", path(name)), run("extract", input=content)
    held = {row["value"] for row in from_pipe}
    check("%s: a pipe gives what the file gives" % name, from_file == from_pipe and from_pipe, (len(from_file), len(from_pipe)))
    check("%s: its values are found" % name, set(wanted) <= held, sorted(set(wanted) - held))


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def read_whatever_it_is():
    sheet = '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>203.0.113.8</t></is></c></row></sheetData></worksheet>'
    book = archive({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns:r="y"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    })
    piped("answer.xlsx", book, "203.0.113.8")
    piped("all.zip", archive({"answer.xlsx": book, "note.txt": TEXT}), "203.0.113.8", "203.0.113.5", "CVE-2026-12345")
    piped("note.cp932.txt", TEXT.replace("〒", "").replace("→", "").encode("cp932"), "203.0.113.5", "+819012345678")
    events = os.path.join(SHARED, "corpus", "evtx", "evtx-attack-samples")
    logs = [os.path.join(folder, name) for folder, _, names in os.walk(events) for name in names if name.endswith(".evtx")]
    if not logs:
        return skip("extract reads Windows event logs", "no corpus")
    held = {row["kind"] for log in sorted(logs)[:6] for row in run("extract", log)}
    check("indicators are found in Windows event logs", held & {"ipv4", "ipv6", "sha256", "md5", "domain", "url"}, held)
    with open(sorted(logs)[0], "rb") as log:
        piped("events.evtx", log.read())


def all_checks():
    read_whatever_it_is()
    text = TEXT.encode()
    kinds = {"ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr", "autonomous-system", "file", "vulnerability", "attack-pattern", "x-itoguchi-value"}
    values = {"203.0.113.5", "https://login.example.jp/a?b=c", "user@example.jp", "+819012345678", "CVE-2026-12345"}
    stix(written("stdin.stix.json", "extract", "--list", "stix", text=text), kinds)
    misp(written("stdin.misp.json", "extract", "--list", "misp", text=text), values)
    file, case = store("lists.itoguchi")
    with open(path("note.txt"), "wb") as out:
        out.write(text)
    run("evidence", "add", file, case, path("note.txt"))
    stix(written("store.stix.json", "indicators", file, "--list", "stix"), kinds)
    misp(written("store.misp.json", "indicators", file, "--list", "misp"), values)
    again = run("import", file, case, path("stdin.stix.json"))[0]
    check("the STIX list is read back whole", again["rejected"] == 0 and again["indicators"] >= len(kinds), again)
