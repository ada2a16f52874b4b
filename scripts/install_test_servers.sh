#!/bin/sh
# Redmine and a web server for it, for the slow tests of the Redmine feed (Debian and Ubuntu; needs root or sudo).
# Only the files of Debian's package are unpacked, beside what it depends on: the package itself would set up an
# instance of the system. The tests copy the files and make a database of their own.
set -eu

target=${VNADMIN_TEST_REDMINE:-/usr/local/lib/vnadmin-test-redmine}
if ! command -v apt-get >/dev/null 2>&1; then
    echo "These tests use Debian's package of Redmine; apt-get is not here." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
$sudo apt-get update
# Names in <…> are virtual; redmine-… are the choices of a database, of which SQLite's library is enough.
needed=$(LC_ALL=C apt-cache depends --no-recommends --no-suggests redmine |
    sed -n 's/^ *|\{0,1\}Depends: \([a-z0-9][^ ]*\)$/\1/p' | grep -v '^redmine-\|^dbconfig-\|^debconf' | sort -u)
# shellcheck disable=SC2086 # several packages
$sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends puma ruby-sqlite3 $needed

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
(cd "$folder" && apt-get download redmine && dpkg-deb -x redmine_*.deb unpacked)
$sudo rm -rf "$target"
$sudo mkdir -p "$(dirname "$target")"
$sudo cp -R "$folder/unpacked/usr/share/redmine" "$target"
echo "Redmine's files are in $target."
