#!/bin/sh
# What `make fuzz` needs beside what building needs: clang, which compiles libheif so that its coverage is seen, ps, which tells a
# target's processor time, and cargo-fuzz, into vendor/. Takes no time where nothing is missing.
set -eu

VERSION=0.13.2

fail() {
    printf 'install-fuzz-tools: %s\n' "$1" >&2
    exit 1
}

cd "$(dirname "$0")/.."
missing=
command -v clang++ >/dev/null || missing="$missing clang"
command -v ps >/dev/null || missing="$missing procps"
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || fail "install these with your package manager:$missing"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "run as root: apt-get install$missing"
        sudo=sudo
    fi
    $sudo apt-get update -qq
    # shellcheck disable=SC2086 # the list is meant to be split
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi
if [ "$(vendor/cargo-fuzz/bin/cargo-fuzz --version 2>/dev/null)" != "cargo-fuzz $VERSION" ]; then
    cargo install --quiet --locked --root vendor/cargo-fuzz "cargo-fuzz@$VERSION"
fi
