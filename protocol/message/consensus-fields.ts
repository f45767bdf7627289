// Consensus messages as lists of fields, and back. The order of `kinds` and of each message's fields is the wire format:
// new ones are added at the end.
import { bytes, count, flag, named, word } from './fields.ts'
import { packEntries, readEntries, readPeers } from './entry-fields.ts'
import { maxTransactionBytes } from './limits.ts'
import { unreachable } from '../base/assert.ts'
import type { ConsensusMessage } from './consensus.ts'
import type { ProposalId } from './transaction.ts'

const kinds = [
  'preVote',
  'vote',
  'preVoteReply',
  'voteReply',
  'append',
  'appendReply',
  'needSnapshot',
  'timeoutNow',
  'propose',
  'proposed',
  'read',
  'readReply',
] as const
const proposedOutcomes = ['committed', 'notLeader', 'overloaded'] as const
const readOutcomes = ['confirmed', 'notLeader'] as const

/** A message of consensus as the list that goes into a frame; its kind comes first. */
export function packConsensus(m: ConsensusMessage): unknown[] {
  const kind = kinds.indexOf(m.kind)
  switch (m.kind) {
    case 'preVote':
    case 'vote':
      return [kind, m.term, m.lastIndex, m.lastTerm, m.transfer]
    case 'preVoteReply':
    case 'voteReply':
      return [kind, m.term, m.granted]
    case 'append':
      return [kind, m.term, m.previousIndex, m.previousTerm, packEntries(m.entries), m.commit, m.round]
    case 'appendReply':
      return [kind, m.term, m.accepted, m.match, m.matchTerm, m.round]
    case 'needSnapshot':
      return [kind, m.term, m.index, m.from]
    case 'timeoutNow':
      return [kind, m.term]
    case 'propose':
      return [kind, m.proposal.peer, m.proposal.counter, m.command]
    case 'proposed':
      return [kind, m.proposal.peer, m.proposal.counter, proposedOutcomes.indexOf(m.outcome), m.index, packEntries(m.entries)]
    case 'read':
      return [kind, m.context, m.applied]
    case 'readReply':
      return [kind, m.context, readOutcomes.indexOf(m.outcome), m.index, packEntries(m.entries)]
    default:
      return unreachable(m, 'consensus message')
  }
}

function readProposal(f: readonly unknown[]): ProposalId {
  return { peer: named(f[1]), counter: count(f[2], 'proposal counter') }
}

/** Throws MessageError for what is no message of consensus. */
export function readConsensus(f: readonly unknown[]): ConsensusMessage {
  const kind = word(f[0], 'consensus kind', kinds)
  switch (kind) {
    case 'preVote':
    case 'vote': {
      const lastIndex = count(f[2], 'last index')
      return { kind, term: count(f[1], 'term'), lastIndex, lastTerm: count(f[3], 'last term'), transfer: flag(f[4], 'transfer') }
    }
    case 'preVoteReply':
    case 'voteReply':
      return { kind, term: count(f[1], 'term'), granted: flag(f[2], 'granted') }
    case 'append':
      return readAppend(f)
    case 'appendReply':
      return {
        kind,
        term: count(f[1], 'term'),
        accepted: flag(f[2], 'accepted'),
        match: count(f[3], 'match'),
        matchTerm: count(f[4], 'match term'),
        round: count(f[5], 'round'),
      }
    case 'needSnapshot':
      return { kind, term: count(f[1], 'term'), index: count(f[2], 'index'), from: readPeers(f[3], 'from') }
    case 'timeoutNow':
      return { kind, term: count(f[1], 'term') }
    case 'propose':
      return { kind, proposal: readProposal(f), command: bytes(f[3], 'command', maxTransactionBytes) }
    case 'proposed': {
      const outcome = word(f[3], 'outcome', proposedOutcomes)
      return { kind, proposal: readProposal(f), outcome, index: count(f[4], 'index'), entries: readEntries(f[5]) }
    }
    case 'read':
      return { kind, context: count(f[1], 'context'), applied: count(f[2], 'applied') }
    case 'readReply': {
      const outcome = word(f[2], 'outcome', readOutcomes)
      return { kind, context: count(f[1], 'context'), outcome, index: count(f[3], 'index'), entries: readEntries(f[4]) }
    }
    default:
      return unreachable(kind, 'consensus kind')
  }
}

function readAppend(f: readonly unknown[]): ConsensusMessage {
  return {
    kind: 'append',
    term: count(f[1], 'term'),
    previousIndex: count(f[2], 'previous index'),
    previousTerm: count(f[3], 'previous term'),
    entries: readEntries(f[4]),
    commit: count(f[5], 'commit'),
    round: count(f[6], 'round'),
  }
}
