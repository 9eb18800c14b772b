#!/bin/sh
# LibreOffice and Chinese fonts for the tests that open Word files. Without them those tests are skipped.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
command -v soffice >/dev/null || missing="$missing libreoffice-writer-nogui libreoffice-calc-nogui"
/usr/bin/python3 -c "import uno" 2>/dev/null || missing="$missing python3-uno"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086 # a list of packages
apt_install $missing || echo "Could not install$missing; tests with LibreOffice will be skipped." >&2
