#!/bin/sh
# Healthy is what /health says: 200, or 503 when something that is required does not answer.
set -eu
exec deno eval --no-config "
  const answer = await fetch('http://127.0.0.1:${AURORA_PORT:-8081}/health');
  Deno.exit(answer.ok ? 0 : 1);
"
