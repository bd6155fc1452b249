#!/bin/sh
# Make the virtual environment; on Debian and Ubuntu install Python's venv module first where it is missing.
set -eu
python=$1
folder=$2

command -v "$python" >/dev/null 2>&1 || { echo "expected Python 3.11 to 3.13 as '$python', found none; name another with make PYTHON=…" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
    echo "expected Python 3.11 to 3.13, got $("$python" --version); name another with make PYTHON=python3.11" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    sh "$(dirname "$0")/apt.sh" python3-venv
fi
"$python" -m venv "$folder"
