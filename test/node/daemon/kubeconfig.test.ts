// The kubeconfig as kubectl reads it: parsed as YAML and compared whole.
import { deepEqual } from 'node:assert/strict'
import { load } from 'js-yaml'
import { kubeconfig } from '../../../node/daemon/kubeconfig.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('daemon / kubeconfig', () => {
  it('is one cluster, one administrator, one context in use', () => {
    const text = kubeconfig({ cluster: '0123456789abcdef', server: 'https://127.0.0.1:6443', authority: 'CA\n', certificate: 'CERT\n', privateKey: 'KEY\n' })
    deepEqual(load(text), {
      apiVersion: 'v1', kind: 'Config',
      clusters: [{ name: 'shoal-01234567', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64('CA\n') } }],
      users: [{ name: 'shoal-01234567-admin', user: { 'client-certificate-data': base64('CERT\n'), 'client-key-data': base64('KEY\n') } }],
      contexts: [{ name: 'shoal-01234567', context: { cluster: 'shoal-01234567', user: 'shoal-01234567-admin' } }],
      'current-context': 'shoal-01234567',
    })
  })
})
