#!/bin/sh
# Chromium and Chinese fonts for the tests that look at the site. Without them those tests are skipped.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086 # a list of packages
apt_install $missing || echo "Could not install$missing; tests in a browser will be skipped." >&2
