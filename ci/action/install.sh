#!/usr/bin/env bash
# Install evaligo, as it lies in the action's own checkout, into an environment of its own.
set -euo pipefail

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "::error::evaligo needs Python 3.11 or newer; set the action's input python-version"
  exit 64
fi
venv="$RUNNER_TEMP/evaligo-venv${EXTRAS:+-${EXTRAS//[^A-Za-z0-9]/-}}"
if [[ ! -x "$venv/bin/evalsig" ]]; then # a second gate in the same job finds it ready
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH${EXTRAS:+[$EXTRAS]}"
fi
echo "bin=$venv/bin" >>"$GITHUB_OUTPUT"
