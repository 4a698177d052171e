#!/usr/bin/env bash
# Pass or fail the step: runs that could not be judged always fail, verdicts where the caller says so.
set -euo pipefail

wanted=$(tr -d '[:space:]' <<<"$FAIL_ON" | tr '[:lower:]' '[:upper:]')
IFS=, read -r -a failing <<<"$wanted"
for name in ${failing[@]+"${failing[@]}"}; do
  case "$name" in
    ALLOW | REJECT | INCONCLUSIVE | "") ;;
    *)
      echo "::error::the input fail-on names '$name'; the verdicts are allow, reject and inconclusive"
      exit 64
      ;;
  esac
done

case "$VERDICT/$EXIT_CODE" in
  ALLOW/0 | REJECT/1 | INCONCLUSIVE/2) ;;
  *)
    echo "::error::the runs could not be judged; see the step before and the job summary"
    if [[ "$EXIT_CODE" =~ ^[1-9][0-9]{0,2}$ ]] && ((EXIT_CODE > 2 && EXIT_CODE < 256)); then exit "$EXIT_CODE"; fi
    exit 70
    ;;
esac
if [[ ",$wanted," == *",$VERDICT,"* ]]; then
  echo "::error::the release gate says $VERDICT; see the job summary"
  exit "$((EXIT_CODE ? EXIT_CODE : 1))"
fi
echo "The release gate says $VERDICT."
