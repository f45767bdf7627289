// Which class is the default, and what the cluster's own maker of volumes refuses.
import { equal, match } from 'node:assert/strict'
import { defaultClassAnnotation, defaultClassOf, isDefaultClass, ownRefusal } from '../../../../node/objects/volumes/classes.ts'
import type { PersistentVolumeClaim } from '../../../../node/objects/generated/core-v1.ts'
import type { StorageClass } from '../../../../node/objects/generated/storage-v1.ts'

const named = (name: string, creationTimestamp: string, isDefault = true): StorageClass => ({
  metadata: { name, creationTimestamp, annotations: { [defaultClassAnnotation]: String(isDefault) } }, provisioner: 'x',
})
const claim = (spec: PersistentVolumeClaim['spec']): PersistentVolumeClaim => ({ metadata: { name: 'c' }, spec })

describe('objects / volumes / classes', () => {
  it('of several default classes the newest counts, then the first by name', () => {
    equal(defaultClassOf([named('a', '2026-01-01T00:00:00Z'), named('c', '2026-01-02T00:00:00Z'), named('b', '2026-01-02T00:00:00Z'), named('d', '2026-01-03T00:00:00Z', false)])?.metadata.name, 'b')
    equal(defaultClassOf([named('a', '', false)]), undefined)
    equal(isDefaultClass({ 'storageclass.beta.kubernetes.io/is-default-class': 'true' }), true)
    equal(isDefaultClass(undefined), false)
  })

  it('the own maker makes folders for one Node, and says what else it cannot do', () => {
    equal(ownRefusal(claim({ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' })), undefined)
    match(ownRefusal(claim({ accessModes: ['ReadWriteOnce', 'ReadWriteMany'] })) ?? '', /cannot be ReadWriteMany: ask for ReadWriteOnce$/)
    match(ownRefusal(claim({ volumeMode: 'Block' })) ?? '', /ask for volumeMode Filesystem$/)
    match(ownRefusal(claim({ selector: {} })) ?? '', /remove spec.selector$/)
    match(ownRefusal(claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'x' } })) ?? '', /remove spec.dataSource$/)
  })
})
