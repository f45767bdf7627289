// Paths and queries of the kubelet's server, as API servers send them.
import { deepEqual, equal } from 'node:assert/strict'
import { parseRequest } from '../../../../node/kubelet/server/requests.ts'

const nowMs = Date.UTC(2026, 0, 1)

describe('kubelet / server / requests', () => {
  it('reads log options', () => {
    const asked = parseRequest('/containerLogs/ns/p/c?follow=true&tailLines=5&sinceSeconds=10&timestamps=true&limitBytes=7&previous=true', nowMs)
    deepEqual(asked, { kind: 'containerLogs', namespace: 'ns', pod: 'p', container: 'c', previous: true, options: { follow: true, tailLines: 5, sinceMs: nowMs - 10_000, timestamps: true, limitBytes: 7 } })
    const plain = parseRequest('/containerLogs/ns/p/c?sinceTime=2026-01-01T00:00:00Z', nowMs)
    equal(plain?.kind === 'containerLogs' ? plain.options.sinceMs : 0, nowMs)
  })
  it('reads commands and streams; a terminal has no standard error', () => {
    deepEqual(parseRequest('/exec/ns/p/c?command=sh&command=-c&command=a%20b&input=1&output=1&error=1&tty=1', nowMs), {
      kind: 'exec', namespace: 'ns', pod: 'p', container: 'c', command: ['sh', '-c', 'a b'], streams: { stdin: true, stdout: true, stderr: false, tty: true },
    })
    const attach = parseRequest('/attach/ns/p/c?stdout=true&stderr=true', nowMs)
    deepEqual(attach?.kind === 'attach' ? attach.streams : {}, { stdin: false, stdout: true, stderr: true, tty: false })
  })
  it('reads ports', () => {
    deepEqual(parseRequest('/portForward/ns/p?port=80&port=443', nowMs), { kind: 'portForward', namespace: 'ns', pod: 'p', ports: [80, 443] })
    deepEqual(parseRequest('/portForward/ns/p', nowMs), { kind: 'portForward', namespace: 'ns', pod: 'p', ports: [] })
  })
  it('reads the short ones, and nothing else', () => {
    deepEqual(['/healthz', '/pods', '/stats/summary', '/metrics/resource', '/shoal/images', '/shoal/image?name=a', '/shoal/endpoint-out?ip=1.2.3.4'].map((path) => parseRequest(path, nowMs)?.kind), ['healthz', 'pods', 'statsSummary', 'resourceMetrics', 'loadImage', 'sendImage', 'endpointOut'])
    deepEqual(['/', '/run/ns/p/c', '/exec/ns/p', '/containerLogs'].map((path) => parseRequest(path, nowMs)), [undefined, undefined, undefined, undefined])
  })
})
