// The tables of the Kubernetes documentation on path types and host names, and what goes before what.
import { deepEqual, equal } from 'node:assert/strict'
import { findCertificate, findRoute, hasPrefix, hostName, indexRoutes, type Route, wildcardOf } from '../../../../node/network/ingress/routing.ts'

const route = (host: string, path: string, service: string, change: Partial<Route> = {}): Route => ({ host, path, match: 'prefix', isDefault: false, isHttp2: false, service, backends: [], ...change })
const exact = { match: 'exact' } as const
const found = (routes: readonly Route[], host: string, target: string): string => findRoute(indexRoutes(routes), host, target)?.service ?? 'none'

describe('network / ingress / routing', () => {
  // Kubernetes documentation, "Ingress", examples of path types: prefix, path of the request, whether it matches.
  const prefixes: readonly (readonly [prefix: string, path: string, matches: boolean])[] = [
    ['/', '/anything', true], ['/foo', '/foo', true], ['/foo', '/foo/', true], ['/foo/', '/foo', true], ['/foo/', '/foo/', true], ['/aaa/bb', '/aaa/bbb', false],
    ['/aaa/bbb', '/aaa/bbb', true], ['/aaa/bbb/', '/aaa/bbb', true], ['/aaa/bbb', '/aaa/bbb/', true], ['/aaa/bbb', '/aaa/bbb/ccc', true], ['/aaa/bbb', '/aaa/bbbxyz', false],
  ]
  for (const [prefix, path, matches] of prefixes) it(`prefix ${prefix} and path ${path}`, () => equal(hasPrefix(path, prefix), matches))

  it('an exact path is that path only, without its query', () => {
    const routes = [route('', '/foo', 'a', exact)]
    deepEqual(['/foo', '/foo?x=/bar', '/foo/', '/bar'].map((target) => found(routes, 'h', target)), ['a', 'a', 'none', 'none'])
  })
  it('exact goes before prefix, longer before shorter, first before second', () => {
    const routes = [route('', '/', 'root'), route('', '/aaa', 'short'), route('', '/aaa/bbb', 'long'), route('', '/aaa/bbb', 'exact', exact), route('', '/aaa', 'second')]
    deepEqual(['/aaa/bbb', '/aaa/bbb/c', '/aaa/ccc', '/ccc'].map((target) => found(routes, 'h', target)), ['exact', 'long', 'short', 'root'])
  })
  it('a host goes before a wildcard of one label, and that before all hosts', () => {
    const routes = [route('', '/', 'all'), route('*.foo.test', '/', 'wild'), route('bar.foo.test', '/', 'own')]
    deepEqual(['bar.foo.test', 'baz.foo.test', 'a.b.foo.test', 'foo.test', ''].map((host) => found(routes, host, '/')), ['own', 'wild', 'all', 'all', 'all'])
  })
  it('a default backend answers what no rule does, and no rule of another host', () => {
    const routes = [route('a.test', '/x', 'x'), route('a.test', '/', 'own default', { isDefault: true }), route('', '/', 'default', { isDefault: true }), route('b.test', '/y', 'y'), route('', '/z', 'z')]
    deepEqual([['a.test', '/x'], ['a.test', '/q'], ['b.test', '/q'], ['c.test', '/q'], ['c.test', '/z'], ['b.test', '/z']].map(([host = '', target = '']) => found(routes, host, target)), ['x', 'own default', 'default', 'default', 'z', 'default'])
  })
  it('compares hosts without port, case and final dot', () => {
    deepEqual(['WEB.Test:8080', 'web.test.', '[::1]:80', undefined].map(hostName), ['web.test', 'web.test', '[::1]', ''])
    deepEqual([wildcardOf('a.b.c'), wildcardOf('a'), wildcardOf('.b')], ['*.b.c', undefined, undefined])
  })
  it('shows the certificate of the name before that of its wildcard, and none of others', () => {
    const of = (...hosts: readonly string[]) => ({ hosts, certificate: hosts.join(), key: '' })
    const all = [of('*.a.test'), of('b.a.test', 'c.test')]
    deepEqual(['b.a.test', 'x.a.test', 'c.test', 'd.test'].map((host) => findCertificate(all, host)?.certificate), ['b.a.test,c.test', '*.a.test', 'b.a.test,c.test', undefined])
  })
})
