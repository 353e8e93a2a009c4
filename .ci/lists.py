"""Makes the large lists of assets/lists anew from their sources, and packs them.

    lists.py countries asn-country-ipv4.csv asn-country-ipv6.csv --date YYYY-MM-DD
    lists.py branches FOLDER_OF_BRANCHES --date …     lists.py tor latest.all.csv latest.exits.csv --date …
    lists.py datacentres ipv4.txt ipv6.txt --date …   lists.py vpn ipv4.txt ipv6.txt --date …

The sources stand in each list's head; the notices of their licences in assets/lists/NOTICES.txt."""
import argparse, csv, ipaddress, json, os, pathlib, subprocess

HERE = pathlib.Path(__file__).resolve().parent.parent / "assets" / "lists"


def ranges(paths):
    for path in paths:
        for first, last, label in csv.reader(open(path, encoding="utf-8")):
            first, last = ipaddress.ip_address(first), ipaddress.ip_address(last)
            nets = list(ipaddress.summarize_address_range(first, last))
            yield str(nets[0]) if len(nets) == 1 else f"{first}-{last}", label


def lines(paths):
    for path in paths:
        for line in open(path, encoding="utf-8"):
            if line.strip() and not line.startswith("#"):
                yield str(ipaddress.ip_network(line.strip(), strict=False)), ""


def branches(paths):
    for file in sorted(pathlib.Path(paths[0]).glob("*.json")):
        for code, branch in sorted(json.load(open(file, encoding="utf-8")).items()):
            yield f"{file.stem}-{code}", branch["name"]


def tor(paths):
    addresses = [{row[1].strip() for row in list(csv.reader(open(path, encoding="utf-8")))[1:]} for path in paths]
    exits = addresses[1]
    for address in sorted(addresses[0] | exits, key=lambda text: (":" in text, ipaddress.ip_address(text))):
        yield address, "出口（exit）" if address in exits else "中継（relay）"


LISTS = {
    "countries": ("ip-countries", "割当国（Country of the block）", "ipv4 ipv6", "block", ranges,
                  "Number Resource Organization statistics (CC BY 4.0, nro.net), by way of @ip-location-db/asn-country; country of allotment, not of the user"),
    "branches": ("jp-branches", "支店（Branches of Japanese banks）", "bank_account", "exact", branches,
                 "zengin-code/source-data (MIT), https://github.com/zengin-code/source-data"),
    "tor": ("tor-nodes", "Torノード（Tor nodes）", "ipv4 ipv6", "block", tor,
            "alireza-rezaee/tor-nodes (MIT), https://github.com/alireza-rezaee/tor-nodes; what ran that day"),
    "datacentres": ("datacentres", "データセンター・VPN等（Hosting, not homes）", "ipv4 ipv6", "block", lines,
                    "X4BNet/lists_vpn, output/datacenter (MIT), https://github.com/X4BNet/lists_vpn"),
    "vpn": ("vpn", "VPN事業者（VPN providers）", "ipv4 ipv6", "block", lines,
            "X4BNet/lists_vpn, output/vpn (MIT), https://github.com/X4BNet/lists_vpn"),
}

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("list", choices=LISTS)
args.add_argument("sources", nargs="+")
args.add_argument("--date", required=True)
args = args.parse_args()
name, title, kinds, match, read, source = LISTS[args.list]
head = f"# {title}\n# Date: {args.date}\n# Source: {source}\n# Kinds: {kinds}\n# Match: {match}\n# Mark: note\n"
body = "".join(f"{entry}\t{label}\n" if label else f"{entry}\n" for entry, label in read(args.sources))
out = HERE / f"{name}.txt.zst"
subprocess.run(["zstd", "-19", "--ultra", "-q", "-f", "-", "-o", str(out)], input=(head + body).encode(), check=True)
print(out.name, body.count("\n"), "entries,", os.path.getsize(out), "bytes")
