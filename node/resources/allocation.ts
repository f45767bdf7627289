// Gives out cluster addresses and node ports. It answers a value that was free in the state that it was shown; that the
// value is still free when it is written is a condition of the transaction, so a lost race is tried again, never doubled.
import { allocationTries } from './limits.ts'
import { allocationExhausted, allocationRefused } from './errors.ts'
import { apiServiceAddress, dnsServiceAddress, nodePortFirst, nodePortLast, serviceNetwork } from './ranges.ts'
import { ipv4Number, ipv4Range, ipv4Text, isIpv4 } from './addresses.ts'
import { goStrings } from './field-errors.ts'

/** The lower part of the range is left to addresses that people choose. */
const reservedLow = 256
const stride = 2654435761

/** Some candidates at random, then all in order. */
function* candidates(first: number, count: number, seed: number): Generator<number> {
  for (let attempt = 0; attempt < allocationTries; attempt += 1) yield first + ((seed + attempt * stride) % count)
  for (let offset = 0; offset < count; offset += 1) yield first + offset
}

/** The wanted address, or a free one when `wanted` is empty. Throws allocationRefused or allocationExhausted. */
export function allocateAddress(wanted: string, isTaken: (key: string) => boolean, seed: number): string {
  const { first, count } = ipv4Range(serviceNetwork)
  if (wanted === '') {
    for (const number of candidates(first + reservedLow, count - reservedLow - 1, seed)) {
      const address = ipv4Text(number)
      const isReserved = address === apiServiceAddress || address === dnsServiceAddress
      if (!isReserved && !isTaken(`clusterips/${address}`)) return address
    }
    throw allocationExhausted.make({ range: serviceNetwork })
  }
  // Text that is no address is judged by the validation.
  if (!isIpv4(wanted)) return wanted
  const offset = ipv4Number(wanted) - first
  if (offset <= 0 || offset >= count - 1) {
    throw refuse(wanted, `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${serviceNetwork}`)
  }
  if (isTaken(`clusterips/${wanted}`)) throw refuse(wanted, 'provided IP is already allocated')
  return wanted
}

const refuse = (address: string, why: string): Error =>
  allocationRefused.make({ field: 'spec.clusterIPs', value: goStrings([address]), message: `failed to allocate IP ${address}: ${why}` })

/** The wanted port, or a free one when `wanted` is 0. Throws allocationRefused or allocationExhausted. */
export function allocateNodePort(field: string, wanted: number, isTaken: (key: string) => boolean, seed: number): number {
  if (wanted === 0) {
    for (const port of candidates(nodePortFirst, nodePortLast - nodePortFirst + 1, seed)) if (!isTaken(`nodeports/${port}`)) return port
    throw allocationExhausted.make({ range: `${nodePortFirst}-${nodePortLast}` })
  }
  if (wanted < nodePortFirst || wanted > nodePortLast) {
    throw allocationRefused.make({ field, value: String(wanted), message: `provided port is not in the valid range. The range of valid ports is ${nodePortFirst}-${nodePortLast}` })
  }
  if (isTaken(`nodeports/${wanted}`)) throw allocationRefused.make({ field, value: String(wanted), message: 'provided port is already allocated' })
  return wanted
}
