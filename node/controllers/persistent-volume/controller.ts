// Binds claims and volumes, has volumes made and reclaimed, keeps both while they are in use, and tells Pods that wait for a
// peer with their data. Keys are claims; volumes and Pods with a prefix. See the plans for what is decided.
import type { WorkResult } from '../../base/work-queue.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { nodes as nodeType, persistentVolumeClaims as claimType, persistentVolumes as volumeType, pods as podType, storageClasses as classType } from '../../client/resource-types.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import { volumesDirectory } from '../../objects/volumes/annotations.ts'
import { claimKeysOf } from '../../objects/volumes/claims.ts'
import { defaultClassOf } from '../../objects/volumes/classes.ts'
import { classNameOf, homeOf, isBound } from '../../objects/volumes/matching.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { volumeRetellMs } from '../limits.ts'
import { actOnClaim, actOnVolume } from './act.ts'
import { isRecreated, waitingMessage } from './loss.ts'
import { planClaim } from './plan.ts'
import { isUnreachable } from './provisioning.ts'
import type { Tell } from './types.ts'
import { planVolume } from './volume-plan.ts'

const volumePrefix = 'volume:'
const podPrefix = 'pod:'
const claimIndex = 'claim'
const homeIndex = 'home'
const freeVolumes = 'free'

/** The claim that a volume names, by key; volumes that name none are found together. */
function claimRefOf(volume: PersistentVolume): string {
  const reference = volume.spec?.claimRef
  return reference === undefined ? freeVolumes : `${reference.namespace}/${reference.name}`
}

/** Events do not live for ever: what is still so is told again. */
const retold = (tell: Tell | undefined): WorkResult => (tell === undefined ? settled : { againAfterMs: volumeRetellMs })

/** The controller of claims and volumes. */
export function persistentVolumeController(deps: ControllerDeps): Controller {
  return new PersistentVolumeController(deps)
}

