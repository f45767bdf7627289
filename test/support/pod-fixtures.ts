// Pods, sandboxes and containers for the kubelet's tests, with everything that a test does not care about filled in.
import type { Container, Pod, PodSpec } from '../../node/objects/generated/core-v1.ts'
import { containerNameLabel, podUidLabel } from '../../node/kubelet/pod/configs.ts'
import type { PodView } from '../../node/kubelet/pod/view.ts'
import type { RuntimeContainerStatus, Sandbox } from '../../node/kubelet/runtime/types.ts'

export const nowMs = Date.UTC(2026, 0, 1, 12)

export function makePod(spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}, status?: Pod['status']): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'uid-1', resourceVersion: '10', ...metadata },
    spec: { containers: [{ name: 'main', image: 'busybox' }], restartPolicy: 'Always', nodeName: 'n1', ...spec },
    ...(status === undefined ? {} : { status }),
  }
}

export const makeSandbox = (fields: Partial<Sandbox> = {}): Sandbox => ({
  id: 's0', podName: 'web', podNamespace: 'default', podUid: 'uid-1', attempt: 0, ready: true, createdMs: nowMs - 60_000, labels: {}, annotations: {}, ...fields,
})

export const makeContainer = (fields: Partial<RuntimeContainerStatus> = {}): RuntimeContainerStatus => ({
  id: `c-${fields.name ?? 'main'}-${fields.attempt ?? 0}`, sandboxId: 's0', name: 'main', attempt: 0, image: 'docker.io/library/busybox:latest', imageRef: 'sha256:1', state: 'running',
  createdMs: nowMs - 50_000, startedMs: nowMs - 50_000, finishedMs: 0, exitCode: 0, reason: '', message: '', logPath: '', annotations: {},
  labels: { [podUidLabel]: 'uid-1', [containerNameLabel]: fields.name ?? 'main' }, ...fields,
})

/** Ended `agoMs` ago after ten seconds of running. */
export const ended = (exitCode: number, agoMs: number, fields: Partial<RuntimeContainerStatus> = {}): RuntimeContainerStatus =>
  makeContainer({ state: 'exited', exitCode, startedMs: nowMs - agoMs - 10_000, finishedMs: nowMs - agoMs, reason: exitCode === 0 ? 'Completed' : 'Error', ...fields })

export const makeView = (fields: Partial<PodView> = {}): PodView => ({
  pod: makePod(), sandboxes: [], addresses: fields.sandboxes === undefined ? [] : ['10.244.0.5'], containers: [], health: new Map(), waiting: new Map(), crashes: new Map(), nowMs, ...fields,
})

export const named = (name: string, fields: Partial<Container> = {}): Container => ({ name, image: 'busybox', ...fields })
