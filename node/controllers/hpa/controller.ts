// Scales what autoscalers point at, through the scale subresource: reads the target's size, its Pods and their measures, acts
// on the plan and writes conditions and events. What it remembers (recent recommendations and changes) is lost when the work
// moves to another peer; the size found there counts as a recommendation, so that nothing shrinks at once for that.
import type { WorkResult } from '../../base/work-queue.ts'
import { ApiError } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { horizontalPodAutoscalers as hpaType, pods as podType } from '../../client/resource-types.ts'
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus } from '../../objects/generated/autoscaling-v2.ts'
import type { Scale } from '../../objects/generated/autoscaling-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { matchesLabels, parseLabelSelector } from '../../objects/selector.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { syncEveryMs } from './limits.ts'
import type { PodMetrics } from './metrics-spec.ts'
import { planScale, statusAfter, withCondition } from './plan.ts'
import type { Plan } from './plan.ts'
import type { History, Reason } from './rate.ts'

/** How old the list of kinds may be in which a target's kind is looked up. */
const catalogFreshMs = 30_000
const changesKeptMs = 1_800_000

interface Memory {
  readonly uid: string | undefined
  readonly history: History
  readonly selector: string
}

/** The controller of horizontal pod autoscalers. */
export function hpaController(deps: ControllerDeps): Controller {
  return new HpaController(deps)
}

