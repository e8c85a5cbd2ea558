"""Writes what the binary is made of as a CycloneDX 1.5 document: crates with licence and checksum, bundled model, ONNX Runtime.

    python3 scripts/sbom.py > sbom.cdx.json

Everything comes from `cargo metadata`, Cargo.lock, models/SHA256SUMS and scripts/get-onnxruntime.sh; the same sources give the same
document.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def linked_packages(metadata):
    """Packages that the binary or its build needs, without what tests alone need."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    wanted, found = [metadata["resolve"]["root"]], set()
    while wanted:
        package = wanted.pop()
        if package in found:
            continue
        found.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                wanted.append(dependency["pkg"])
    return [package for package in metadata["packages"] if package["id"] in found]


def checksums():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(p["name"], p["version"]): p["checksum"] for p in lock["package"] if "checksum" in p}


def component(package, checksum):
    entry = {
        "type": "library",
        "name": package["name"],
        "version": package["version"],
        "purl": f"pkg:cargo/{package['name']}@{package['version']}",
    }
    if package["license"]:
        # Some write the alternatives with a slash.
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum:
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return entry


def model():
    checksum, name = (ROOT / "models/SHA256SUMS").read_text().split()
    training = json.loads((ROOT / "models/checkpoint/training.json").read_text())
    return {
        "type": "machine-learning-model",
        "name": name,
        "licenses": [{"expression": training["licence"]}],
        "hashes": [{"alg": "SHA-256", "content": checksum}],
    }


def runtime():
    script = (ROOT / "scripts/get-onnxruntime.sh").read_text()
    version = re.search(r"^VERSION=(\S+)", script, re.M).group(1)
    return {
        "type": "library",
        "name": "onnxruntime",
        "version": version,
        "purl": f"pkg:pypi/onnxruntime@{version}",
        "licenses": [{"expression": "MIT"}],
        "scope": "excluded",
        "description": "loaded at run time; the checksum of each platform's package is in scripts/get-onnxruntime.sh",
    }


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE)
    if ran.returncode != 0:
        sys.exit(ran.returncode)  # Cargo has said why.
    metadata = json.loads(ran.stdout)
    known = checksums()
    packages = sorted(linked_packages(metadata), key=lambda p: (p["name"], p["version"]))
    root = metadata["resolve"]["root"]
    parts = [component(p, known.get((p["name"], p["version"]))) for p in packages if p["id"] != root]
    (this,) = [p for p in packages if p["id"] == root]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**component(this, None), "type": "application"}},
        "components": parts + [model(), runtime()],
    }
    print(json.dumps(document, indent=2))


main()
