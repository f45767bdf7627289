// A fault is one thing that goes wrong in a run: when, to whom, and for how long. A run's faults are a list that is drawn
// before it begins, so that a failing list can be made shorter one fault at a time and still be replayed.
// Each ends by itself; nothing here strikes, the nemesis does.
import type { SimUs } from '../world.ts'

/** Whom a fault meets: whoever leads at that moment, or the peer of this number, or the next one that is there. */
export interface Victim {
  readonly leader: boolean
  readonly peer: number
}

/** Where a peer may die in the middle of a turn: around every boundary between what is said, what is saved and what is applied. */
export type CrashPoint =
  /** What may leave at once has not left, nothing is written. */
  | 'before sending'
  /** What may leave at once has left, nothing is written. */
  | 'between sending and saving'
  /** Written and not synced: any part of it survives. */
  | 'in the save'
  /** Synced, and nobody has heard of it. */
  | 'after the save'
  /** Of what waited for the save, one message has left. */
  | 'between the messages after a save'
  /** Entries are committed and not applied. */
  | 'before applying'
  /** Entries are applied, and the engine has not heard of it. */
  | 'after applying'
  /** The state is being written beside the log. */
  | 'in the snapshot'
  /** The state is on disk, and the log was not cut. */
  | 'after the snapshot'
  /** A fetched state has arrived and is not on disk. */
  | 'before installing a state'
  /** A fetched state is on disk, and the log does not know of it. */
  | 'after installing a state'

export const crashPoints: readonly CrashPoint[] = [
  'before sending', 'between sending and saving', 'in the save', 'after the save', 'between the messages after a save',
  'before applying', 'after applying', 'in the snapshot', 'after the snapshot', 'before installing a state', 'after installing a state',
]

/** What goes wrong. Times are virtual; `forUs` is how long it lasts, `downUs` how long a dead peer stays away. */
export type FaultKind =
  | { readonly kind: 'crash'; readonly victim: Victim; readonly downUs: SimUs }
  | { readonly kind: 'crash all'; readonly downUs: readonly SimUs[] }
  /** The next time that the victim gets to this point it dies, or everybody does. */
  | { readonly kind: 'ambush'; readonly victim: Victim; readonly point: CrashPoint; readonly everybody: boolean; readonly downUs: SimUs }
  /** Stands still, as a stopped process or a paused virtual machine does. */
  | { readonly kind: 'pause'; readonly victim: Victim; readonly forUs: SimUs }
  /** Cuts the victim, or one side by chance, off the others. */
  | { readonly kind: 'partition'; readonly victim: Victim; readonly side: readonly boolean[] | undefined; readonly forUs: SimUs }
  /** Two who cannot hear each other while everybody else hears both (P15). */
  | { readonly kind: 'cut pair'; readonly a: number; readonly b: number; readonly forUs: SimUs }
  | { readonly kind: 'one way'; readonly peer: number; readonly other: number; readonly way: 'deaf' | 'mute' | 'path'; readonly forUs: SimUs }
  /** Clogs the paths of some one after the other and lets them go in another order (FoundationDB's swizzle-clogging). */
  | { readonly kind: 'swizzle'; readonly clogs: readonly { readonly peer: number; readonly afterUs: SimUs; readonly forUs: SimUs }[] }
  /** For a while more is lost, doubled and late. */
  | { readonly kind: 'noise'; readonly loss: number; readonly duplication: number; readonly meanLatencyUs: SimUs; readonly forUs: SimUs }
  /** Long standstills and late answers of machines that are cut off afterwards: what leases must withstand. */
  | { readonly kind: 'stupor'; readonly way: 'alone' | 'together' | 'late'; readonly victim: Victim; readonly partner: number; readonly forUs: SimUs }
  /** The main thread is silent: neither lease nor works are renewed. */
  | { readonly kind: 'unhealthy'; readonly victim: Victim; readonly forUs: SimUs }
  /** A clean stop, and a start some time later. */
  | { readonly kind: 'stop'; readonly peer: number; readonly downUs: SimUs }
  /** The wall clock jumps. */
  | { readonly kind: 'clock jump'; readonly peer: number; readonly byMs: number }
  /** The boot-time clock runs at another rate. */
  | { readonly kind: 'drift'; readonly peer: number; readonly rate: number; readonly forUs: SimUs }
  /** The next sync fails, which is fatal (P3): the process ends, and of what was not synced any part is there. */
  | { readonly kind: 'failed sync'; readonly victim: Victim; readonly downUs: SimUs }
  /** Nothing can be saved until there is room again; what is written waits, in order. */
  | { readonly kind: 'full disk'; readonly victim: Victim; readonly forUs: SimUs }
  | { readonly kind: 'slow disk'; readonly victim: Victim; readonly factor: number; readonly forUs: SimUs }
  /** A flipped bit or a bad sector: from this share of the log on, nothing can be read (P4). Found at the next start. */
  | { readonly kind: 'damaged log'; readonly peer: number; readonly keep: number; readonly downUs: SimUs }
  /** The files of the log are gone, those of the state are not (P6). */
  | { readonly kind: 'lost log'; readonly peer: number; readonly downUs: SimUs }
  /** The files of the state are gone or damaged, those of the log are not. */
  | { readonly kind: 'lost state'; readonly peer: number; readonly downUs: SimUs }
  /** Gone for good and removed from the agreed state; with `leave` it says so before it goes. */
  | { readonly kind: 'remove'; readonly peer: number; readonly leave: boolean }
  /** The disk is wiped: the machine comes back as another peer. */
  | { readonly kind: 'wipe'; readonly peer: number }
  /** A new machine joins. */
  | { readonly kind: 'join' }

export type Fault = FaultKind & {
  /** Since the faults began. */
  readonly atUs: SimUs
}

/** One fault in words. */
export function describeFault(fault: Fault): string {
  const { kind, atUs, ...rest } = fault
  const words = Object.entries(rest).map(([name, value]) => describeField(name, value)).filter((word) => word !== '')
  return `${(atUs / 1e6).toFixed(3)} s: ${kind}${words.length > 0 ? ` (${words.join(', ')})` : ''}`
}

function describeField(name: string, value: unknown): string {
  if (value === undefined || value === false) return ''
  if (name === 'victim') return isLeader(value) ? 'the leader' : describePeer(value)
  if (typeof value === 'number' && name.endsWith('Us')) return `${name.slice(0, -2)} ${(value / 1e6).toFixed(2)} s`
  if (name === 'peer' || name === 'other' || name === 'partner' || name === 'a' || name === 'b') return `p${String(value)}`
  if (value === true) return name
  if (name === 'side' && Array.isArray(value)) return `apart: ${value.map((inside, peer) => (inside === true ? `p${peer}` : '')).filter((word) => word !== '').join(' ')}`
  return `${name} ${typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)}`
}

function isLeader(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'leader' in value && value.leader === true
}

function describePeer(value: unknown): string {
  return typeof value === 'object' && value !== null && 'peer' in value ? `p${String(value.peer)}` : ''
}
