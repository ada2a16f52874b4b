#!/bin/sh
# Optional system packages: LibreOffice (without its windows) for DOC, ODT and RTF files, Tesseract with Vietnamese
# data for scans, PostgreSQL's server for the tests of a catalogue on such a server. What is there already is left alone.
#
# --if-allowed: do nothing (and say so) where packages cannot be installed without asking for a password.
set -eu

if [ "${1:-}" = "--if-allowed" ] && [ "$(id -u)" != 0 ] && ! command -v brew >/dev/null 2>&1; then
    if ! sudo -n true >/dev/null 2>&1; then
        echo "Optional system packages are left alone; 'make system' installs them."
        exit 0
    fi
fi

wanted=
if command -v soffice >/dev/null 2>&1; then
    echo "LibreOffice is installed."
else
    wanted="libreoffice"
fi
if command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>&1 | grep -qx vie; then
    echo "Tesseract with Vietnamese data is installed."
else
    wanted="$wanted tesseract"
fi
# Only some tests need a server of PostgreSQL; where it cannot be had they are skipped, and nothing stops here.
install_postgresql() {
    if command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
        echo "PostgreSQL is installed."
    elif command -v apt-get >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
        { $sudo apt-get update && $sudo apt-get install --yes --no-install-recommends postgresql; } ||
            echo "PostgreSQL could not be installed; its tests will be skipped."
    else
        echo "PostgreSQL is not installed; its tests will be skipped."
    fi
}
install_postgresql

[ -n "$wanted" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
    packages=
    for name in $wanted; do
        case $name in
        libreoffice) packages="$packages libreoffice-writer-nogui" ;;
        tesseract) packages="$packages tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd" ;;
        esac
    done
    $sudo apt-get update
    # shellcheck disable=SC2086 # several packages
    $sudo apt-get install --yes --no-install-recommends $packages
elif command -v brew >/dev/null 2>&1; then
    for name in $wanted; do
        case $name in
        libreoffice) brew install --cask libreoffice ;;
        tesseract) brew install tesseract tesseract-lang ;;
        esac
    done
else
    echo "Neither apt-get nor brew is here. Install by hand:$wanted" >&2
    exit 1
fi
