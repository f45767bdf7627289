// What every cluster begins with: made once, and left alone by every further run.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { apiBalancer, apiService, bootstrapCluster, bootstrapObjects, collectionPath, makeApiBalancer, planApiEndpoints } from '../../../node/apiserver/bootstrap.ts'
import type { Service } from '../../../node/objects/generated/core-v1.ts'
import { ApiFixture } from '../../support/api-fixture.ts'

describe('apiserver / bootstrap', () => {
  it('a second run finds everything and changes nothing', async () => {
    const fixture = await ApiFixture.start()
    try {
      const transport = fixture.transport()
      const versions = async (): Promise<readonly unknown[]> => {
        const found: unknown[] = []
        for (const object of bootstrapObjects(6443)) {
          const { name } = object['metadata'] as { readonly name: string }
          const answer = (await transport.send({ method: 'GET', path: `${collectionPath(object)}/${encodeURIComponent(name)}` })) as { readonly metadata: { readonly resourceVersion: string } }
          found.push([name, answer.metadata.resourceVersion])
        }
        return found
      }
      const before = await versions()
      await bootstrapCluster(transport, 6443)
      deepEqual(await versions(), before)
    } finally {
      await fixture.stop()
    }
  })

  it('the address for clients outside is that of a Service of its own, which every peer answers itself', async () => {
    const fixture = await ApiFixture.start()
    try {
      const transport = fixture.transport()
      const read = async (): Promise<Service> => (await transport.send({ method: 'GET', path: `/api/v1/namespaces/${apiBalancer.namespace}/services/${apiBalancer.name}` })) as Service
      await rejects(read())
      await makeApiBalancer(transport, 7443)
      const { metadata, spec } = await read()
      deepEqual([spec?.type, spec?.externalTrafficPolicy, spec?.ports?.[0]], ['LoadBalancer', 'Local', { name: 'https', port: 6443, protocol: 'TCP', targetPort: 7443 }])
      await makeApiBalancer(transport, 7443)
      equal((await read()).metadata.resourceVersion, metadata.resourceVersion)
    } finally {
      await fixture.stop()
    }
  })

  it('each Service has a slice of its own', () => {
    const names = (isBalanced: boolean): readonly unknown[] => planApiEndpoints(['10.0.0.1'], 7443, isBalanced).slices.map(({ metadata }) => metadata)
    const metadata = ({ namespace, name }: typeof apiService | typeof apiBalancer): object => ({ name, namespace, labels: { 'kubernetes.io/service-name': name } })
    deepEqual(names(false), [metadata(apiService)])
    deepEqual(names(true), [metadata(apiService), metadata(apiBalancer)])
  })

  it('endpoints are sorted, so that equal peers make equal objects', () => {
    equal(JSON.stringify(planApiEndpoints(['10.0.0.2', '10.0.0.1', '10.0.0.2'], 6443, true)), JSON.stringify(planApiEndpoints(['10.0.0.1', '10.0.0.2'], 6443, true)))
  })
})
