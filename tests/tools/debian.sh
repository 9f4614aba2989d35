#!/bin/sh
# Install by Debian's packages those of the named programs that this machine lacks, where that may be done: as root,
# with apt-get. Elsewhere do nothing: the tests that need such a program are skipped and say so.
#
# Usage: sh tests/tools/debian.sh chromium node postgresql pgbouncer
set -eu

has() {
    case $1 in
        postgresql) command -v postgres || ls /usr/lib/postgresql/*/bin/postgres ;;
        chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
        *) command -v "$1" ;;
    esac > /dev/null 2>&1
}

missing=
for program; do
    has "$program" && continue
    case $program in
        node) missing="$missing nodejs npm" ;;
        *) missing="$missing $program" ;;
    esac
done

if [ -z "$missing" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    exit 0
fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086 # one word a package
apt-get -qq install --yes --no-install-recommends $missing > /dev/null
