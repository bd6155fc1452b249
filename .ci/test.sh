#!/bin/sh
# What `make test` runs once everything is installed. First what is quick and fails most often.
set -eu
bin=$1
"$bin/ruff" check --quiet .
"$bin/ruff" format --check --quiet .
"$bin/mypy"
# Two tests side by side; each test is a file's worth at most, so the longest (a notebook) start first.
exec "$bin/python" -m pytest -n 2 --dist worksteal --durations=12
