#!/usr/bin/env bash
# Run the gate and keep its exit code for the step that passes or fails; write the action's outputs.
#
# There is a verdict where exit code, output and report say the same; all else is an error, also a crash whose exit code
# is that of a verdict. The reports carry text of the runs, so what the gate prints is no command to the runner.
set -euo pipefail

directory=$(mktemp -d "$RUNNER_TEMP/evaligo-report.XXXXXX")
report="$directory/report.md"
errors="$directory/errors"
: >"$errors"

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
      echo "error: the input $1 is '$2', neither true nor false" >>"$errors" ;;
  esac
}
flag no-cluster "$NO_CLUSTER" --no-cluster
flag allow-changed-content "$ALLOW_CHANGED_CONTENT" --allow-changed-content
flag lower-is-better "$LOWER_IS_BETTER" --lower-is-better --higher-is-better

judge() { # returns the gate's exit code, 64 where an input was wrong, 70 where the gate ended without its verdict
  if [[ -s "$errors" ]]; then return 64; fi
  local code=0 verdict
  "$BIN/python" -I "$BIN/evalsig" gate "${args[@]}" "--markdown=$report" 2>"$errors" || code=$?
  if ((code > 2)); then return "$code"; fi
  verdict=$(sed -n 's/^verdict=//p' "$GITHUB_OUTPUT")
  case "$code/$verdict" in
    0/ALLOW | 1/REJECT | 2/INCONCLUSIVE) if [[ -s "$report" ]]; then return "$code"; fi ;;
  esac
  echo "error: the gate ended with exit code $code, but without its verdict and report" >>"$errors"
  return 70
}

token=$(od -An -N16 -tx1 /dev/urandom | tr -d '[:space:]')
code=0
echo "::stop-commands::$token"
judge || code=$?
cat "$errors" || true # to the same stream: between two the runner keeps no order
echo                  # the last line may have no end
echo "::$token::"

if ((code > 2)); then # no verdict: the comment must not go on showing the last one
  {
    echo "## EVALSIG release gate :no_entry: no verdict"
    echo
    echo "The runs could not be judged (exit code $code):"
    echo
    sed 's/^/    /' "$errors"
  } >"$report"
  cat "$report" >>"$GITHUB_STEP_SUMMARY"
  echo "verdict=ERROR" >>"$GITHUB_OUTPUT"
fi
{
  echo "exit_code=$code"
  echo "report=$report"
} >>"$GITHUB_OUTPUT"
