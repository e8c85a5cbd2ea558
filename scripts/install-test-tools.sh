#!/bin/sh
# Installs what some tests need beside what building needs: a headless browser that opens the HTML report, GNU parallel, and what
# checks XML and JSON against their schemas. Takes no time where nothing is missing. A test whose tool is missing says that it is
# skipped, so that a failure here is only a warning; in CI (MEASURE_BENCH_ALL_TESTS) it is a failure.
set -eu

[ "$(uname -s)" = Linux ] || exit 0

has() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}

missing=
has chromium-headless-shell chromium google-chrome || missing="$missing chromium-headless-shell fonts-dejavu-core"
has parallel || missing="$missing parallel"
has xmllint || missing="$missing libxml2-utils"
has jsonschema || missing="$missing python3-jsonschema"
[ -z "$missing" ] && exit 0

give_up() {
    printf 'install-test-tools: %s; some tests will be skipped. Missing:%s\n' "$1" "$missing" >&2
    [ -z "${MEASURE_BENCH_ALL_TESTS:-}" ]
    exit
}

command -v apt-get >/dev/null || give_up "install these with your package manager"
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "not root"
    sudo=sudo
fi
echo "Installing$missing" >&2
# One source that cannot be reached, or one package that is not in any, must not keep the others away.
$sudo apt-get update -qq || true
failed=
for package in $missing; do
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" ||
        failed="$failed $package"
done
missing=$failed
case "$missing" in
'') ;;
# Debian alone has it; Ubuntu's chromium is a snap, which does not see the files that tests write.
*chromium*) give_up "apt-get failed (where it knows no chromium-headless-shell, as on Ubuntu, install Google Chrome's .deb)" ;;
*) give_up "apt-get failed" ;;
esac
