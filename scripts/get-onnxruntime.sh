#!/bin/sh
# Puts ONNX Runtime's shared library into vendor/onnxruntime, taken from its Python package.
#
#   scripts/get-onnxruntime.sh        the CPU library (CoreML included on macOS)
#   scripts/get-onnxruntime.sh gpu    the library with CUDA and TensorRT providers (Linux x86_64; CUDA 13 and cuDNN 9 must be there)
#
# Needs python3 with pip; installs nothing. Does nothing when the wanted library is already in place.
set -eu

VERSION=1.32.0
# The package is built for each Python separately, but the library inside does not depend on Python: one fixed build
# serves all, and its checksum can be stated here.
PYTHON_TAG=312

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=$root/vendor/onnxruntime
variant=${1:-cpu}

fail() {
    printf 'get-onnxruntime: %s\n' "$1" >&2
    exit 1
}

case "$variant" in
cpu) package=onnxruntime ;;
gpu) package=onnxruntime-gpu ;;
*) fail "unknown variant '$variant': cpu or gpu" ;;
esac

case "$variant $(uname -s) $(uname -m)" in
"cpu Linux x86_64")
    platform=manylinux_2_28_x86_64
    sha256=99e1074c4b2197accd5073052a465361be17b89c093b8ffb6e6bd8f986c52df8
    ;;
"cpu Linux aarch64")
    platform=manylinux_2_28_aarch64
    sha256=e36c187006e7a7c8b8d6d57f1a209dd63f52430dca6c282b177718ad6b841054
    ;;
"cpu Darwin arm64")
    platform=macosx_14_0_arm64
    sha256=d52510bbbcc880c13b826f7d75cdf33ac5cf0bb864d960000fc29ce73f0cb83e
    ;;
"gpu Linux x86_64")
    platform=manylinux_2_28_x86_64
    sha256= # not recorded: pip's own check against the registry's checksum has to do
    ;;
*) fail "no build of $package $VERSION for $(uname -s) $(uname -m); set ORT_DYLIB_PATH to a library of your own" ;;
esac

stamp="$package==$VERSION $platform"
if [ "$(cat "$target/STAMP" 2>/dev/null || true)" = "$stamp" ]; then
    exit 0
fi

command -v python3 >/dev/null || fail "python3 with pip is needed to download $package"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "Downloading $package $VERSION for $platform" >&2
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --implementation cp --python-version "$PYTHON_TAG" --abi "cp$PYTHON_TAG" --platform "$platform" \
    --dest "$scratch" "$package==$VERSION" || fail "pip could not download $package==$VERSION"

# Checks the wheel, unpacks the libraries, and gives the main one its unversioned name beside the versioned.
python3 - "$scratch" "$sha256" <<'PYTHON'
import hashlib, pathlib, sys, zipfile

scratch, wanted = pathlib.Path(sys.argv[1]), sys.argv[2]
(wheel,) = scratch.glob("*.whl")
found = hashlib.sha256(wheel.read_bytes()).hexdigest()
if wanted and found != wanted:
    sys.exit(f"get-onnxruntime: {wheel.name} has SHA-256 {found}, expected {wanted}")
libraries = scratch / "lib"
libraries.mkdir()
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = pathlib.PurePosixPath(name)
        if path.parent.name == "capi" and path.name.startswith("libonnxruntime"):
            (libraries / path.name).write_bytes(archive.read(name))
        elif path.name in {"LICENSE", "ThirdPartyNotices.txt"}:
            (libraries / path.name).write_bytes(archive.read(name))
(versioned,) = [p for p in libraries.iterdir() if p.name.startswith(("libonnxruntime.so.", "libonnxruntime.1."))]
suffix = ".dylib" if versioned.name.endswith(".dylib") else ".so"
(libraries / f"libonnxruntime{suffix}").symlink_to(versioned.name)
PYTHON

echo "$stamp" >"$scratch/lib/STAMP"
mkdir -p "$root/vendor"
rm -rf "$target"
mv "$scratch/lib" "$target"
echo "ONNX Runtime $VERSION is in vendor/onnxruntime" >&2
