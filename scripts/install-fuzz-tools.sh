#!/bin/sh
# What `make fuzz` needs beside what building needs: clang, which compiles libheif so that its coverage is seen, and cargo-fuzz, into
# vendor/. Takes no time where nothing is missing.
set -eu

VERSION=0.13.2

fail() {
    printf 'install-fuzz-tools: %s\n' "$1" >&2
    exit 1
}

cd "$(dirname "$0")/.."
if ! command -v clang++ >/dev/null; then
    command -v apt-get >/dev/null || fail "install clang with your package manager"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "run as root: apt-get install clang"
        sudo=sudo
    fi
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clang
fi
if [ "$(vendor/cargo-fuzz/bin/cargo-fuzz --version 2>/dev/null)" != "cargo-fuzz $VERSION" ]; then
    cargo install --quiet --locked --root vendor/cargo-fuzz "cargo-fuzz@$VERSION"
fi
