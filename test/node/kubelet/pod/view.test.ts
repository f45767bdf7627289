// Views of Pods: which sandbox counts, in which order containers start.
import { deepEqual, equal, throws } from 'node:assert/strict'
import { containersOf, identityOf, newestContainer, nothingRuns, readySandbox } from '../../../../node/kubelet/pod/view.ts'
import { makeContainer, makePod, makeSandbox, makeView, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / view', () => {
  it('orders init containers, sidecars, containers and ephemeral ones', () => {
    const pod = makePod({
      initContainers: [named('i'), named('s', { restartPolicy: 'Always' })], containers: [named('a')],
      ephemeralContainers: [{ name: 'e', image: 'x' }],
    })
    deepEqual(containersOf(pod).map((each) => [each.kind, each.container.name]), [['init', 'i'], ['sidecar', 's'], ['app', 'a'], ['ephemeral', 'e']])
  })
  it('takes the newest sandbox only, ready and with an address', () => {
    equal(readySandbox(makeView()), undefined)
    equal(readySandbox(makeView({ sandboxes: [makeSandbox({ id: 's1', ready: false }), makeSandbox()] })), undefined)
    equal(readySandbox(makeView({ sandboxes: [makeSandbox()], addresses: [] })), undefined)
    equal(readySandbox(makeView({ sandboxes: [makeSandbox()] }))?.id, 's0')
  })
  it('needs no address in the host network', () => {
    equal(readySandbox(makeView({ pod: makePod({ hostNetwork: true }), sandboxes: [makeSandbox()], addresses: [] }))?.id, 's0')
  })
  it('finds the newest container of a name', () => {
    const view = makeView({ containers: [makeContainer({ attempt: 1 }), makeContainer()] })
    equal(newestContainer(view, 'main')?.attempt, 1)
    equal(newestContainer(view, 'other'), undefined)
    equal(nothingRuns(view), false)
  })
  it('refuses a Pod that the API has not stored', () => {
    throws(() => identityOf(makePod({}, { uid: undefined })), /stored Pod/)
  })
})
