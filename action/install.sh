#!/usr/bin/env bash
# Installs natcheck with Testcontainers beside it, away from the user's project; says by the output `main` what to start.
set -euo pipefail
if [[ -n "${NATCHECK_VERSION:-}" ]]; then
  prefix="$RUNNER_TEMP/natcheck-action"
  mkdir -p "$prefix"
  npm install --prefix "$prefix" --no-audit --no-fund "natcheck@$NATCHECK_VERSION" 'testcontainers@^12.2.0'
  main="$prefix/node_modules/natcheck/dist/cli/main.js"
else
  # The sources of this very version of the action; `npm ci` builds them, by what a job for production would leave out.
  npm ci --prefix "$GITHUB_ACTION_PATH" --include=dev --no-audit --no-fund
  main="$GITHUB_ACTION_PATH/dist/cli/main.js"
fi
echo "main=$main" >>"$GITHUB_OUTPUT"
