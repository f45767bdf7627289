// Files of config maps, secrets, downward API and projections: Kubernetes documentation, Volumes and Projected Volumes.
import { deepEqual, equal, throws } from 'node:assert/strict'
import type { Volume } from '../../../../node/objects/generated/core-v1.ts'
import { hasPayload, volumePayload } from '../../../../node/kubelet/volumes/payload.ts'
import type { PayloadSources } from '../../../../node/kubelet/volumes/payload.ts'
import { makePod } from '../../../support/pod-fixtures.ts'

const sources: PayloadSources = {
  podAddresses: [], hostAddresses: [], allocatable: {},
  configMap: (name) => (name === 'cm' ? { metadata: { name }, data: { a: 'A', b: 'B' }, binaryData: { c: btoa('C') } } : undefined),
  secret: (name) => (name === 'sec' ? { metadata: { name }, data: { pass: btoa('geheim') } } : undefined),
  token: (path) => (path === 'token' ? 'jwt' : undefined),
}

const files = (volume: Volume): { readonly [path: string]: string } =>
  Object.fromEntries([...volumePayload(makePod(), volume, sources)].map(([path, file]) => [path, `${new TextDecoder().decode(file.bytes)} ${file.mode.toString(8)}`]))

describe('kubelet / volumes / payload', () => {
  it('shows every key of a config map, binary ones too', () => {
    deepEqual(files({ name: 'v', configMap: { name: 'cm' } }), { a: 'A 644', b: 'B 644', c: 'C 644' })
  })
  it('shows chosen keys under their paths and modes', () => {
    deepEqual(files({ name: 'v', configMap: { name: 'cm', defaultMode: 0o600, items: [{ key: 'a', path: 'x/y' }, { key: 'b', path: 'z', mode: 0o440 }] } }), { 'x/y': 'A 600', z: 'B 440' })
  })
  it('decodes secrets', () => deepEqual(files({ name: 'v', secret: { secretName: 'sec', defaultMode: 0o400 } }), { pass: 'geheim 400' }))
  it('joins the sources of a projection', () => {
    deepEqual(files({
      name: 'v',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }, { configMap: { name: 'cm', items: [{ key: 'a', path: 'ca.crt' }] } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
        ],
      },
    }), { token: 'jwt 600', 'ca.crt': 'A 644', namespace: 'default 644' })
  })
  it('names what is missing, unless it is optional', () => {
    throws(() => files({ name: 'v', configMap: { name: 'none' } }), /MountVolume\.SetUp failed for volume "v" : configmap "none" not found/)
    throws(() => files({ name: 'v', secret: { secretName: 'sec', items: [{ key: 'k', path: 'p' }] } }), /references non-existent secret key: k/)
    deepEqual(files({ name: 'v', secret: { secretName: 'none', optional: true } }), {})
  })
  it('knows which volumes are made of objects', () => {
    equal(hasPayload({ name: 'v', emptyDir: {} }), false)
    equal(hasPayload({ name: 'v', projected: {} }), true)
  })
})
