"""Our extractor beside iocextract and ioc-finder on the same sentences, for the kinds they know.

Usage: python3 benches/peers.py target/release/itoguchi [FILE...]   (pip install iocextract==1.16.1 ioc-finder==9.4.1)
Sentences are the tables of tests/data/indicators; with FILEs, those are read instead and only the speed is compared.
A FILE that ends in .jsonl holds the cases of others' suites (`ITOGUCHI_PEER_CASES=cases.jsonl cargo test --test peers`):
all three are judged by what the suites say, and by the rule of each kind.
"""
import json, pathlib, subprocess, sys, time

import iocextract
from ioc_finder import find_iocs

KINDS = ["ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "cve", "asn", "btc"]
FINDER = {"domains": "domain", "urls": "url", "email_addresses": "email", "ipv4s": "ipv4", "ipv6s": "ipv6", "md5s": "md5",
          "sha1s": "sha1", "sha256s": "sha256", "sha512s": "sha512", "cves": "cve", "asns": "asn", "bitcoin_addresses": "btc"}
program, files = sys.argv[1], sys.argv[2:]


# Values inside others, such as the host of a URL, by the text: right where they are expected, nobody's fault where not.
inside = {}


def ours(text):
    out = subprocess.run([program, "--json", "extract"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    # What fails its own check is marked so and counts as not found.
    rows = [row for row in map(json.loads, out.decode().splitlines()) if row["kind"] in KINDS and row["verified"]]
    inside[text] = {canonical(row["kind"], row["value"]) for row in rows if row["implied"]}
    return {(row["kind"], row["value"]) for row in rows}


def canonical(kind, value):
    """As loose as can be: a peer is not to lose for a slash at the end or a capital."""
    value = value.lower()
    return kind, value.rstrip("/") if kind == "url" else value


def finder(text):
    found = find_iocs(text)
    return {(kind, value) for name, kind in FINDER.items() for value in found.get(name, [])}


def extract(text):
    found = {("url", value) for value in iocextract.extract_urls(text, refang=True)}
    found |= {("email", value) for value in iocextract.extract_emails(text, refang=True)}
    found |= {("ipv4", value) for value in iocextract.extract_ipv4s(text, refang=True)}
    found |= {("ipv6", value) for value in iocextract.extract_ipv6s(text)}
    for kind, find in [("md5", iocextract.extract_md5_hashes), ("sha1", iocextract.extract_sha1_hashes),
                       ("sha256", iocextract.extract_sha256_hashes), ("sha512", iocextract.extract_sha512_hashes)]:
        found |= {(kind, value) for value in find(text)}
    return found


TOOLS = {"itoguchi": ours, "ioc-finder": finder, "iocextract": extract}


def sentences():
    root = pathlib.Path(__file__).parent.parent / "tests/data/indicators"
    cases = []
    for path in sorted(root.glob("*.txt")) + sorted(root.glob("japanese/*.txt")):
        for line in path.read_text().splitlines():
            if line.startswith("> "):
                cases.append((line[2:].replace("⏎", "\n"), set()))
            elif line and not line.startswith("#"):
                cases[-1][1].add(tuple(line.split(" ")[:2]))
    return cases


def scores():
    table = {name: {kind: [0, 0, 0] for kind in KINDS} for name in TOOLS}
    for text, expected in sentences():
        wanted = {canonical(*one) for one in expected if one[0] in KINDS}
        for name, tool in TOOLS.items():
            got = {canonical(*one) for one in tool(text)}
            for kind in KINDS:
                want, have = ({one for one in side if one[0] == kind} for side in (wanted, got))
                for at, part in enumerate((want & have, have - want, want - have)):
                    table[name][kind][at] += len(part)
    show(table)


def show(table):
    print("kind      " + "".join(f"{name:>24}" for name in TOOLS))
    for kind in KINDS:
        cells = []
        for name in TOOLS:
            right, wrong, missed = table[name][kind]
            share = lambda whole: f"{right / whole:.3f}" if whole else "    -"
            cells.append(f"   P {share(right + wrong)}  R {share(right + missed)}")
        print(f"{kind:10}" + "".join(f"{cell:>24}" for cell in cells))


def speeds():
    for path in files:
        text = pathlib.Path(path).read_text(errors="replace")
        lines = text.splitlines()
        for name, tool in TOOLS.items():
            start = time.perf_counter()
            if name == "itoguchi":
                tool(text)
            else:  # both grow faster than their input: fed in pieces, as a user has to
                for at in range(0, len(lines), 200):
                    tool("\n".join(lines[at:at + 200]))
            taken = time.perf_counter() - start
            print(f"{path}: {name} {len(text.encode()) / 1e6 / taken:.3f} MB/s")


def suites(path):
    """Right, wrong and missed of each tool and kind over the suites of others, by `peer` and by `rule`."""
    cases = [json.loads(line) for line in open(path, encoding="utf-8")]
    for by, title in (("peer", "as the suites say"), ("rule", "by the rule of the kind")):
        table = {name: {kind: [0, 0, 0] for kind in KINDS} for name in TOOLS}
        for case in cases:
            wanted = {canonical(*one) for one in case[by] if one[0] in KINDS}
            if "found" not in case:
                case["found"] = {name: {canonical(*one) for one in tool(case["text"])} for name, tool in TOOLS.items()}
            for name, got in case["found"].items():
                for kind in KINDS:
                    want, have = ({one for one in side if one[0] == kind} for side in (wanted, got))
                    counts = case["judged"] is None or kind in case["judged"]
                    wrong = have - want - inside[case["text"]] if counts else ()
                    for at, part in enumerate((want & have, wrong, want - have)):
                        table[name][kind][at] += len(part)
        print("%d cases, %s" % (len(cases), title))
        show(table)


if files and files[0].endswith(".jsonl"):
    suites(files[0])
else:
    speeds() if files else scores()
