// Who may import whom, as data. A zone may import itself and what its row lists; everything else fails the tidy test.
// Reasons for rows that go beyond the obvious stand beside them.

/** Zones by path prefix; the longest prefix wins. */
export const zones: readonly string[] = [
  'protocol/base', 'protocol/message', 'protocol/membership', 'protocol/consensus', 'protocol/ownership', 'protocol/state', 'protocol/engine',
  'node/base', 'node/platform', 'node/telemetry', 'node/config', 'node/objects', 'node/store', 'node/peer', 'node/identity', 'node/resources',
  'node/apiserver', 'node/client', 'node/controllers', 'node/scheduler', 'node/kubelet', 'node/network', 'node/cli', 'node/dashboard',
  'node/daemon', 'node/main.ts', 'sim', 'test',
]

/** Zone -> what it may import besides itself. `node:*` stands for Node's own modules. */
export const mayImport: { readonly [zone: string]: readonly string[] } = {
  'protocol/base': [],
  'protocol/message': ['protocol/base'],
  'protocol/membership': ['protocol/base', 'protocol/message'],
  'protocol/consensus': ['protocol/base', 'protocol/message'],
  // Reads the members' states.
  'protocol/ownership': ['protocol/base', 'protocol/message', 'protocol/membership'],
  'protocol/state': ['protocol/base', 'protocol/message'],
  // Joins the machines into one, so that daemon and simulator drive the same thing.
  'protocol/engine': ['protocol/base', 'protocol/message', 'protocol/membership', 'protocol/consensus', 'protocol/ownership'],
  'node/base': ['protocol/base'],
  'node/platform': ['node/base', 'protocol/base', 'node:*'],
  'node/telemetry': ['node/base', 'node/platform', 'protocol/base'],
  'node/config': ['node/base', 'node/platform', 'protocol/base', 'node:*'],
  'node/objects': ['node/base', 'protocol/base'],
  // Entries and transactions are messages.
  'node/store': ['node/base', 'node/platform', 'protocol/base', 'protocol/message', 'protocol/state', 'node:*'],
  'node/peer': ['node/base', 'node/platform', 'node/store', 'node/identity', 'protocol/base', 'protocol/message', 'protocol/membership', 'protocol/consensus', 'protocol/ownership', 'protocol/state', 'protocol/engine', 'node:*'],
  'node/identity': ['node/base', 'node/platform', 'node/objects', 'protocol/base', 'node:*'],
  'node/resources': ['node/base', 'node/objects', 'protocol/base'],
  // Interfaces of store and peer, and the transaction that it hands them.
  'node/apiserver': ['node/base', 'node/platform', 'node/objects', 'node/resources', 'node/identity', 'node/client', 'node/store', 'protocol/base', 'protocol/message', 'node:*'],
  'node/client': ['node/base', 'node/objects', 'protocol/base', 'node:*'],
  'node/controllers': ['node/base', 'node/objects', 'node/client', 'protocol/base'],
  'node/scheduler': ['node/base', 'node/objects', 'node/client', 'protocol/base'],
  'node/kubelet': ['node/base', 'node/objects', 'node/client', 'node/platform', 'protocol/base', 'node:*'],
  'node/network': ['node/base', 'node/objects', 'node/client', 'node/platform', 'protocol/base', 'node:*'],
  'node/cli': ['node/base', 'node/objects', 'node/client', 'node/config', 'node/platform', 'protocol/base', 'node:*'],
  'node/dashboard': [],
  'node/daemon': ['node/base', 'node/platform', 'node/telemetry', 'node/config', 'node/objects', 'node/store', 'node/peer', 'node/identity', 'node/resources', 'node/apiserver', 'node/client', 'node/controllers', 'node/scheduler', 'node/kubelet', 'node/network', 'protocol/base', 'protocol/message', 'protocol/engine', 'node:*'],
  'node/main.ts': ['node/daemon', 'node/config', 'node/cli', 'node/platform', 'node/base', 'node/telemetry', 'node:*'],
  // The command `shoal sim` starts it as a process of its own. Of the store it uses the history, for its watches.
  sim: ['protocol/base', 'protocol/message', 'protocol/membership', 'protocol/consensus', 'protocol/ownership', 'protocol/state', 'protocol/engine', 'node/base', 'node/objects', 'node/client', 'node/controllers', 'node/scheduler', 'node/store'],
  test: ['*'],
}

/** Packages that a zone may use, with the reason in ARCHITECTURE.md. `protocol/` uses the codec only. */
export const packages: { readonly [zone: string]: readonly string[] } = {
  'protocol/message': ['msgpackr'],
}

/** Files that may use `node:` modules though their zone may not. */
export const nodeModuleExceptions: readonly string[] = ['sim/main.ts', 'sim/campaign.ts', 'sim/worker.ts', 'sim/settle.ts', 'node/client/http-transport.ts', 'node/telemetry/logger.ts']

/** Zones whose files may only use Node's modules when listed above. */
export const zonesWithoutNodeModules: readonly string[] = [
  'protocol', 'node/base', 'node/objects', 'node/resources', 'node/controllers', 'node/scheduler', 'sim', 'node/client',
]
