// Options of the peer zone, declared once; flags, environment and the reference page are generated from them.
import type { OptionSpec } from '../base/options.ts'
import { highestLevel } from './feature-levels.ts'

export const peerOptions = {
  listen: {
    name: 'listen',
    type: 'list',
    default: ['/ip4/0.0.0.0/tcp/7447'],
    help: 'Multiaddrs on which to listen for other peers. Fewer addresses keep other networks out; other peers must reach one of them.',
  },
  address: {
    name: 'address',
    type: 'list',
    default: [],
    help: 'Addresses under which other peers reach this one, as IP addresses or multiaddrs; found from the interfaces when empty. Needed behind address translation.',
  },
  voters: {
    name: 'voters',
    type: 'integer',
    default: 5,
    unit: 'peers',
    least: 1,
    most: 7,
    help: 'Upper bound of automatic voters. More survive more losses at once and make each write wait for more disks.',
  },
  zone: {
    name: 'zone',
    type: 'string',
    default: '',
    help: 'Failure domain of this machine (topology.kubernetes.io/zone). Voters and Pods are spread over zones.',
  },
  featureLevel: {
    name: 'feature-level',
    type: 'integer',
    default: highestLevel,
    unit: 'level',
    least: 0,
    most: highestLevel,
    hidden: true,
    help: 'The highest feature level that this daemon admits to know: a lower one plays an older build.',
  },
} as const satisfies { readonly [key: string]: OptionSpec }
