// Where proxies lead, and where they must not.
import { deepEqual, throws } from 'node:assert/strict'
import { podAddress, proxyName, serviceAddress } from '../../../../node/apiserver/subresources/proxy-address.ts'
import type { JsonObject } from '../../../../node/objects/json.ts'

const service: JsonObject = { spec: { ports: [{ name: 'http', port: 80 }, { name: 'admin', port: 9000 }] } }
const slice = (address: string, ready = true): JsonObject => ({
  addressType: 'IPv4', ports: [{ name: 'http', port: 8080 }, { name: 'admin', port: 9001 }], endpoints: [{ addresses: [address], conditions: { ready } }],
})
const pod = (podIP: string, ports?: readonly JsonObject[]): JsonObject => ({ spec: { containers: [{ name: 'a', ...(ports === undefined ? {} : { ports }) }] }, status: { podIP } })

describe('apiserver / subresources / proxy address', () => {
  it('reads scheme, name and port', () => {
    deepEqual(proxyName('web'), { scheme: 'http', name: 'web', port: '' })
    deepEqual(proxyName('web:http'), { scheme: 'http', name: 'web', port: 'http' })
    deepEqual(proxyName('https:web:443'), { scheme: 'https', name: 'web', port: '443' })
    deepEqual(proxyName(':web:443'), { scheme: 'http', name: 'web', port: '443' })
    throws(() => proxyName('ftp:web:21'), /invalid service request/)
    throws(() => proxyName('a:b:c:d'), /invalid service request/)
  })

  it('a Service leads to a ready endpoint, by the name or the number of its port', () => {
    deepEqual(serviceAddress(proxyName('web:http'), service, [slice('10.244.1.2')], 0.5), { scheme: 'http', host: '10.244.1.2', port: 8080 })
    deepEqual(serviceAddress(proxyName('web:9000'), service, [slice('10.244.1.2', false), slice('10.244.2.2')], 0.99), { scheme: 'http', host: '10.244.2.2', port: 9001 })
    throws(() => serviceAddress(proxyName('web:none'), service, [slice('10.244.1.2')], 0), /no service port "none" found for service "web"/)
    throws(() => serviceAddress(proxyName('web'), service, [slice('10.244.1.2')], 0), /no service port "" found for service "web"/)
    throws(() => serviceAddress(proxyName('web:80'), service, [slice('10.244.1.2', false)], 0), /no endpoints available for service "web"/)
  })

  it('a Pod leads to the port that is named, or to its first', () => {
    deepEqual(podAddress(proxyName('a'), pod('10.244.1.2', [{ containerPort: 8080 }])), { scheme: 'http', host: '10.244.1.2', port: 8080 })
    deepEqual(podAddress(proxyName('a'), pod('10.244.1.2')), { scheme: 'http', host: '10.244.1.2', port: 80 })
    deepEqual(podAddress(proxyName('https:a:8443'), pod('10.244.1.2')), { scheme: 'https', host: '10.244.1.2', port: 8443 })
    throws(() => podAddress(proxyName('a:99999'), pod('10.244.1.2')), /not a port/)
    throws(() => podAddress(proxyName('a:http'), pod('10.244.1.2')), /not a port/)
    throws(() => podAddress(proxyName('a'), pod('')), /address not allowed/)
  })

  it('nothing leads to the machine itself or to its link, whatever objects say (CVE-2020-8562)', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', 'localhost', '010.0.0.1']) {
      throws(() => serviceAddress(proxyName('web:80'), service, [slice(address)], 0), /address not allowed/, address)
      throws(() => podAddress(proxyName('a'), pod(address)), /address not allowed/, address)
    }
  })
})
