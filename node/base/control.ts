// What daemon and command say to each other over the daemon's socket; `shoal status --json` prints ClusterStatus as it is.

/** One peer as `shoal status` shows it. */
export interface PeerStatus {
  readonly name: string
  readonly peerId: string
  readonly address: string
  /** Base address of its API; empty for a witness, which serves none. */
  readonly apiServer: string
  /** Of the daemon, in the PID namespace of who asks; undefined where it cannot be known. From the daemon itself: in its own. */
  readonly pid?: number
  /** Of the machine's first process, where `shoal up` made the machine. */
  readonly machinePid?: number
  readonly role: 'leader' | 'voter' | 'learner' | 'mirror' | 'witness'
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
  /** Log entries that it is known to lack; undefined where nobody knows. */
  readonly lag?: number
  /** Container runtime and version. */
  readonly runtime: string
  readonly rootless: boolean
  /** What keeps it from doing its part, as far as the asked peer knows; undefined when nothing does. */
  readonly trouble?: string
}

export interface ClusterStatus {
  readonly cluster: string
  /** 1 until the cluster is recovered without a majority. */
  readonly incarnation: number
  readonly term: number
  /** Name of the leader; empty when none is known. */
  readonly leader: string
  readonly revision: number
  /** What all peers know and may use; 0 until the first level was agreed. */
  readonly featureLevel: number
  /** The peer that answers was removed from the cluster; everything else is as it was when that happened. */
  readonly removed: boolean
  /** Where the API answers whichever peers live, `https://` and a load balancer address; absent without an address pool. */
  readonly sharedApi?: string
  readonly peers: readonly PeerStatus[]
  readonly works: readonly { readonly work: string; readonly peer: string; readonly epoch: number }[]
}

/** How a daemon stands before and after it belongs to a cluster. */
export interface DaemonState {
  readonly state: 'fresh' | 'joining' | 'member' | 'left'
  readonly name: string
  /** In the daemon's own PID namespace. */
  readonly pid: number
}

/** An invitation as `shoal token list` shows it; the secret is shown once, when it is made. */
export interface InvitationSummary {
  readonly id: string
  readonly expires: string
  readonly usesLeft: number
  readonly role: 'peer' | 'witness'
}

/** How far one survivor is, in a recovery's preview. */
export interface SurvivorView {
  readonly name: string
  readonly role: PeerStatus['role']
  readonly term: number
  /** Its newest log entry, and the last that it knows to be agreed. */
  readonly lastIndex: number
  readonly agreedIndex: number
  /** When the newest entry was written, RFC 3339, and how long ago that is. */
  readonly newest: string
  readonly ageMs: number
}

/** What `shoal recover --alone` would do, and give up. */
export interface RecoveryPreview {
  /** The present one. */
  readonly incarnation: number
  /** The peer whose copy goes on. */
  readonly chosen: string
  readonly survivors: readonly SurvivorView[]
  readonly missing: readonly { readonly name: string; readonly voter: boolean }[]
  /** Nobody who is left can open the keys that the cluster signs by: no new peers, certificates or tokens afterwards. */
  readonly keysLost: boolean
  /** Missing peers that can open them: one of their data directories, brought back, saves the keys. */
  readonly keyHolders: readonly string[]
  /** Witnesses that hold newer entries, which are lost. */
  readonly ahead: readonly string[]
}

/** What `shoal doctor` found. */
export interface DoctorReport {
  /** The worst first; empty when nothing is wrong. */
  readonly findings: readonly { readonly level: 'broken' | 'warning'; readonly text: string }[]
  /** Who sees whom, by name. */
  readonly views: readonly { readonly name: string; readonly answers: boolean; readonly sees: readonly string[]; readonly misses: readonly string[] }[]
}

/** A claim and where its data lies, as `shoal volume list` shows it. */
export interface VolumeSummary {
  /** `namespace/name`. */
  readonly claim: string
  readonly uid: string
  readonly phase: string
  /** Empty while the claim is not bound. */
  readonly volume: string
  readonly size: string
  readonly storageClass: string
  readonly reclaimPolicy: string
  readonly age: string
  /** The one peer that has the data; empty when it is not tied to one. */
  readonly peer: string
  readonly peerState: 'alive' | 'gone' | 'removed' | 'any'
  readonly pods: readonly { readonly name: string; readonly node: string }[]
}
