#!/usr/bin/env bash
# Run the gate and keep its exit code for the step that passes or fails; write the action's outputs.
set -euo pipefail

args=("--baseline=$BASELINE" "--candidate=$CANDIDATE")
option() { # NAME VALUE: an empty value leaves the option to its default
  if [[ -n "$2" ]]; then args+=("$1=$2"); fi
}
each() { # NAME LINES: the option once for each line; blanks around it are YAML's
  local line
  while IFS= read -r line || [[ -n "$line" ]]; do
    line="${line#"${line%%[![:space:]]*}"}"
    option "$1" "${line%"${line##*[![:space:]]}"}"
  done <<<"$2"
}
each --metric "$METRIC"
option --policy "$POLICY"
option --min-delta "$MIN_DELTA"
option --margin "$MARGIN"
option --alpha "$ALPHA"
option --power "$POWER"
option --cluster "$CLUSTER"
option --method "$METHOD"
option --estimand "$ESTIMAND"
option --seed "$SEED"
each --bounds "$BOUNDS"
option --on-missing "$ON_MISSING"
option --format "$FORMAT"
option --id "$ID"
option --task "$TASK"
option --record "$RECORD"
option --project "$PROJECT"
option --html "$HTML"
option --junit "$JUNIT"
option --json "$JSON"

flag() { # INPUT VALUE WHEN_TRUE [WHEN_FALSE]
  case "$2" in
    true) args+=("$3") ;;
    false) if [[ -n "${4:-}" ]]; then args+=("$4"); fi ;;
    "") ;;
    *)
      echo "::error::the input $1 is '$2', neither true nor false"
      exit 64
      ;;
  esac
}
flag no-cluster "$NO_CLUSTER" --no-cluster
flag allow-changed-content "$ALLOW_CHANGED_CONTENT" --allow-changed-content
flag lower-is-better "$LOWER_IS_BETTER" --lower-is-better --higher-is-better

directory=$(mktemp -d "$RUNNER_TEMP/evaligo-report.XXXXXX")
report="$directory/report.md"
code=0
"$BIN/python" -I "$BIN/evalsig" gate "${args[@]}" "--markdown=$report" 2>"$directory/errors" || code=$?
cat "$directory/errors" >&2

if ((code > 2)); then # no verdict: the comment must not go on showing the last one
  {
    echo "## EVALSIG release gate :no_entry: no verdict"
    echo
    echo "The runs could not be judged (exit code $code):"
    echo
    sed 's/^/    /' "$directory/errors"
  } >"$report"
  cat "$report" >>"$GITHUB_STEP_SUMMARY"
  echo "verdict=ERROR" >>"$GITHUB_OUTPUT"
fi
{
  echo "exit_code=$code"
  echo "report=$report"
} >>"$GITHUB_OUTPUT"
