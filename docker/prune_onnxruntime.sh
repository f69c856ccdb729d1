#!/bin/sh
# Removes the libraries of other platforms from onnxruntime-node: prune_onnxruntime.sh DENO_DIR
set -eu
case "$(uname -m)" in
  x86_64) keep=x64 ;;
  aarch64) keep=arm64 ;;
  *) echo "Cannot prune: onnxruntime-node has no library for \"$(uname -m)\"" >&2 && exit 1 ;;
esac
found=no
for bin in "$1"/npm/*/onnxruntime-node/*/bin/napi-v*; do
  [ -d "$bin/linux/$keep" ] || continue
  found=yes
  for other in "$bin"/* "$bin"/linux/*; do
    case "$other" in
      "$bin/linux" | "$bin/linux/$keep") ;;
      *) rm -rf "$other" ;;
    esac
  done
done
[ "$found" = yes ] || { echo "Cannot prune: no onnxruntime-node for linux/$keep below $1" >&2; exit 1; }
