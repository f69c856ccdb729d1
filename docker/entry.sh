#!/bin/sh
# Starts one program of the image: server.ts (the default), worker.ts, or cli.ts with its words.
set -eu
: "${DATABASE_URL:?Cannot start: DATABASE_URL is not set; this image has no PostgreSQL of its own}"
# As "deno task start" and "deno task worker", without a process between the signal and the program.
exec deno run -A --no-prompt --cached-only "$@"
