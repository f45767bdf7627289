// What peers say to each other, in words that a person can follow. What is said all the time and changes nothing (probes
// without news, heartbeats, lease requests) has no words, so that a timeline shows what happened and not that time went by.
import { unreachable } from '../protocol/base/assert.ts'
import type { ConsensusMessage } from '../protocol/message/consensus.ts'
import type { Entry } from '../protocol/message/entry.ts'
import type { Message } from '../protocol/message/message.ts'

/** A message on one line, or undefined when it is routine. */
export function describeMessage(message: Message): string | undefined {
  switch (message.zone) {
    case 'consensus':
      return describeConsensus(message.body)
    case 'membership': {
      const news = message.body.rumours.map(({ peer, state, incarnation, by }) => `${peer} ${state} (${incarnation}, by ${by})`)
      return news.length === 0 ? undefined : `${message.body.kind} with ${news.join(', ')}`
    }
    case 'ownership':
      return message.body.kind === 'leaseGrant' ? `grants lease ${message.body.sequence} of term ${message.body.term}` : undefined
    case 'spreading':
      switch (message.body.kind) {
        case 'fetch': return `asks for entries ${message.body.from} to ${message.body.to}`
        case 'fetched': return `brings ${range(message.body.entries)}, has ${message.body.firstKept} to ${message.body.commit}`
        case 'digest': return `is at ${message.body.applied}`
        default: return unreachable(message.body, 'spreading message')
      }
    default:
      return unreachable(message, 'message')
  }
}

function describeConsensus(message: ConsensusMessage): string | undefined {
  switch (message.kind) {
    case 'preVote':
    case 'vote':
      return `asks for a ${message.kind === 'vote' ? 'vote' : 'pre-vote'} in term ${message.term}, log to ${message.lastIndex} of ${message.lastTerm}`
    case 'preVoteReply':
    case 'voteReply':
      return `${message.granted ? 'grants' : 'refuses'} a ${message.kind === 'voteReply' ? 'vote' : 'pre-vote'} in term ${message.term}`
    case 'append':
      if (message.entries.length === 0) return undefined
      return `appends ${range(message.entries)} after ${message.previousIndex} of ${message.previousTerm}; commit ${message.commit}, term ${message.term}`
    case 'appendReply':
      return message.accepted ? undefined : `refuses an append, may agree to ${message.match} of ${message.matchTerm}; term ${message.term}`
    case 'needSnapshot': return `says that a state of ${message.index} is needed, from ${message.from.join(' or ')}`
    case 'timeoutNow': return `passes on its leadership of term ${message.term}`
    case 'propose': return `proposes ${message.proposal.peer}#${message.proposal.counter}`
    case 'proposed': return `${message.proposal.peer}#${message.proposal.counter} is ${message.outcome}${message.outcome === 'committed' ? ` at ${message.index}` : ''}`
    case 'read': return `asks to read (${message.context}), is at ${message.applied}`
    case 'readReply': return message.outcome === 'confirmed' ? `may read (${message.context}) at ${message.index}` : `may not read (${message.context}): ${message.outcome}`
    default: return unreachable(message, 'consensus message')
  }
}

function range(entries: readonly Entry[]): string {
  const first = entries[0]
  const last = entries[entries.length - 1]
  if (first === undefined || last === undefined) return 'nothing'
  return first === last ? `entry ${first.index} of ${first.term}` : `entries ${first.index} to ${last.index} of ${last.term}`
}
