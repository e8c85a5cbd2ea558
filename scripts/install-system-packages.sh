#!/bin/sh
# Installs what building and testing needs from the system, where it is missing; takes no time where nothing is.
#
# cmake, pkg-config, libde265 and a C++ compiler build libheif; python3 with pip and venv fetches ONNX Runtime; strace (Linux)
# lets a test watch the binary from outside. Rust itself is presupposed.
set -eu

fail() {
    printf 'install-system-packages: %s\n' "$1" >&2
    exit 1
}

cargo=${CARGO:-cargo}
command -v "${cargo%% *}" >/dev/null || fail "Rust is missing: install it from https://rustup.rs"
# shellcheck disable=SC2086 # CARGO may name a toolchain too
found=$($cargo --version | cut -d ' ' -f 2)
# A container's build copies Cargo.toml later.
wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$(dirname -- "$0")/../Cargo.toml" 2>/dev/null || true)
awk -v found="$found" -v wanted="$wanted" 'BEGIN {
    split(found, f, "."); split(wanted, w, ".")
    exit f[1] + 0 < w[1] + 0 || (f[1] + 0 == w[1] + 0 && f[2] + 0 < w[2] + 0)
}' || fail "Rust $found is too old, $wanted is needed: rustup update (or install it from https://rustup.rs)"

case "$(uname -s)" in
Linux)
    missing=
    command -v cmake >/dev/null || missing="$missing cmake"
    command -v pkg-config >/dev/null || missing="$missing pkg-config"
    command -v c++ >/dev/null || missing="$missing g++"
    command -v make >/dev/null || missing="$missing make"
    pkg-config --exists libde265 2>/dev/null || missing="$missing libde265-dev"
    python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3 python3-pip"
    python3 -c 'import ensurepip' >/dev/null 2>&1 || missing="$missing python3-venv"
    command -v strace >/dev/null || missing="$missing strace"
    [ -z "$missing" ] && exit 0
    command -v apt-get >/dev/null || fail "install these with your package manager:$missing"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "run as root: apt-get install$missing"
        sudo=sudo
    fi
    echo "Installing$missing" >&2
    $sudo apt-get update -qq
    # shellcheck disable=SC2086 # the list is meant to be split
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    ;;
Darwin)
    missing=
    command -v cmake >/dev/null || missing="$missing cmake"
    command -v pkg-config >/dev/null || missing="$missing pkg-config"
    pkg-config --exists libde265 2>/dev/null || missing="$missing libde265"
    python3 -c 'import ensurepip, pip' >/dev/null 2>&1 || missing="$missing python3"
    [ -z "$missing" ] && exit 0
    command -v brew >/dev/null || fail "install Homebrew, then:$missing"
    echo "Installing$missing" >&2
    # shellcheck disable=SC2086 # the list is meant to be split
    brew install $missing
    ;;
*)
    fail "no recipe for $(uname -s): install cmake, pkg-config, libde265 and python3 with pip and venv yourself"
    ;;
esac
