#!/bin/bash
# Makes a base image from Debian's packages and npm alone, for machines that reach no image registry. It has what the
# public Node image has: Debian bookworm with Node and npm under /usr/local. Run as root:
#   node/cli/container/debian-base.sh shoal-base && docker-compose build --build-arg BASE=shoal-base
# The machine's own certificate authorities go along, since a proxy of this network may need them during the build.
set -euo pipefail
name=${1:?usage: debian-base.sh NAME}
project=$(cd "$(dirname "$(readlink -f "$0")")/../../.." && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" "$mirror" > "$work/log" || { tail -n 20 "$work/log" >&2; exit 1; }
rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale}/*
cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
node=$(echo "$project"/node_modules/node-linux-*/bin/node)
cp "$node" "$work/root/usr/local/bin/node"
mkdir -p "$work/npm" "$work/root/usr/local/lib/node_modules"
PATH=$(dirname "$node"):$PATH npm install --prefix "$work/npm" --no-save --no-audit --no-fund --loglevel=error npm@11 >&2
cp -a "$work/npm/node_modules/npm" "$work/root/usr/local/lib/node_modules/"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
tar -C "$work/root" --numeric-owner -c . |
  docker import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' -c 'CMD ["bash"]' - "$name" >&2
