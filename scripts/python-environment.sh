#!/bin/sh
# Makes the Python environment .venv for training, export and fixtures; does nothing when it is up to date.
#
#   scripts/python-environment.sh REQUIREMENTS...
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
python=$root/.venv/bin/python
stamp=$root/.venv/STAMP
wanted=$(cat "$@" | cksum)
# Also one that was made half, or whose interpreter is gone, is made anew.
if ! "$python" -m pip --version >/dev/null 2>&1; then
    python3 -m venv --clear "$root/.venv"
fi
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi
for requirements in "$@"; do
    "$python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
done
echo "$wanted" >"$stamp"