class HpaController implements Controller {
  readonly name = 'horizontalpodautoscaler'
  readonly #deps: ControllerDeps
  readonly #hpas
  readonly #pods
  readonly #events
  readonly #memory = new Map<string, Memory>()

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#hpas = deps.informers.of(hpaType)
    this.#pods = deps.informers.of(podType)
    this.#events = deps.events('horizontal-pod-autoscaler')
  }

  watch(sink: KeySink): () => void {
    // Its own status must not hurry it: the pace is that of the measures.
    return this.#hpas.onChange(({ kind, object, previous }) => {
      if (kind === 'updated' && previous !== undefined && previous !== object && sameJson(object.spec, previous.spec)) return
      sink.add(keyOf(object))
    })
  }

  async reconcile(key: string, signal: AbortSignal): Promise<WorkResult> {
    const hpa = this.#hpas.cache.get(key)
    if (hpa === undefined) {
      this.#memory.delete(key)
      return settled
    }
    const found = await this.#scale(hpa, signal)
    if (typeof found === 'string') await this.#cannotScale(hpa, found)
    else await this.#autoscale(key, hpa, found.path, found.scale, signal)
    return { againAfterMs: syncEveryMs }
  }

  /** The target's scale and where it is written, or why there is none. */
  async #scale(hpa: HorizontalPodAutoscaler, signal: AbortSignal): Promise<{ readonly path: string; readonly scale: Scale } | string> {
    const target = hpa.spec?.scaleTargetRef
    const group = target?.apiVersion?.includes('/') === true ? target.apiVersion.split('/')[0] ?? '' : ''
    const kinds = await this.#deps.catalog.refresh(catalogFreshMs, signal)
    const type = kinds.find((one) => one.group === group && one.kind === target?.kind)
    if (type === undefined) return `no matches for kind ${JSON.stringify(target?.kind)} in group ${JSON.stringify(group)}`
    const path = this.#deps.client.resource(type).path(hpa.metadata.namespace, target?.name, 'scale')
    try {
      // The path names the kind of the answer.
      return { path, scale: await this.#deps.client.transport.send({ method: 'GET', path }, signal) as Scale }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return error.message
    }
  }

  async #cannotScale(hpa: HorizontalPodAutoscaler, message: string): Promise<void> {
    this.#events.event(referenceTo(hpaType, hpa), 'Warning', 'FailedGetScale', message)
    const why = { reason: 'FailedGetScale', message: `the HPA controller was unable to get the target's current scale: ${message}` }
    const conditions = withCondition(hpa.status?.conditions ?? [], 'AbleToScale', false, why, this.#deps.clock.wallMs())
    await this.#writeStatus(hpa, { ...hpa.status, desiredReplicas: hpa.status?.desiredReplicas ?? 0, conditions })
  }

  async #autoscale(key: string, hpa: HorizontalPodAutoscaler, path: string, scale: Scale, signal: AbortSignal): Promise<void> {
    const nowMs = this.#deps.clock.wallMs()
    const current = scale.spec?.replicas ?? 0
    const selector = scale.status?.selector ?? ''
    const known = this.#memory.get(key)
    const history = known?.uid === hpa.metadata.uid && known !== undefined ? known.history : { recommendations: [], changes: [] }
    const { pods, problem } = this.#selected(key, hpa, selector)
    const metrics = selector === '' || problem !== undefined ? [] : await this.#measures(hpa, selector, signal)
    const plan = planScale({ hpa, selector, selectorProblem: problem, currentReplicas: current, pods, metrics, history, nowMs })
    for (const { type, reason, message } of plan.warnings) this.#events.event(referenceTo(hpaType, hpa), type, reason, message)
    const changes = plan.history.changes.filter((change) => change.atMs > nowMs - changesKeptMs)
    this.#memory.set(key, { uid: hpa.metadata.uid, selector, history: { ...plan.history, changes } })
    if (plan.replicas === current) {
      await this.#writeStatus(hpa, statusAfter(hpa, plan, current, undefined, nowMs))
      return
    }
    const problemOfWrite = await this.#write(path, { ...scale, spec: { replicas: plan.replicas } }, signal)
    await this.#tell(hpa, plan, current, problemOfWrite, nowMs)
    if (problemOfWrite !== undefined) return
    this.#memory.set(key, { uid: hpa.metadata.uid, selector, history: { ...plan.history, changes: [...changes, { added: plan.replicas - current, atMs: nowMs }] } })
  }

  /** The Pods of the target, and why its selector cannot be used, if so. */
  #selected(key: string, hpa: HorizontalPodAutoscaler, selector: string): { readonly pods: readonly Pod[]; readonly problem: Reason | undefined } {
    const { namespace = '' } = hpa.metadata
    const parsed = parseLabelSelector(selector)
    if (!parsed.ok) return { pods: [], problem: { reason: 'InvalidSelector', message: `couldn't convert selector into a corresponding internal selector object: ${parsed.message}` } }
    const pods = this.#pods.cache.list().filter((pod) => pod.metadata.namespace === namespace && matchesLabels(parsed.value, pod.metadata.labels))
    const others = [...this.#memory].filter(([other, memory]) => {
      const theirs = parseLabelSelector(memory.selector)
      return other !== key && other.startsWith(`${namespace}/`) && memory.selector !== '' && theirs.ok && pods.some((pod) => matchesLabels(theirs.value, pod.metadata.labels))
    }).map(([other]) => other)
    if (others.length === 0) return { pods, problem: undefined }
    return { pods, problem: { reason: 'AmbiguousSelector', message: `pods by selector ${selector} are controlled by multiple HPAs: [${[key, ...others].join(' ')}]` } }
  }

  async #measures(hpa: HorizontalPodAutoscaler, labelSelector: string, signal: AbortSignal): Promise<readonly PodMetrics[] | string> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(hpa.metadata.namespace ?? '')}/pods`
    try {
      // The path names the kind of the answer.
      const answer = await this.#deps.client.transport.send({ method: 'GET', path, query: { labelSelector } }, signal) as { readonly items: readonly PodMetrics[] }
      return answer.items
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return error.message
    }
  }

  /** Writes a scale; answers why it was refused. */
  async #write(path: string, scale: Scale, signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.#deps.client.transport.send({ method: 'PUT', path, body: scale }, signal)
      return undefined
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return error.message
    }
  }

  async #tell(hpa: HorizontalPodAutoscaler, plan: Plan, current: number, problem: string | undefined, nowMs: number): Promise<void> {
    const about = referenceTo(hpaType, hpa)
    const sentence = `New size: ${plan.replicas}; reason: ${plan.why}`
    if (problem === undefined) this.#events.event(about, 'Normal', 'SuccessfulRescale', sentence)
    else this.#events.event(about, 'Warning', 'FailedRescale', `${sentence}; error: ${problem}`)
    const why = problem === undefined
      ? { reason: 'SucceededRescale', message: `the HPA controller was able to update the target scale to ${plan.replicas}` }
      : { reason: 'FailedUpdateScale', message: `the HPA controller was unable to update the target scale: ${problem}` }
    const conditions = withCondition(plan.conditions, 'AbleToScale', problem === undefined, why, nowMs)
    await this.#writeStatus(hpa, statusAfter(hpa, { ...plan, conditions }, current, problem === undefined ? plan.replicas : undefined, nowMs))
  }

  async #writeStatus(hpa: HorizontalPodAutoscaler, status: HorizontalPodAutoscalerStatus): Promise<void> {
    if (sameJson(status, hpa.status)) return
    this.#hpas.assume(await this.#deps.client.resource(hpaType).updateStatus({ ...hpa, status }))
  }
}
