// Options of the daemon as a whole. Options of a zone are declared in that zone's options.ts; here is what belongs to none.
import type { OptionSpec } from '../base/options.ts'

export const daemonOptions = {
  dataDirectory: {
    name: 'data-dir',
    type: 'string',
    default: '/var/lib/shoal',
    help: 'Where this peer keeps its identity, its log and its state. A new directory is a new peer; a copy of one must never run beside it.',
  },
  name: {
    name: 'name',
    type: 'string',
    default: '',
    help: "The Node's name: a label, not an identity. Empty takes the machine's host name.",
  },
  address: {
    name: 'address',
    type: 'string',
    default: '',
    help: 'The address under which other peers and clients reach this machine. Empty takes the address of the default route.',
  },
  meeting: {
    name: 'meeting',
    type: 'string',
    default: '',
    help: 'A folder that all peers share. The first to come founds the cluster, the others join, and all find each other there when their addresses have changed. Whoever can read it can join. Empty: nothing happens without `shoal init` or `shoal join`.',
  },
  kubeletPort: { name: 'kubelet-port', type: 'integer', default: 10250, unit: 'port', least: 1, most: 65535, help: 'Port of logs and exec, for other peers.' },
  logLevel: { name: 'log-level', type: 'string', default: 'info', help: 'Least severity that is logged: debug, info, warn, error or silent.' },
  rootless: { name: 'rootless', type: 'flag', default: false, help: 'This machine runs in a user namespace: no cgroup limits, and statistics summed from /proc.' },
  criEndpoint: {
    name: 'cri-endpoint',
    type: 'string',
    default: '/run/containerd/containerd.sock',
    help: 'Unix socket of the container runtime (CRI). Running containers outlive the daemon and are adopted when it comes back.',
  },
  cniDirectory: {
    name: 'cni-dir',
    type: 'string',
    default: '/etc/cni/net.d',
    help: "Where the container runtime looks for its network configuration (containerd's conf_dir); the Pod network is written there.",
  },
  cgroupRoot: {
    name: 'cgroup-root',
    type: 'string',
    default: '/kubepods',
    help: 'Cgroup under which Pods live. Several peers on one kernel need one each.',
  },
} as const satisfies { readonly [key: string]: OptionSpec }
