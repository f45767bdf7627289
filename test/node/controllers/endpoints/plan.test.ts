// Endpoints of Services in both forms: readiness and ending, ports by name, headless names, slices that stay stable and full.
// Behaviour is that of Kubernetes concepts, EndpointSlices.
import assert from 'node:assert/strict'
import type { Pod, Service } from '../../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'
import { planSlices } from '../../../../node/controllers/endpoints/slices.ts'
import { planEndpoints } from '../../../../node/controllers/endpoints/subsets.ts'

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  metadata: { name: 'web', namespace: 'n', uid: 's', labels: { team: 'x' } },
  spec: { selector: { app: 'web' }, clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }], ...spec },
})

interface Traits {
  readonly ready?: boolean
  readonly ending?: boolean
  readonly phase?: string
  readonly port?: number
  readonly ip?: string
}

function pod(number: number, { ready = true, ending = false, phase = 'Running', port = 8080, ip = `10.244.0.${number}` }: Traits = {}): Pod {
  return {
    metadata: { name: `p${number}`, namespace: 'n', uid: `u${String(number).padStart(4, '0')}`, ...(ending ? { deletionTimestamp: 'then' } : {}) },
    spec: { nodeName: 'node', hostname: `h${number}`, subdomain: 'web', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }] },
    status: { phase, podIP: ip, podIPs: ip === '' ? [] : [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

const plan = (of: Service, pods: readonly Pod[], slices: readonly EndpointSlice[] = []) => planSlices({ service: of, pods, node: () => undefined, slices })
const made = (of: Service, pods: readonly Pod[]): EndpointSlice => {
  const [slice] = plan(of, pods).create
  assert.ok(slice !== undefined)
  return slice
}

describe('controllers / endpoints / slices', () => {
  it('writes ready, serving and terminating of each Pod that has an address', () => {
    const slice = made(service(), [pod(1), pod(2, { ready: false }), pod(3, { ending: true }), pod(4, { phase: 'Failed' }), pod(5, { ip: '' })])
    assert.deepEqual(slice.endpoints.map((one) => [one.addresses[0], one.conditions?.ready, one.conditions?.serving, one.conditions?.terminating]), [
      ['10.244.0.1', true, true, false], ['10.244.0.2', false, false, false], ['10.244.0.3', false, true, true],
    ])
    assert.equal(slice.endpoints[0]?.nodeName, 'node')
    assert.deepEqual(slice.endpoints[0]?.targetRef, { kind: 'Pod', namespace: 'n', name: 'p1', uid: 'u0001' })
    assert.deepEqual(slice.metadata.labels, { team: 'x', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' })
    assert.equal(slice.ports?.[0]?.port, 8080)
  })

  it('publishes Pods that are not ready when the Service says so', () => {
    assert.equal(made(service({ publishNotReadyAddresses: true }), [pod(1, { ready: false })]).endpoints[0]?.conditions?.ready, true)
  })

  it('names Pods of a headless Service and marks its slices', () => {
    const slice = made(service({ clusterIP: 'None' }), [pod(1)])
    assert.equal(slice.endpoints[0]?.hostname, 'h1')
    assert.equal(slice.metadata.labels?.['service.kubernetes.io/headless'], '')
    assert.equal(made(service(), [pod(1)]).endpoints[0]?.hostname, undefined)
  })

  it('keeps Pods with different numbers for one named port apart', () => {
    const { create } = plan(service(), [pod(1), pod(2, { port: 9090 })])
    assert.deepEqual(create.map((slice) => slice.ports?.[0]?.port).sort(), [8080, 9090])
    assert.equal(new Set(create.map((slice) => slice.metadata.name)).size, 2)
  })

  it('has one empty slice when there is no Pod, and fills a new one when the first comes', () => {
    const empty = made(service(), [])
    assert.deepEqual([empty.endpoints, empty.ports], [[], []])
    assert.deepEqual(plan(service(), [], [empty]), { create: [], update: [], delete: [] })
    const first = plan(service(), [pod(1)], [empty])
    assert.equal(first.create.length, 1)
    assert.deepEqual(first.delete, [empty])
  })

  it('changes one slice for one Pod, however many there are', () => {
    const pods = Array.from({ length: 250 }, (_, number) => pod(number + 1))
    const slices = plan(service(), pods).create
    assert.deepEqual(slices.map((slice) => slice.endpoints.length), [100, 100, 50])
    assert.deepEqual(plan(service(), pods, slices), { create: [], update: [], delete: [] })
    const changed = plan(service(), pods.map((one, number) => (number === 120 ? pod(121, { ready: false }) : one)), slices)
    assert.deepEqual([changed.create.length, changed.update.length, changed.delete.length], [0, 1, 0])
    const replaced = plan(service(), [...pods.slice(1), pod(300)], slices)
    assert.deepEqual([replaced.create.length, replaced.update.length, replaced.delete.length], [0, 1, 0])
    const most = plan(service(), [...pods, ...Array.from({ length: 60 }, (_, number) => pod(400 + number))], slices)
    assert.deepEqual([most.create.map((slice) => slice.endpoints.length), most.update.length], [[10], 1])
  })

  it('follows the labels of the Service', () => {
    const slice = made(service(), [pod(1)])
    const renamed = { ...service(), metadata: { ...service().metadata, labels: { team: 'y' } } }
    assert.equal(plan(renamed, [pod(1)], [slice]).update[0]?.metadata.labels?.['team'], 'y')
  })
})

describe('controllers / endpoints / subsets', () => {
  it('parts ready from not ready addresses and leaves ending Pods out', () => {
    const made = planEndpoints(service(), [pod(1), pod(2, { ready: false }), pod(3, { ending: true })], undefined)
    assert.ok(made.kind === 'create')
    const [subset] = made.endpoints.subsets ?? []
    assert.deepEqual(subset?.addresses?.map((one) => one.ip), ['10.244.0.1'])
    assert.deepEqual(subset?.notReadyAddresses?.map((one) => one.ip), ['10.244.0.2'])
    assert.deepEqual(subset?.ports?.map((one) => [one.name, one.port]), [['http', 8080]])
    assert.equal(planEndpoints(service(), [pod(1), pod(2, { ready: false })], made.endpoints).kind, 'none')
    assert.equal(planEndpoints(service(), [pod(1)], made.endpoints).kind, 'update')
  })

  it('cuts off after a thousand and says so', () => {
    const pods = Array.from({ length: 1_001 }, (_, number) => pod(number + 1, { ip: `10.${number >> 8}.0.${number & 255}` }))
    const made = planEndpoints(service(), pods, undefined)
    assert.ok(made.kind === 'create')
    assert.equal(made.endpoints.subsets?.[0]?.addresses?.length, 1_000)
    assert.equal(made.endpoints.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated')
  })
})
