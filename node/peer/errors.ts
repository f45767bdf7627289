// Errors of the peer zone: no agreement, joining that fails, and a data directory that is not what it should be.
// A damaged log or state has its errors in the store zone.
import type { NoAgreement } from '../base/agreed-state.ts'
import { defineError } from '../base/errors.ts'

const agreementText: { readonly [reason in NoAgreement]: string } = {
  noMajority: 'the cluster has no majority of its voters in reach, so it cannot accept writes',
  overloaded: 'too many writes are under way',
  diskFull: "this peer's disk is full, so nothing can be written through it",
  maybe: 'no answer in time; the write may still happen',
  stopped: 'this peer is stopping',
  removed: 'this peer was removed from the cluster; to come back it has to be stopped, its data directory removed, and to join again',
}

export const noAgreement = defineError<{ readonly reason: NoAgreement }>({
  code: 'SHOAL_NO_AGREEMENT',
  message: ({ reason }) => agreementText[reason],
  remedy: 'See `shoal status` for the peers that are missing or whose disk is full. Reads, logs and running Pods go on; write again when a majority is back, or through another peer.',
})

export const dataDirectoryEmpty = defineError<{ readonly directory: string }>({
  code: 'SHOAL_NOT_A_PEER',
  message: ({ directory }) => `${directory} holds no peer`,
  remedy: 'Start a cluster with `shoal init` or join one with `shoal join <invitation>`.',
  exitStatus: 2,
})

export const dataDirectoryTaken = defineError<{ readonly directory: string; readonly name: string }>({
  code: 'SHOAL_ALREADY_A_PEER',
  message: ({ directory, name }) => `${directory} already holds peer ${name}`,
  remedy: 'Start it with `shoal run`, choose another --data-dir, or remove the directory if the peer is to be forgotten.',
  exitStatus: 2,
})

export const clusterFileDamaged = defineError<{ readonly path: string }>({
  code: 'SHOAL_CLUSTER_FILE_DAMAGED',
  message: ({ path }) => `${path} cannot be read`,
  remedy: 'Restore the file from a copy, or remove the data directory and join again under a new identity.',
})

export const joinUnreachable = defineError<{ readonly tried: readonly string[] }>({
  code: 'SHOAL_JOIN_UNREACHABLE',
  message: ({ tried }) => `no peer answered at ${tried.join(', ')}`,
  remedy: 'Check that one of these peers runs and that TCP port 7447 is open between the machines, or make a new invitation.',
})

export const joinClockWrong = defineError<{ readonly ownTime: string; readonly theirTime: string }>({
  code: 'SHOAL_CLOCK_WRONG',
  message: ({ ownTime, theirTime }) => `the clocks disagree: here it is ${ownTime}, at the cluster's peer ${theirTime}`,
  remedy: 'Set the clock of the machine that is wrong (for example with `timedatectl set-ntp true`) and join again.',
})

export const joinWrongCluster = defineError<{ readonly address: string }>({
  code: 'SHOAL_JOIN_WRONG_CLUSTER',
  message: ({ address }) => `the peer at ${address} does not belong to the cluster that the invitation names`,
  remedy: 'Make a new invitation on a peer of the cluster that is wanted; if the address is right, somebody else may be answering there.',
})

export const joinNameTaken = defineError<{ readonly name: string }>({
  code: 'SHOAL_NAME_TAKEN',
  message: ({ name }) => `the cluster already has a peer named ${name}`,
  remedy: 'Choose another name with --name, or remove the old peer first with `shoal peer remove`.',
  exitStatus: 2,
})

export const joinRefused = defineError<{ readonly why: string }>({
  code: 'SHOAL_JOIN_REFUSED',
  message: ({ why }) => `the cluster refused this machine: ${why}`,
  remedy: 'Follow the reason; if it does not help, make a new invitation with `shoal token create`.',
})

export const oldPeerUnknown = defineError<{ readonly peer: string }>({
  code: 'SHOAL_OLD_PEER_UNKNOWN',
  message: ({ peer }) => `the id ${peer} is no member of the cluster, so nothing can join anew in its place`,
  remedy: 'The peer was removed meanwhile: remove its data directory and join with `shoal join <invitation>`.',
})

export const joinsAnew = defineError<{ readonly peer: string }>({
  code: 'SHOAL_JOINS_ANEW',
  message: ({ peer }) => `this peer lost its log, and the cluster has a new id in the place of ${peer}`,
  remedy: 'Nothing to do: the supervisor starts the daemon again, and it takes the new id.',
})

