#!/bin/sh
# Events out of any program, through a pipe. The exit code tells a scheduler what happened: 0 committed,
# 3 not committed because of rejects, anything else failed.
#
#   sh samples/stdin.sh out/stdin
set -eu
to=${1:-out/stdin}
mkdir -p "$(dirname "$to")"

# Any program that prints one JSON object a line will do: zcat, jq, psql, kubectl logs …
cat samples/events.ndjson |
  npx hackle-import - --to "$to" --if-exists replace --rejects "$to-rejects.ndjson" --json \
    > "$to-report.json"

cat "$to-report.json"
