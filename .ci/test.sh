#!/bin/sh
# What `make test` runs once everything is installed. First what is quick and fails most often.
set -eu
bin=$1
"$bin/ruff" check --quiet .
"$bin/ruff" format --check --quiet --exclude '*.ipynb' .  # notebooks: tests/chapters
"$bin/mypy"
# Two tests side by side, one for each core of a small machine; sets in one order, as where notebooks are run.
export PYTHONHASHSEED=0
exec "$bin/python" -m pytest -n 2 --dist worksteal --durations=12
