#!/usr/bin/env bash
# What is said of the code without running it; the first fault ends it. Asked by ./test and by .pre-commit-config.yaml:
# tests/gates.sh [FOLDER OF THE PROGRAMS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=${1:-.venv/bin}

"$programs/ruff" check --quiet .
"$programs/ruff" format --check --quiet .
"$programs/oxlint" --quiet --deny-warnings dashboard/assets
"$programs/mypy" --no-error-summary
