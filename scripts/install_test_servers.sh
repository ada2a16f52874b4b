#!/bin/sh
# Redmine and a web server for it, for the slow tests of the Redmine feed (Debian and Ubuntu; needs root or sudo).
# The tests copy the application and make a database of their own; no instance of the system is set up or touched.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
    echo "These tests use Debian's package of Redmine; apt-get is not here." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
# No instance: the tests only want the files.
echo "redmine redmine/instances/default/dbconfig-install boolean false" | $sudo debconf-set-selections
$sudo apt-get update
if ! $sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends redmine redmine-sqlite puma; then
    # On some systems the package's own set-up ends with an error of `bundle install`; its files are there.
    [ -f /usr/share/redmine/config.ru ] || exit 1
    echo "The package could not set itself up, but its files are installed, and the tests need no more." >&2
fi
