#!/bin/sh
# Starts one program of the image: server.ts (the default), worker.ts, or cli.ts with its words.
set -eu
: "${DATABASE_URL:?Cannot start: DATABASE_URL is not set; this image has no PostgreSQL of its own}"
# As "deno task start" and "deno task worker", without a process between the signal and the program. The server needs no
# large space for young objects, which is a fifth of its memory.
if [ "${1:-}" = server.ts ]; then
  exec deno run -A --no-prompt --cached-only --v8-flags=--max-semi-space-size=8 "$@"
fi
exec deno run -A --no-prompt --cached-only "$@"
