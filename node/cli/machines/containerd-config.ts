// The configuration of a machine's own containerd. Pure text. Several containerds on one kernel must not share sockets,
// state or cgroups, so everything is named; where the daemon may not lower oom scores or has no cgroups, it says so.

export interface ContainerdOptions {
  readonly cniPlugins: string
  readonly rootless: boolean
  /** Cgroup under which this machine's Pods live, as root. */
  readonly cgroup: string
  readonly runc: string
}

/** Sandbox image that every machine gets before its first Pod. */
export const pauseImage = 'registry.k8s.io/pause:3.6'

/** Text of a machine's containerd configuration; paths are those inside the machine. */
export function containerdConfig(options: ContainerdOptions): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "/run/containerd/containerd.sock"
[ttrpc]
  address = "/run/containerd/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_cgroup = ${options.rootless}
  disable_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "${options.runc}"
        Root = "/run/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${options.cniPlugins}"
    conf_dir = "/var/lib/shoal/cni"
`
}
