#!/bin/sh
# Imports events from any program through a pipe. The exit code tells a scheduler what happened: 0 committed,
# 3 not committed because of rejects or missing events, anything else failed. A pipe does not tell whether the program
# itself failed: command.sh does.
#
#   sh samples/stdin.sh out/stdin
set -eu
to=${1:-out/stdin}
mkdir -p "$(dirname "$to")"

# Works with any program that prints one JSON object per line: zcat, jq, psql, kubectl logs …
cat samples/events.ndjson |
  npx hackle-import - --to "$to" --if-exists replace --rejects "$to-rejects.ndjson" --json \
    > "$to-report.json"

cat "$to-report.json"
