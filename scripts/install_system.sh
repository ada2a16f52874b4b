#!/bin/sh
# Optional system packages: LibreOffice (without its windows), which reads DOC, ODT and RTF files.
set -eu

if command -v soffice >/dev/null 2>&1; then
    echo "LibreOffice is installed."
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
    $sudo apt-get update
    $sudo apt-get install --yes --no-install-recommends libreoffice-writer-nogui
elif command -v brew >/dev/null 2>&1; then
    brew install --cask libreoffice
else
    echo "Neither apt-get nor brew is here. Install LibreOffice by hand if you have DOC, ODT or RTF files." >&2
    exit 1
fi
