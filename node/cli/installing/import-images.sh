#!/bin/sh
# Gives the images that came with Shoal to its container runtime, once each. Pods' sandboxes start from the first of them, so
# a machine without a registry can start Pods. Run by shoal-containerd.service when the runtime answers.
set -eu
runtime() { ctr --address "${SHOAL_CRI_ENDPOINT:-/run/shoal-containerd/containerd.sock}" -n k8s.io images "$@"; }
marks=${SHOAL_IMAGE_MARKS:-/var/lib/shoal-containerd/imported}
mkdir -p "$marks"
for archive in "$(dirname "$(readlink -f "$0")")"/../../../images/*.tar; do
  [ -e "$archive" ] || continue
  mark=$marks/$(basename "$archive").$(stat -c %s-%Y "$archive")
  [ -e "$mark" ] && continue
  runtime import "$archive" > /dev/null
  : > "$mark"
done
