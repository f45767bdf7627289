// Names of images: the reference grammar of container registries, and the API's default pull policy.
import { equal } from 'node:assert/strict'
import { completeImageName, pullPolicy } from '../../../../node/kubelet/images/names.ts'

describe('kubelet / images / names', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['nginx', 'docker.io/library/nginx:latest'], ['nginx:1.22', 'docker.io/library/nginx:1.22'], ['user/app', 'docker.io/user/app:latest'],
    ['registry.k8s.io/pause:3.6', 'registry.k8s.io/pause:3.6'], ['localhost/x', 'localhost/x:latest'], ['host:5000/a/b', 'host:5000/a/b:latest'], ['host:5000/a/b:2', 'host:5000/a/b:2'],
    ['nginx@sha256:abc', 'docker.io/library/nginx@sha256:abc'], ['docker.io/nginx', 'docker.io/library/nginx:latest'], ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ]
  for (const [name, complete] of cases) it(`${name} -> ${complete}`, () => equal(completeImageName(name), complete))
  it('pulls latest always, others when they are missing', () => {
    equal(pullPolicy('nginx', undefined), 'Always')
    equal(pullPolicy('nginx:1', undefined), 'IfNotPresent')
    equal(pullPolicy('nginx@sha256:abc', ''), 'IfNotPresent')
    equal(pullPolicy('nginx', 'Never'), 'Never')
  })
})
