#!/usr/bin/env bash
# Says whether the Node of this job is recent enough for natcheck: then the job keeps it.
set -euo pipefail
oldest=(22 22)
version=$(node --version 2>/dev/null || echo v0.0.0)
IFS=. read -r major minor _ <<<"${version#v}"
if ((major > oldest[0] || (major == oldest[0] && minor >= oldest[1]))); then
  echo 'found=true' >>"$GITHUB_OUTPUT"
else
  echo 'found=false' >>"$GITHUB_OUTPUT"
fi
