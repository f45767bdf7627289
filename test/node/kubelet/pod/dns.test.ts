// Resolvers and hosts files of Pods: Kubernetes documentation, DNS for Services and Pods; Pod /etc/hosts.
import { deepEqual, equal, match } from 'node:assert/strict'
import { hostsFile, parseResolverConfig, podHostname, resolverConfig } from '../../../../node/kubelet/pod/dns.ts'
import { makePod } from '../../../support/pod-fixtures.ts'

const machine = parseResolverConfig('# x\nnameserver 1.1.1.1\nnameserver 8.8.8.8\nsearch office.lan\noptions timeout:1\n')
const context = { clusterDomain: 'cluster.local', clusterDns: ['10.96.0.10'], machine }

describe('kubelet / pod / dns', () => {
  it('reads the machine\'s resolver', () => deepEqual(machine, { servers: ['1.1.1.1', '8.8.8.8'], searches: ['office.lan'], options: ['timeout:1'] }))
  it('asks the cluster first by default', () => {
    deepEqual(resolverConfig(makePod(), context), {
      servers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'office.lan'], options: ['ndots:5'],
    })
  })
  it('asks the machine where the policy or the host network says so', () => {
    deepEqual(resolverConfig(makePod({ dnsPolicy: 'Default' }), context), machine)
    deepEqual(resolverConfig(makePod({ hostNetwork: true, dnsPolicy: 'ClusterFirst' }), context), machine)
    deepEqual(resolverConfig(makePod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), context).servers, ['10.96.0.10'])
  })
  it('adds what the Pod asks for, its options winning', () => {
    const pod = makePod({ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } })
    deepEqual(resolverConfig(pod, context), { servers: ['9.9.9.9'], searches: ['a.b'], options: ['ndots:2', 'edns0'] })
    deepEqual(resolverConfig(makePod({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }), context).options, ['ndots:1'])
  })
  it('names the Pod', () => {
    equal(podHostname(makePod(), 'machine'), 'web')
    equal(podHostname(makePod({ hostname: 'own' }), 'machine'), 'own')
    equal(podHostname(makePod({ hostNetwork: true }), 'machine'), 'machine')
    equal(podHostname(makePod({}, { name: `${'x'.repeat(62)}-tail` }), 'machine'), 'x'.repeat(62))
  })
  it('writes /etc/hosts with the full name and aliases', () => {
    const text = hostsFile(makePod({ hostname: 'db-0', subdomain: 'db', hostAliases: [{ ip: '1.2.3.4', hostnames: ['foo', 'bar'] }] }), ['10.1.1.1'], 'cluster.local')
    match(text, /^10\.1\.1\.1\tdb-0\.db\.default\.svc\.cluster\.local\tdb-0$/m)
    match(text, /^1\.2\.3\.4\tfoo\tbar$/m)
    match(text, /^127\.0\.0\.1\tlocalhost$/m)
  })
})
