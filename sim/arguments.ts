// What the command `shoal sim` may be told, read and checked. Pure: it answers the arguments, or what is wrong with them.

import type { Weather } from './options.ts'

export const usage = `shoal sim: runs clusters in virtual time from seeds, with faults, and checks what must hold.
  --seed S        the first seed (default 1)
  --peers N       peers (default: drawn, 1 to 7)
  --time 30m      virtual time with faults: 45s, 30m, 2h (default 20s)
  --seeds K       run K seeds from S on
  --hours H       go on for so many hours, on all cores
  --days D        go on until so many days of virtual time have passed, on all cores
  --jobs J        runs at a time (default: one; with --hours or --days one a core)
  --loops         whole control loops: controllers, scheduler and kubelets on every peer
  --calm          faults far apart and clients that think: months pass in hours
  --scenario NAME a named run; --scenario list shows them
  --faults LIST   of the faults that a seed draws only these, by number: 3,17; none for none of them
  --history FILE  write what clients asked and were answered, a line of JSON an operation
  --timeline      print the timeline also when nothing fails
  --speed         how fast it is on this machine
`

export interface Arguments {
  readonly seed: number
  readonly seeds: number
  readonly peers: number | undefined
  readonly faultyMs: number
  /** Hours of real time, or days of virtual time, to go on for. */
  readonly hours: number | undefined
  readonly days: number | undefined
  readonly jobs: number | undefined
  readonly scenario: string | undefined
  /** Numbers of drawn faults; undefined for all. */
  readonly faults: readonly number[] | undefined
  readonly history: string | undefined
  readonly timeline: boolean
  readonly speed: boolean
  /** Control loops in place of clients. */
  readonly loops: boolean
  readonly weather: Weather
}

const flags = ['--timeline', '--speed', '--loops', '--calm']
const values = ['--seed', '--seeds', '--peers', '--time', '--hours', '--days', '--jobs', '--scenario', '--faults', '--history']

/** Milliseconds of `45s`, `30m`, `2h` or a number of seconds; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  if (match === null) return undefined
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's']
  return unitMs === undefined ? undefined : Number(match[1]) * unitMs
}

/** The arguments, or what is wrong with them. */
export function readArguments(words: readonly string[]): Arguments | string {
  const given = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const name = words[i] ?? ''
    if (flags.includes(name)) given.set(name, 'yes')
    else if (values.includes(name)) given.set(name, words[++i] ?? '')
    else return `unknown argument ${name}`
  }
  const number = (name: string): number | undefined => (given.has(name) ? Number(given.get(name)) : undefined)
  const faultyMs = durationMs(given.get('--time') ?? '20s')
  const seed = number('--seed') ?? 1
  const seeds = number('--seeds') ?? 1
  const [peers, hours, days, jobs] = [number('--peers'), number('--hours'), number('--days'), number('--jobs')]
  const list = given.get('--faults')
  const faults = list === undefined ? undefined : list === 'none' ? [] : list.split(',').map(Number)
  if (faultyMs === undefined) return '--time wants a number with s, m or h'
  if (!Number.isInteger(seed) || seed < 0) return '--seed wants a whole number'
  if (!Number.isInteger(seeds) || seeds < 1) return '--seeds wants a whole number from 1'
  if (peers !== undefined && !(Number.isInteger(peers) && peers >= 1 && peers <= 64)) return '--peers wants 1 to 64'
  if (hours !== undefined && !(hours > 0)) return '--hours wants a number above 0'
  if (days !== undefined && !(days > 0)) return '--days wants a number above 0'
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs >= 1)) return '--jobs wants a whole number from 1'
  if (faults !== undefined && faults.some((one) => !Number.isInteger(one) || one < 0)) return '--faults wants numbers with commas between, or none'
  return {
    seed, seeds, peers, faultyMs, hours, days, jobs, faults,
    scenario: given.get('--scenario'), history: given.get('--history'), timeline: given.has('--timeline'), speed: given.has('--speed'), loops: given.has('--loops'), weather: given.has('--calm') ? 'calm' : 'storm',
  }
}
