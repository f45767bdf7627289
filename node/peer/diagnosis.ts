// What `shoal doctor` says: causes in one sentence each, from what this peer sees and what the others answered when they were
// asked. Pure. It names a port, a clock, a key, a version, a packet size or an incarnation, and says who sees whom.
// It guesses nothing that the answers do not show.
import { joinClockSkewMs } from './limits.ts'
import { hostsOf } from './addresses.ts'
import type { Looked, Sight } from './sight.ts'

/** A finding, the worst kind first. */
export interface Finding {
  readonly level: 'broken' | 'warning'
  readonly text: string
}

export interface Diagnosis {
  readonly findings: readonly Finding[]
  /** Row by row who answers: this peer, then the others in the order of their names. `sees`: whom it takes to be alive. */
  readonly views: readonly { readonly name: string; readonly answers: boolean; readonly sees: readonly string[]; readonly misses: readonly string[] }[]
}

/** Another answer than a clock's is due below this difference: messages take time and clocks are set in steps. */
const clockWarningMs = 2_000

/** `looked` are the other agreed peers; `ends` when this peer's certificates end. */
export function diagnose(own: Sight, looked: readonly Looked[], ends: { readonly certificateMs: number }): Diagnosis {
  const names = new Map([[own.peer, own.name], ...looked.map(({ record }) => [record.peer, record.name] as const)])
  const nameOf = (peer: string): string => names.get(peer) ?? peer
  const findings = [
    ...agreement(own, looked, nameOf),
    ...looked.flatMap((one) => (one.sight === undefined ? [unreachable(one)] : differences(own, one, one.sight))),
    ...brokenWays(own, looked, nameOf),
    ...(own.mayVote ? [] : [warning(`the log of ${own.name} was damaged: it does not vote until it has caught up`)]),
    ...(ends.certificateMs < own.wallMs ? [broken(`the certificates of ${own.name} ended on ${new Date(ends.certificateMs).toISOString()}`)] : []),
    ...(own.refused === undefined ? [] : [broken(`${nameOf(own.refused.from)} is at a newer incarnation that ${own.name} did not take, for its cluster agreed on more since: \`shoal recover --rejoin\` gives that up`)]),
  ]
  const seen = [own, ...looked.flatMap(({ sight }) => (sight === undefined ? [] : [sight]))]
  const views = [own.peer, ...looked.map(({ record }) => record.peer)].map((peer) => {
    const sight = seen.find((one) => one.peer === peer)
    const others = [...names.keys()].filter((other) => other !== peer)
    return {
      name: nameOf(peer), answers: sight !== undefined,
      sees: sight === undefined ? [] : others.filter((other) => !sight.misses.includes(other)).map(nameOf),
      misses: sight === undefined ? [] : others.filter((other) => sight.misses.includes(other)).map(nameOf),
    }
  })
  return { findings: findings.sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning')), views }
}

const broken = (text: string): Finding => ({ level: 'broken', text })
const warning = (text: string): Finding => ({ level: 'warning', text })

function agreement(own: Sight, looked: readonly Looked[], nameOf: (peer: string) => string): readonly Finding[] {
  if (own.quorum) return []
  const answering = new Set([own.peer, ...looked.flatMap(({ sight }) => (sight === undefined ? [] : [sight.peer]))])
  const missing = own.voters.filter((voter) => !answering.has(voter)).map(nameOf)
  const there = own.voters.length - missing.length
  const needed = Math.floor(own.voters.length / 2) + 1
  if (there >= needed) return [warning(`no leader is known although ${there} of ${own.voters.length} voters answer: an election may be under way`)]
  return [broken(`no majority: ${there} of ${own.voters.length} voters answer and ${needed} are needed; missing ${missing.join(', ')}: nothing is written, and Pods that must be unique are stopped`)]
}

/** Why a peer did not answer, from what the system said when it was dialled. */
function unreachable({ record, why, small }: Looked): Finding {
  const at = `${hostsOf(record.addresses).join(', ') || 'an unknown address'}, TCP port ${portsOf(record.addresses)}`
  if (small === true) return broken(`${record.name} answers short messages and no long ones (${at}): something on the way drops large packets; lower the MTU of one of the interfaces`)
  if (/ECONNREFUSED/.test(why)) return broken(`nothing listens at ${record.name} (${at}): its machine runs and its daemon does not, or it listens elsewhere`)
  if (/EHOSTUNREACH|ENETUNREACH/.test(why)) return broken(`there is no way to ${record.name} (${at}): its machine is off, or the route is missing`)
  if (/time|abort|ETIMEDOUT/i.test(why)) return broken(`no answer from ${record.name} (${at}): its machine is off, or a firewall drops the packets`)
  if (/remote peer|identity|peer id/i.test(why)) return broken(`somebody with another key answers in place of ${record.name} (${at}): the address is taken, or its data directory was replaced`)
  return broken(`${record.name} does not answer (${at}): ${why}`)
}

const portsOf = (addresses: readonly string[]): string => [...new Set(addresses.map((address) => /\/tcp\/(\d+)/.exec(address)?.[1] ?? ''))].join(', ')

function differences(own: Sight, looked: Looked, other: Sight): readonly Finding[] {
  const { name } = looked.record
  const findings: Finding[] = []
  const skewMs = other.wallMs - (looked.atMs - looked.tookMs / 2)
  if (Math.abs(skewMs) > clockWarningMs + looked.tookMs / 2) {
    const text = `the clock of ${name} is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of ${own.name}`
    findings.push(Math.abs(skewMs) > joinClockSkewMs ? broken(`${text}: machines cannot join through it, and tokens that it signs may end early`) : warning(text))
  }
  if (other.messageVersion !== own.messageVersion) findings.push(broken(`${name} speaks version ${other.messageVersion} of the protocol and ${own.name} version ${own.messageVersion}: update the older one`))
  else if (other.version !== own.version) findings.push(warning(`${name} runs ${other.version} and ${own.name} ${own.version}`))
  if (other.lineage.incarnation !== own.lineage.incarnation) findings.push(broken(`${name} is at incarnation ${other.lineage.incarnation} of the cluster and ${own.name} at ${own.lineage.incarnation}: see its log for what keeps it from following`))
  if (!other.mayVote) findings.push(warning(`the log of ${name} was damaged: it does not vote until it has caught up`))
  return findings
}

/** Ways between two others that are broken though both answer here. */
function brokenWays(own: Sight, looked: readonly Looked[], nameOf: (peer: string) => string): readonly Finding[] {
  const answering = new Set([own.peer, ...looked.flatMap(({ sight }) => (sight === undefined ? [] : [sight.peer]))])
  return looked.flatMap(({ sight }) => (sight?.misses ?? [])
    .filter((missed) => answering.has(missed))
    .map((missed) => broken(`${nameOf(sight?.peer ?? '')} does not see ${nameOf(missed)}, which answers here: the way between the two is broken`)))
}
