// What every cluster begins with: made once, and left alone by every further run.
import { deepEqual, equal } from 'node:assert/strict'
import { bootstrapCluster, bootstrapObjects, collectionPath, planApiEndpoints } from '../../../node/apiserver/bootstrap.ts'
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

  it('endpoints are sorted, so that equal peers make equal objects', () => {
    equal(JSON.stringify(planApiEndpoints(['10.0.0.2', '10.0.0.1', '10.0.0.2'], 6443)), JSON.stringify(planApiEndpoints(['10.0.0.1', '10.0.0.2'], 6443)))
  })
})
