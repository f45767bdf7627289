// Security contexts: Kubernetes documentation, Configure a Security Context for a Pod or Container.
import { deepEqual, equal, throws } from 'node:assert/strict'
import type { RuntimeImage } from '../../../../node/kubelet/runtime/types.ts'
import { containerSecurity, namespaceOptions, sandboxSecurity } from '../../../../node/kubelet/pod/security.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'

const image: RuntimeImage = { id: 'i', tags: [], digests: [], sizeBytes: 0, uid: undefined, username: '' }

describe('kubelet / pod / security', () => {
  it('prefers the container\'s setting to the Pod\'s', () => {
    const pod = makePod({ securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] } })
    const own = containerSecurity(pod, named('a', { securityContext: { runAsUser: 9 } }), image)
    deepEqual([own.runAsUser, own.runAsGroup, own.supplementalGroups], [{ value: 9 }, { value: 2 }, [4, 3]])
  })
  it('masks the kernel\'s files unless privileged', () => {
    equal(containerSecurity(makePod(), named('a'), image).maskedPaths.includes('/proc/kcore'), true)
    const privileged = containerSecurity(makePod(), named('a', { securityContext: { privileged: true } }), image)
    deepEqual([privileged.privileged, privileged.maskedPaths, privileged.seccomp.profileType], [true, [], 'Unconfined'])
  })
  it('passes capabilities, read-only roots, seccomp and no-new-privileges on', () => {
    const own = containerSecurity(makePod(), named('a', {
      securityContext: { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] }, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } },
    }), image)
    deepEqual([own.capabilities, own.readonlyRootfs, own.noNewPrivs, own.seccomp.profileType],
      [{ addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] }, true, true, 'RuntimeDefault'])
  })
  it('refuses root where it is forbidden', () => {
    const pod = makePod({ securityContext: { runAsNonRoot: true } })
    throws(() => containerSecurity(pod, named('a'), image), /image will run as root/)
    throws(() => containerSecurity(pod, named('a', { securityContext: { runAsUser: 0 } }), image), /breaks non-root policy/)
    throws(() => containerSecurity(pod, named('a'), { ...image, username: 'app' }), /non-numeric user/)
    equal(containerSecurity(pod, named('a'), { ...image, uid: 33 }).runAsUser, undefined)
  })
  it('shares namespaces as asked', () => {
    deepEqual(namespaceOptions(makePod()), { network: 'POD', pid: 'CONTAINER', ipc: 'POD' })
    deepEqual(namespaceOptions(makePod({ hostNetwork: true, hostPID: true, hostIPC: true })), { network: 'NODE', pid: 'NODE', ipc: 'NODE' })
    equal(namespaceOptions(makePod({ shareProcessNamespace: true })).pid, 'POD')
    equal(sandboxSecurity(makePod({ containers: [named('a', { securityContext: { privileged: true } })] })).privileged, true)
  })
})
