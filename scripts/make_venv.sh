#!/bin/sh
# Make a virtual environment with pip: make_venv.sh PYTHON FOLDER
# Debian packs the part of Python that makes one separately (python3-venv); install it where we may.
set -eu
python=$1
folder=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; $python is $("$python" -V)" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    . "$(dirname "$0")/apt.sh"
    apt_install python3-venv || {
        echo "Python's venv is missing. Install it: apt-get install python3-venv" >&2
        exit 1
    }
fi
[ -x "$folder/bin/pip" ] || "$python" -m venv "$folder"