class PersistentVolumeController implements Controller {
  readonly name = 'persistentvolume'
  readonly #deps: ControllerDeps
  readonly #claims
  readonly #volumes
  readonly #classes
  readonly #nodes
  readonly #pods
  readonly #events
  /** What was told of an object last, and when: a change elsewhere does not tell it again. */
  readonly #told = new Map<string, { readonly text: string; readonly atMs: number }>()

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#claims = deps.informers.of(claimType)
    this.#volumes = deps.informers.of(volumeType)
    this.#classes = deps.informers.of(classType)
    this.#nodes = deps.informers.of(nodeType)
    this.#pods = deps.informers.of(podType)
    this.#volumes.addIndex(claimIndex, (volume) => [claimRefOf(volume)])
    this.#volumes.addIndex(homeIndex, (volume) => [homeOf(volume) ?? ''])
    this.#pods.addIndex(claimIndex, claimKeysOf)
    this.#events = deps.events('persistentvolume-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#claims.onChange(({ object }) => this.#claimChanged(sink, object)),
      this.#volumes.onChange(({ object, previous }) => this.#volumeChanged(sink, object, previous)),
      this.#classes.onChange(() => this.#unbound(sink)),
      this.#nodes.onChange(({ kind, object, previous }) => {
        const isSame = kind === 'updated' && isUnreachable(object) === isUnreachable(previous) && object.metadata.annotations?.[volumesDirectory] === previous.metadata.annotations?.[volumesDirectory]
        if (!isSame) this.#nodeChanged(sink, object)
      }),
      this.#pods.onChange(({ object }) => {
        const keys = claimKeysOf(object)
        keys.forEach((key) => sink.add(key))
        if (keys.length > 0) sink.add(`${podPrefix}${keyOf(object)}`)
      }),
    ]
    return () => ends.forEach((end) => end())
  }

  #claimChanged(sink: KeySink, claim: PersistentVolumeClaim): void {
    const key = keyOf(claim)
    sink.add(key)
    const named = claim.spec?.volumeName ?? ''
    if (named !== '') sink.add(`${volumePrefix}${named}`)
    for (const volume of this.#volumes.cache.byIndex(claimIndex, key)) sink.add(`${volumePrefix}${volume.metadata.name}`)
  }

  #volumeChanged(sink: KeySink, volume: PersistentVolume, previous: PersistentVolume | undefined): void {
    sink.add(`${volumePrefix}${volume.metadata.name}`)
    for (const key of new Set([claimRefOf(volume), ...(previous === undefined ? [] : [claimRefOf(previous)])])) {
      if (key !== freeVolumes) sink.add(key)
      else this.#unbound(sink)
    }
  }

  /** A class or a free volume may be what a claim waits for. */
  #unbound(sink: KeySink): void {
    for (const claim of this.#claims.cache.list()) if (!isBound(claim)) sink.add(keyOf(claim))
  }

  #nodeChanged(sink: KeySink, node: Node): void {
    this.#unbound(sink)
    for (const volume of this.#volumes.cache.byIndex(homeIndex, node.metadata.name ?? '')) {
      sink.add(`${volumePrefix}${volume.metadata.name}`)
      const key = claimRefOf(volume)
      if (key === freeVolumes) continue
      sink.add(key)
      for (const pod of this.#pods.cache.byIndex(claimIndex, key)) sink.add(`${podPrefix}${keyOf(pod)}`)
    }
  }

  async reconcile(key: string): Promise<WorkResult> {
    if (key.startsWith(volumePrefix)) return this.#volume(key, key.slice(volumePrefix.length))
    if (key.startsWith(podPrefix)) return this.#waiting(key, key.slice(podPrefix.length))
    const claim = this.#claims.cache.get(key)
    if (claim === undefined) {
      this.#told.delete(key)
      return settled
    }
    const volumes = this.#volumes.cache
    const classes = this.#classes.cache
    const plan = planClaim({
      claim,
      named: volumes.get(claim.spec?.volumeName ?? ''),
      meant: volumes.byIndex(claimIndex, key),
      free: volumes.byIndex(claimIndex, freeVolumes),
      storageClass: classes.get(classNameOf(claim)),
      defaultClass: defaultClassOf(classes.list()),
      nodes: this.#nodes.cache.list(),
      volumesOn: (node) => volumes.byIndex(homeIndex, node).length,
      users: this.#pods.cache.byIndex(claimIndex, key),
    })
    this.#tell(key, plan.tell, (tell) => this.#events.event(referenceTo(claimType, claim), tell.type, tell.reason, tell.message))
    if (plan.step === undefined) return retold(plan.tell)
    await actOnClaim({ client: this.#deps.client, claims: this.#claims, volumes: this.#volumes }, claim, plan.step)
    if (plan.step.kind === 'provision') this.#events.event(referenceTo(claimType, claim), 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${plan.step.volume.metadata.name}`)
    return settled
  }

  async #volume(key: string, name: string): Promise<WorkResult> {
    const volume = this.#volumes.cache.get(name)
    if (volume === undefined) {
      this.#told.delete(key)
      return settled
    }
    const plan = planVolume({ volume, claim: this.#claims.cache.get(claimRefOf(volume)), nodes: this.#nodes.cache.list() })
    this.#tell(key, plan.tell, (tell) => this.#events.event(referenceTo(volumeType, volume), tell.type, tell.reason, tell.message))
    if (plan.step === undefined) return retold(plan.tell)
    await actOnVolume({ client: this.#deps.client, claims: this.#claims, volumes: this.#volumes }, volume, plan.step)
    return settled
  }

  #waiting(key: string, podKey: string): WorkResult {
    const pod = this.#pods.cache.get(podKey)
    // What is given up by itself is not waited for.
    const kept = (pod === undefined ? [] : this.#volumesOf(pod)).filter((volume) => !isRecreated(this.#classes.cache.get(classNameOf(volume))))
    const message = pod === undefined ? undefined : waitingMessage(pod, kept, this.#nodes.cache.list())
    const tell: Tell | undefined = message === undefined ? undefined : { type: 'Warning', reason: 'WaitingForPeer', message }
    this.#tell(key, tell, ({ type, reason }) => {
      if (pod !== undefined) this.#events.event(referenceTo(podType, pod), type, reason, tell?.message ?? '')
    }, pod?.metadata.uid)
    return retold(tell)
  }

  #volumesOf(pod: Pod): readonly PersistentVolume[] {
    return claimKeysOf(pod).flatMap((key) => this.#volumes.cache.get(this.#claims.cache.get(key)?.spec?.volumeName ?? '') ?? [])
  }

  /** Tells what was not told lately of this object; of another object of the name (another `uid`) everything anew. */
  #tell(key: string, tell: Tell | undefined, say: (tell: Tell) => void, uid = ''): void {
    if (tell === undefined) {
      this.#told.delete(key)
      return
    }
    const text = `${uid} ${tell.reason} ${tell.message}`
    const [before, nowMs] = [this.#told.get(key), this.#deps.clock.bootMs()]
    if (before?.text === text && nowMs - before.atMs < volumeRetellMs) return
    this.#told.set(key, { text, atMs: nowMs })
    say(tell)
  }
}