export const stateDiverged = defineError<{ readonly index: number }>({
  code: 'SHOAL_STATE_DIVERGED',
  message: ({ index }) => `this peer's state differed from that of most others at entry ${index}`,
  remedy: 'It drops the state and fetches it from the others at its next start, which follows by itself. If it happens again, check memory and disk of this machine.',
})

export const featureLevelUnknown = defineError<{ readonly agreed: number; readonly known: number }>({
  code: 'SHOAL_FEATURE_LEVEL_UNKNOWN',
  message: ({ agreed, known }) => `the cluster agreed on feature level ${agreed}, and this version of shoal knows levels up to ${known}`,
  remedy: 'Install the version of shoal that the other peers run; levels never fall.',
  exitStatus: 2,
})

export const noSigner = defineError<{ readonly asked: number }>({
  code: 'SHOAL_NO_SIGNER',
  message: ({ asked }) => `none of the ${asked} peers that hold the cluster's keys signed`,
  remedy: 'The keys are with the voters: see `shoal status` for those that are missing, and try again when one is back.',
})

export const peerUnknown = defineError<{ readonly name: string }>({
  code: 'SHOAL_PEER_UNKNOWN',
  message: ({ name }) => `the cluster has no peer named ${name}`,
  remedy: 'See `shoal status` for the names.',
  exitStatus: 2,
})

export const lastPeer = defineError<{ readonly name: string }>({
  code: 'SHOAL_LAST_PEER',
  message: ({ name }) => `${name} is the last peer of its cluster`,
  remedy: 'Stop it and remove its data directory to end the cluster.',
  exitStatus: 2,
})

export const listenFailed = defineError<{ readonly addresses: readonly string[] }>({
  code: 'SHOAL_LISTEN_FAILED',
  message: ({ addresses }) => `cannot listen on ${addresses.join(', ')}`,
  remedy: 'Another program uses the port, or the address is not of this machine: see `ss -ltnp`, or choose another with --listen.',
})

/** A peer that is alone cannot fetch what its disk lost. */
export const onlyLogDamaged = defineError<{ readonly directory: string; readonly found: string }>({
  code: 'SHOAL_ONLY_LOG_DAMAGED',
  message: ({ directory, found }) => `the log in ${directory} is damaged, and no other peer has a copy: ${found}`,
  remedy:
    'Restore the data directory from a copy if there is one. To go on without what lies behind the damage, remove the file `problem` in that folder ' +
    'and start again: writes that were acknowledged may be missing then. The damaged files stay beside it with the ending `.damaged`.',
})

/** The state of a peer that is alone cannot be fetched either. */
export const onlyStateDamaged = defineError<{ readonly directory: string; readonly found: string }>({
  code: 'SHOAL_ONLY_STATE_DAMAGED',
  message: ({ directory, found }) => `the state in ${directory} is damaged, and no other peer has a copy: ${found}`,
  remedy: 'Restore the data directory from a copy and check the disk. Without a copy the cluster is lost: begin a new one with `shoal init` on another --data-dir.',
})

export const peerThreadFailed = defineError<{ readonly why: string }>({
  code: 'SHOAL_PEER_THREAD_FAILED',
  message: ({ why }) => `the peer thread ended: ${why}`,
  remedy: 'The supervisor starts the daemon again; if it repeats, the log above says why.',
})

export const recoveryImpossible = defineError<{ readonly why: string }>({
  code: 'SHOAL_RECOVERY_IMPOSSIBLE',
  message: ({ why }) => `this peer cannot recover the cluster alone: ${why}`,
  remedy: 'See `shoal doctor` for who holds what, and recover on another survivor, or bring lost machines back.',
})

export const recoveryNotNeeded = defineError<{ readonly reachable: readonly string[] }>({
  code: 'SHOAL_RECOVERY_NOT_NEEDED',
  message: ({ reachable }) => `a majority of the voters is there (${reachable.join(', ')}), so nothing has to be given up`,
  remedy: 'Wait until they agree, and see `shoal doctor` for what keeps them from it.',
})

export const incarnationLeft = defineError<{ readonly incarnation: number; readonly by: string }>({
  code: 'SHOAL_INCARNATION_LEFT',
  message: ({ incarnation, by }) => `the cluster was recovered without this peer; it takes incarnation ${incarnation} from ${by}`,
  remedy: 'Nothing to do: the supervisor starts the daemon again, and it fetches the state. What it held before stays beside it in the data directory.',
})

export const noNewerIncarnation = defineError<{ readonly name: string }>({
  code: 'SHOAL_NO_NEWER_INCARNATION',
  message: ({ name }) => `${name} has not met a newer incarnation of its cluster`,
  remedy: 'There is nothing to take; see `shoal status` and `shoal doctor`.',
})
