// The configuration of a machine's own containerd. Pure text. Several containerds on one kernel must not share sockets,
// state or cgroups, so everything is named; where the daemon may not lower oom scores or has no cgroups, it says so.
import { pauseRecipe } from './images.ts'

export interface ContainerdOptions {
  readonly cniPlugins: string
  readonly rootless: boolean
  /** Nothing of other peers is on this machine, so nothing of it is held back. */
  readonly wholeMachine?: boolean
  /** Those of a machine unless told otherwise. */
  readonly folders?: ContainerdFolders
}

/** Where a containerd keeps and finds its things. */
export interface ContainerdFolders {
  readonly root: string
  readonly state: string
  /** The socket of its interfaces. */
  readonly socket: string
  readonly runcState: string
  /** Network configurations. */
  readonly cniConfigurations: string
}

const machineFolders: ContainerdFolders = {
  root: '/var/lib/containerd',
  state: '/run/containerd',
  socket: '/run/containerd/containerd.sock',
  runcState: '/run/runc',
  cniConfigurations: '/var/lib/shoal/cni',
}

/** Text of a machine's containerd configuration; paths are those inside the machine. */
export function containerdConfig({ cniPlugins, rootless, wholeMachine = false, folders = machineFolders }: ContainerdOptions): string {
  return `version = 2
root = "${folders.root}"
state = "${folders.state}"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "${folders.socket}"
[ttrpc]
  address = "${folders.socket}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseRecipe.name}"
  restrict_oom_score_adj = true
  disable_apparmor = ${!wholeMachine}
  disable_cgroup = ${rootless}
  disable_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "runc"
        Root = "${folders.runcState}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${folders.cniConfigurations}"
`
}
