// Configurations for the runtime: what a later daemon recognises containers by, and what they are started with.
import { deepEqual, equal } from 'node:assert/strict'
import { containerConfig, containerLogPath, podLogFolder, restartCountAnnotation, sandboxConfig } from '../../../../node/kubelet/pod/configs.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'

const image = { id: 'sha256:1', tags: [], digests: [], sizeBytes: 0, uid: undefined, username: '' }

describe('kubelet / pod / configs', () => {
  it('label sandboxes with the Pod\'s identity, which its own labels cannot forge', () => {
    const pod = makePod({}, { labels: { app: 'x', 'io.kubernetes.pod.uid': 'forged' } })
    const config = sandboxConfig(pod, 2, { clusterDomain: 'c', clusterDns: [], machine: { servers: [], searches: [], options: [] }, machineName: 'm', logDirectory: '/l', cgroupParent: '/p' })
    deepEqual(config.labels, { app: 'x', 'io.kubernetes.pod.name': 'web', 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.uid': 'uid-1' })
    deepEqual([config.metadata.attempt, config.linux.cgroupParent, config.hostname], [2, '/p', 'web'])
  })
  it('expand variables in commands and arguments', () => {
    const container = named('main', { command: ['run', '$(PORT)'], args: ['$$(PORT)', '$(NONE)'] })
    const config = containerConfig(makePod(), container, { attempt: 3, image, imageRef: 'sha256:1', environment: [{ key: 'PORT', value: '80' }], mounts: [], resources: undefined, terminationFile: '/t' })
    deepEqual([config.command, config.args], [['run', '80'], ['$(PORT)', '$(NONE)']])
    deepEqual([config.annotations[restartCountAnnotation], config.logPath, config.linux.resources], ['3', 'main/3.log', undefined])
  })
  it('name logs as every kubelet does', () => {
    equal(podLogFolder(makePod()), 'default_web_uid-1')
    equal(containerLogPath('main', 0), 'main/0.log')
  })
})
