// Registry credentials: Kubernetes documentation, Pull an Image from a Private Registry.
import { deepEqual } from 'node:assert/strict'
import { credentialsFor } from '../../../../node/kubelet/images/credentials.ts'

const secret = (auths: object): { readonly metadata: object; readonly data: { readonly [key: string]: string } } => ({ metadata: {}, data: { '.dockerconfigjson': btoa(JSON.stringify({ auths })) } })

describe('kubelet / images / credentials', () => {
  it('are those of the image\'s registry', () => {
    const secrets = [secret({ 'https://reg.lan/v2': { auth: btoa('me:pw:x') }, 'other.lan': { username: 'o', password: 'p' } })]
    deepEqual(credentialsFor('reg.lan/app', secrets), [{ username: 'me', password: 'pw:x' }])
    deepEqual(credentialsFor('other.lan/app', secrets), [{ username: 'o', password: 'p' }])
    deepEqual(credentialsFor('nginx', secrets), [])
  })
  it('know the old name of the default registry', () => deepEqual(credentialsFor('nginx', [secret({ 'https://index.docker.io/v1/': { username: 'a', password: 'b' } })]), [{ username: 'a', password: 'b' }]))
  it('are none in what cannot be read', () => {
    deepEqual(credentialsFor('nginx', [{ metadata: {}, data: { '.dockerconfigjson': '!!' } }, secret({ 'docker.io': { auth: '***' } }), { metadata: {} }]), [])
  })
})
