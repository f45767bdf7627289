// The proxy's model: which endpoints are behind which address, and what soft membership may take away.
import { deepEqual, equal } from 'node:assert/strict'
import type { MemberView } from '../../../../node/base/views.ts'
import { type ProxyInput, ProxyModel, proxyModel, suspension } from '../../../../node/network/proxy/model.ts'
import { changedRules, firstRules } from '../../../../node/network/proxy/rules.ts'
import { seededRandom } from '../../../../protocol/base/random.ts'
import type { Service } from '../../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'

const member = (name: string, state: MemberView['state']): MemberView => ({ name, peerId: name, state, sinceMs: 0 })

const service: Service = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.0.80', clusterIPs: ['10.96.0.80'], ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' }], type: 'NodePort' },
}

const slice = (endpoints: readonly { address: string; node: string; ready?: boolean; terminating?: boolean }[]): EndpointSlice => ({
  metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: endpoints.map((e) => ({
    addresses: [e.address],
    nodeName: e.node,
    conditions: { ready: e.ready ?? true, serving: true, terminating: e.terminating ?? false },
  })),
})

const input = (over: Partial<ProxyInput> & { slices?: readonly EndpointSlice[] }): ProxyInput => ({
  services: [service],
  slicesOf: () => over.slices ?? [slice([{ address: '10.244.1.2', node: 'a' }, { address: '10.244.2.2', node: 'b' }, { address: '10.244.3.2', node: 'c' }])],
  members: [],
  self: 'a',
  nodeByAddress: new Map(),
  hostPorts: [],
  ...over,
})

const backends = (over: Partial<ProxyInput> & { slices?: readonly EndpointSlice[] }, frontend = '10.96.0.80'): readonly string[] =>
  proxyModel(input(over)).find((rule) => rule.frontend.address === frontend)?.backends.map((b) => `${b.address}:${b.port}`) ?? []

describe('network / proxy / model', () => {
  it('leads the cluster address and the node port to the ready endpoints', () => {
    const all = ['10.244.1.2:8080', '10.244.2.2:8080', '10.244.3.2:8080']
    deepEqual(backends({}), all)
    deepEqual(backends({}, 'node'), all)
  })
  it('takes a suspected peer out at once', () => {
    deepEqual(backends({ members: [member('b', 'suspect'), member('c', 'alive')] }), ['10.244.1.2:8080', '10.244.3.2:8080'])
  })
  it('fails open where a Service would have no endpoint left', () => {
    const slices = [slice([{ address: '10.244.2.2', node: 'b' }])]
    deepEqual(backends({ slices, members: [member('b', 'dead'), member('c', 'alive')] }), ['10.244.2.2:8080'])
  })
  it('a peer that suspects more than half of the others keeps to its own endpoints, and fails open where it has none', () => {
    const members = [member('b', 'suspect'), member('c', 'dead')]
    deepEqual(backends({ members }), ['10.244.1.2:8080'])
    const elsewhere = [slice([{ address: '10.244.2.2', node: 'b' }, { address: '10.244.4.2', node: 'd' }])]
    equal(backends({ members: [...members, member('d', 'alive')], slices: elsewhere }).length, 2)
  })
  it('believes the loss of the only other peer', () => {
    const { nodes, odd } = suspension([member('a', 'alive'), member('b', 'dead')], 'a')
    deepEqual([[...nodes], odd], [['b'], false])
  })
  it('keeps endpoints that are not ready out, and uses ending ones that still serve when nothing else is left', () => {
    deepEqual(backends({ slices: [slice([{ address: '10.244.1.2', node: 'a', ready: false }, { address: '10.244.2.2', node: 'b' }])] }), ['10.244.2.2:8080'])
    deepEqual(backends({ slices: [slice([{ address: '10.244.1.2', node: 'a', ready: false, terminating: true }])] }), ['10.244.1.2:8080'])
  })
  it('externalTrafficPolicy Local keeps to this machine, the cluster address does not', () => {
    const local: Service = { ...service, spec: { ...service.spec, externalTrafficPolicy: 'Local' } }
    deepEqual(backends({ services: [local] }, 'node'), ['10.244.1.2:8080'])
    equal(backends({ services: [local] }).length, 3)
  })
  it('finds the node of an endpoint that names none by its address', () => {
    const bare: EndpointSlice = { ...slice([]), endpoints: [{ addresses: ['192.0.2.2'] }, { addresses: ['192.0.2.3'] }] }
    deepEqual(backends({ slices: [bare], nodeByAddress: new Map([['192.0.2.2', 'b'], ['192.0.2.3', 'c']]), members: [member('b', 'dead'), member('c', 'alive')] }), ['192.0.2.3:8080'])
  })
  it('an ExternalName Service has no rules, a host port has one', () => {
    const rules = proxyModel(input({ services: [{ ...service, spec: { ...service.spec, type: 'ExternalName' } }], hostPorts: [{ protocol: 'udp', hostPort: 5353, backend: { address: '10.244.1.9', port: 53 } }] }))
    deepEqual(rules, [{ frontend: { address: 'node', protocol: 'udp', port: 5353 }, backends: [{ address: '10.244.1.9', port: 53 }], stickySeconds: undefined }])
  })
  it('remembers the rules of what has not changed, and makes the same ones as from nothing', () => {
    const model = new ProxyModel()
    const services = Array.from({ length: 6 }, (_, at): Service => ({ ...service, metadata: { name: `s${at}`, namespace: 'default' } }))
    const slices = new Map(services.map(({ metadata }) => [`default/${metadata.name}`, [slice([{ address: '10.244.1.2', node: 'a' }, { address: '10.244.2.2', node: 'b' }])]]))
    const random = seededRandom(7)
    let members = [member('b', 'alive'), member('c', 'alive')]
    let hostPorts: ProxyInput['hostPorts'] = []
    for (let turn = 0; turn < 200; turn++) {
      const at = random.integer(services.length)
      const metadata = services[at]?.metadata ?? {}
      const key = `default/${metadata.name}`
      switch (random.integer(5)) {
        case 0: members = [member('b', random.integer(2) === 0 ? 'suspect' : 'alive'), member('c', 'alive')]; break
        case 1: slices.set(key, [slice([{ address: `10.244.1.${random.integer(4)}`, node: 'a' }])]); break
        case 2: slices.set(key, []); break
        case 3: services[at] = { ...service, metadata, spec: { ...service.spec, type: random.integer(2) === 0 ? 'ExternalName' : 'NodePort' } }; break
        default: hostPorts = [{ protocol: 'tcp', hostPort: 1_000 + random.integer(9), backend: { address: '10.244.1.9', port: 1 } }]
      }
      const now = input({ services, members, hostPorts, slicesOf: (name) => slices.get(name) ?? [] })
      if (turn % 50 === 49) services.splice(at, 1)
      const touched = [{ key, service: services.find((one) => one.metadata === metadata) }]
      deepEqual(model.next(now, touched), proxyModel(now))
      const again = model.next(now, [])
      deepEqual(changedRules(firstRules(again), firstRules(model.next(now, []))).filter((rule) => rule.frontend.port < 1_000), [])
    }
  })
})
