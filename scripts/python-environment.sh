#!/bin/sh
# Makes the Python environment .venv for training, export and fixtures; does nothing when it is up to date.
#
#   scripts/python-environment.sh REQUIREMENTS...
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
stamp=$root/.venv/STAMP
wanted=$(cat "$@" | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi
[ -x "$root/.venv/bin/python" ] || python3 -m venv "$root/.venv"
for requirements in "$@"; do
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
done
echo "$wanted" >"$stamp"
