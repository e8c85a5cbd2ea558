#!/bin/sh
# Checks the dependencies: licences, bans, sources; and known vulnerabilities, where their database can be reached.
#
#   scripts/deny.sh [PROGRAM]      with cargo-deny at PROGRAM; fetched where it is not given
set -eu

cd "$(dirname "$0")/.."
deny=${1:-$(scripts/get-cargo-deny.sh)}

"$deny" check licenses bans sources

# A fetch of its own, so that a database that cannot be reached is told from one that knows of something.
if "$deny" fetch db >/dev/null 2>&1; then
    "$deny" check --disable-fetch advisories
else
    echo "advisories: NOT checked, their database (github.com/rustsec/advisory-db) cannot be reached from here" >&2
fi
