#!/bin/sh
# Starts one program of the image: server.ts (the default), worker.ts, or cli.ts with its words.
set -eu
: "${DATABASE_URL:?Cannot start: DATABASE_URL is not set; this image has no PostgreSQL of its own}"
# As "deno task start" and "deno task worker", without a process between the signal and the program.
case "${1:-}" in
server.ts | worker.ts)
  # Libraries of the image are found without it, and Deno starts no process while it is set.
  unset LD_LIBRARY_PATH
  if [ "$1" = worker.ts ]; then
    AURORA_STEP_SOCKETS=$(mktemp -d)
    export AURORA_STEP_SOCKETS
  fi
  # What the program may do, one flag a line: a path may have spaces in it.
  rights=$(deno run -A --no-prompt --cached-only start.ts "$@" --print)
  IFS='
'
  set -f
  # shellcheck disable=SC2086
  exec deno run $rights --cached-only "$@"
  ;;
esac
exec deno run -A --no-prompt --cached-only "$@"
