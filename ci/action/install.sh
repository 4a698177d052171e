#!/usr/bin/env bash
# Install evaligo, as it lies in the action's own checkout, into an environment of its own.
#
# The workspace may hold a stranger's code. So Python runs isolated (-I) and elsewhere, for it looks for modules in the
# current directory first, and the environment is a new one: one that is found could have been put there.
set -euo pipefail

unset PYTHONPATH PYTHONHOME # the processes that pip starts are not isolated
home=$(mktemp -d "$RUNNER_TEMP/evaligo.XXXXXX")
cd "$home"

if ! python3 -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "::error::evaligo needs Python 3.11 or newer; set the action's input python-version"
  exit 64
fi
python3 -I -m venv "$home/venv"
"$home/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH${EXTRAS:+[$EXTRAS]}"
echo "bin=$home/venv/bin" >>"$GITHUB_OUTPUT"
