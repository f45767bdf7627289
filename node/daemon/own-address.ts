// The address under which others reach this machine: the one that was named, or that of the interface of the default route.
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { noAddress } from './errors.ts'

/** Interface of the default route, from the kernel's table; undefined when there is none. */
function defaultInterface(): string | undefined {
  const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1).map((line) => line.split('\t'))
  return routes.find((route) => route[1] === '00000000')?.[0]
}

/** Throws SHOAL_NO_ADDRESS when nothing was named and nothing is found. */
export function ownAddress(named: string): string {
  if (named !== '') return named
  const all = networkInterfaces()
  const preferred = defaultInterface()
  const ordered = [...(preferred === undefined ? [] : [all[preferred] ?? []]), ...Object.values(all).map((list) => list ?? [])].flat()
  const found = ordered.find((address) => address.family === 'IPv4' && !address.internal)
  if (found === undefined) throw noAddress.make({})
  return found.address
}
