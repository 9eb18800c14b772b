#!/bin/sh
# Write requirements/*.txt anew from the ranges in pyproject.toml. Needs uv.
set -eu
compile="uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header"
$compile pyproject.toml -o requirements/runtime.txt
$compile --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
$compile requirements/foreign.in -o requirements/foreign.txt
