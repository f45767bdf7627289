// A fenced Pod stays fenced while anything of it runs here, and no longer.
import { deepEqual, equal } from 'node:assert/strict'
import { fencedPods, fencedPodsAnnotation } from '../../../../node/objects/pods/fence.ts'
import { KubeletBench } from '../../../support/kubelet-bench.ts'

describe('kubelet / unique / fence', () => {
  it('is lifted by a peer that is back, when the Pod has ended there', async () => {
    const bench = new KubeletBench()
    await bench.start()
    const { metadata } = await bench.create('db-0')
    await bench.ready('db-0')
    const uid = metadata.uid ?? ''
    await bench.api.send({
      method: 'PATCH', path: '/api/v1/nodes/n1', contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [fencedPodsAnnotation]: `${uid}=10.244.0.2,elsewhere=10.244.0.9` } } },
    })
    const fenced = async (): Promise<readonly string[]> => fencedPods(await bench.node() ?? { metadata: {} }).map((pod) => pod.uid)
    await bench.until('the one that does not run', 'db-0', () => true)
    for (let look = 0; look < 100 && (await fenced()).length > 1; look++) await bench.until('time', 'db-0', () => true, 50)
    deepEqual(await fenced(), [uid])
    await bench.delete('db-0', 0)
    for (let look = 0; look < 100 && (await fenced()).length > 0; look++) await bench.until('time', 'db-0', () => true, 50)
    equal((await bench.node())?.metadata.annotations?.[fencedPodsAnnotation], undefined)
    await bench.stop()
  })
})
