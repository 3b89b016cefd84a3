#!/bin/sh
# Events out of a program that may fail: hackle-import runs it, and commits only if it exits with 0 and wrote
# enough events. Through a pipe (stdin.sh) its end looks the same whether it has finished or died, and the shell's
# pipefail reports a failure only after `_SUCCESS` was written.
#
#   sh samples/command.sh out/command
set -eu
to=${1:-out/command}
mkdir -p "$(dirname "$to")"

# Any program that prints events will do: zcat, psql, mysqldump, kubectl logs … `sh -c` runs several as one.
npx hackle-import --to "$to" --if-exists replace --min-events 100 --json \
  --from-command -- cat samples/events.ndjson > "$to-report.json"

cat "$to-report.json"
