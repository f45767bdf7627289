#!/bin/bash
# npm run test:compose: installs Debian's Docker, docker-compose and debootstrap where they are missing, and runs the tests of clusters
# in compose. They use the Docker daemon that answers, or one of their own that leaves nothing behind. Root only.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "test:compose needs root: it starts a Docker daemon and makes a base image" >&2; exit 2; }
missing=
for pair in dockerd:docker.io docker-compose:docker-compose debootstrap:debootstrap iptables:iptables; do
  command -v "${pair%%:*}" > /dev/null || missing="$missing ${pair##*:}"
done
if [ -n "$missing" ]; then
  echo "installing$missing (apt-get install)"
  apt-get update -qq > /dev/null
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
fi
exec test/run.sh compose
