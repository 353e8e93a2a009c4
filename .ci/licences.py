"""Writes assets/licences.txt anew from what `cargo metadata` says: run it after Cargo.lock has changed."""
import json, os, subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILE = os.path.join(ROOT, "assets", "licences.txt")

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"], cwd=ROOT))
crates = sorted((crate["name"], crate["version"], crate["license"]) for crate in metadata["packages"] if crate["source"])
heading = open(FILE, encoding="utf-8").readline()
with open(FILE, "w", encoding="utf-8") as out:
    out.write(heading + "\n" + "".join("%s v%s  %s\n" % crate for crate in crates))
