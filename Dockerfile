# A peer in a container: the same daemon, with a containerd of its own for real Pods inside. docs/compose.md tells how the
# peers find each other. The base needs Debian bookworm's packages, Node 24 and npm; where no image registry is in reach,
# node/cli/container/debian-base.sh makes such a base, to be named by --build-arg BASE=...
ARG BASE=node:24-bookworm-slim
FROM ${BASE} AS packages
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates containerd runc containernetworking-plugins nftables iproute2 socat conntrack busybox-static procps \
 && mkdir -p /opt/shoal/packages && cd /opt/shoal/packages && apt-get download busybox-static && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/shoal
COPY package.json package-lock.json ./
# The base has Node: the pinned one of the packages would be a second.
RUN npm install --no-save --omit=dev --no-audit --no-fund --loglevel=error && rm -rf node_modules/node-linux-* /root/.npm
FROM packages
COPY shoal ./
COPY docs/examples docs/examples
COPY protocol protocol
COPY sim sim
COPY node node
# The image of Pods' sandboxes comes along, and what Node makes of the sources: a peer starts without a registry, and sooner.
# The files of the threads refuse to run outside of one, once they have been compiled.
RUN ln -s /opt/shoal/shoal /usr/local/bin/shoal && shoal pause-image /opt/shoal/pause.tar --packages /opt/shoal/packages \
 && NODE_OPTIONS="--max-semi-space-size=4 " NODE_COMPILE_CACHE=/opt/shoal/.cache/compile node --disable-warning=ExperimentalWarning --input-type=module -e \
    "await import('/opt/shoal/node/daemon.ts'); for (const thread of ['peer/worker.ts', 'store/log/log-writer.ts']) await import('/opt/shoal/node/' + thread).catch((error) => { if (!error.message.includes('is missing')) throw error }); process.exit()"
EXPOSE 6443 7447 10250
ENTRYPOINT ["/opt/shoal/node/cli/container/entrypoint.sh"]
