# A peer in a container: the same daemon, with a containerd of its own for real Pods inside.
# The base needs Debian's packages and nothing else; Node comes with the project's own packages.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends bash ca-certificates npm containerd runc containernetworking-plugins nftables iproute2 socat conntrack busybox-static procps \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/shoal
COPY package.json package-lock.json shoal ./
COPY docs/examples docs/examples
COPY node node
COPY protocol protocol
COPY sim sim
RUN ./shoal prepare && ln -s /opt/shoal/shoal /usr/local/bin/shoal
VOLUME /var/lib/shoal /var/lib/containerd
EXPOSE 6443 7447 10250
ENTRYPOINT ["/opt/shoal/node/cli/container/entrypoint.sh"]
