#!/bin/sh
# Other people's programs, by which the tests prove our exports: install_foreign.sh PYTHON VENV
# Python packages go into an environment of their own (VENV/foreign), Node packages into tests/web/node_modules.
# Tests whose program is missing are skipped (in CI they fail).
set -eu
here=$(dirname "$0")
sh "$here/make_venv.sh" "$1" "$2/foreign"
"$2/foreign/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/../requirements/foreign.txt" ||
    echo "Could not install requirements/foreign.txt; tests with those programs will be skipped." >&2

. "$here/apt.sh"
command -v npm >/dev/null || apt_install nodejs npm || true
if command -v npm >/dev/null; then
    npm ci --prefix "$here/../tests/web" --ignore-scripts --no-audit --no-fund --silent ||
        echo "Could not install tests/web; tests of SCORM and QTI in a browser will be skipped." >&2
else
    echo "There is no npm; tests of SCORM and QTI in a browser will be skipped." >&2
fi
