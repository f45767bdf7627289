// What can go wrong when the daemon is put together, before or beside its zones.
import { defineError } from '../base/errors.ts'

export const otherPeerFailed = defineError<{ peer: string; reason: string }>({
  code: 'SHOAL_OTHER_PEER_FAILED',
  message: ({ peer, reason }) => `${peer} did not answer: ${reason}`,
  remedy: 'See `shoal status` for whether it is alive; its log names the cause otherwise.',
})

export const notAMember = defineError<{ name: string }>({
  code: 'SHOAL_NOT_A_MEMBER',
  message: ({ name }) => `${name} does not belong to a cluster yet`,
  remedy: 'Make one with `shoal init`, or join one with `shoal join <invitation>`.',
})

export const alreadyMember = defineError<{ name: string }>({
  code: 'SHOAL_ALREADY_A_MEMBER',
  message: ({ name }) => `${name} belongs to a cluster already`,
  remedy: 'To make it a new peer, let it leave (`shoal leave`) and start it on an empty data directory.',
})

export const dataDirectoryInUse = defineError<{ directory: string }>({
  code: 'SHOAL_DATA_DIRECTORY_IN_USE',
  message: ({ directory }) => `another daemon runs with the data directory ${directory}`,
  remedy: 'Stop that one first (`systemctl stop shoal`), or name another folder with --data-dir.',
})

export const noAddress = defineError<Record<string, never>>({
  code: 'SHOAL_NO_ADDRESS',
  message: () => 'this machine has no IPv4 address that others could reach',
  remedy: 'Bring an interface up, or name an address with --address.',
})

export const unknownPeer = defineError<{ name: string }>({
  code: 'SHOAL_UNKNOWN_PEER',
  message: ({ name }) => `there is no peer ${name} in this cluster`,
  remedy: 'See `shoal status` for the names.',
})

export const meetingOtherCluster = defineError<{ directory: string; own: string; place: string; other: string }>({
  code: 'SHOAL_MEETING_OTHER_CLUSTER',
  message: ({ directory, own, place, other }) => `${directory} belongs to a peer of cluster ${own}, but the meeting place ${place} is that of cluster ${other}`,
  remedy: 'Nothing was changed. Start it with the meeting place of its own cluster, or with an empty data directory to join this one as a new peer.',
  exitStatus: 78,
})

export const witnessOnly = defineError<{ name: string }>({
  code: 'SHOAL_WITNESS_ONLY',
  message: ({ name }) => `${name} is a witness: it votes, and holds no state to serve this from`,
  remedy: 'Ask another peer; `shoal status` names them.',
})

export const secretUnreadable = defineError<{ readonly key: string; readonly why: string }>({
  code: 'SHOAL_SECRET_UNREADABLE',
  message: ({ key, why }) => `${key} cannot be encrypted or decrypted: ${why}`,
  remedy: 'A peer that has just joined gets the key with the state: try again in a moment. Otherwise write the Secret anew.',
})

export const noSuchClaim = defineError<{ claim: string }>({
  code: 'SHOAL_NO_SUCH_CLAIM',
  message: ({ claim }) => `there is no claim ${claim}`,
  remedy: 'Write it as <namespace>/<claim>; `shoal volume list` shows them.',
})

export const noLocalVolume = defineError<{ claim: string }>({
  code: 'SHOAL_NO_LOCAL_VOLUME',
  message: ({ claim }) => `the claim ${claim} has no volume that lies on one peer alone: there is nothing to give up`,
  remedy: 'See `kubectl describe pvc` for what it waits for.',
})

export const peerHoldsVolumes = defineError<{ peer: string; claims: readonly string[] }>({
  code: 'SHOAL_PEER_HOLDS_VOLUMES',
  message: ({ peer, claims }) => `${peer} has data that no other peer has: the volumes of ${claims.join(', ')}`,
  remedy: 'Nothing was changed. Copy the data first, or delete these claims; then add --force to leave all the same: what is left stays on its disk, out of reach of all Pods.',
})

export const volumePeerLives = defineError<{ claim: string; peer: string }>({
  code: 'SHOAL_VOLUME_PEER_LIVES',
  message: ({ claim, peer }) => `the volume of ${claim} lies on ${peer}, which is alive: its data is there`,
  remedy: 'Nothing was changed. Copy the data first; then add --force to give it up all the same.',
})
