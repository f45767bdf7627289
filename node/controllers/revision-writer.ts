// Writes the history of templates that revisions.ts plans: makes and renumbers ControllerRevisions, forgets old ones.
// A name that is taken by another template is told to the caller, who counts the collision in its status.
import type { ControllerRevision } from '../objects/generated/apps-v1.ts'
import { sameJson } from '../objects/pods/fnv.ts'
import { controllerOf } from '../objects/pods/owners.ts'
import type { Client } from '../client/client.ts'
import { isAlreadyExists, isNotFound } from '../client/errors.ts'
import type { Informer } from '../client/informer.ts'
import { keyOf } from '../client/object-cache.ts'
import { controllerRevisions as revisionType } from '../client/resource-types.ts'
import type { RevisionPlan } from './revisions.ts'

/** The revision of the current template as it is stored afterwards; undefined when its name belongs to another template. */
export async function writeRevision(client: Client, informer: Informer<ControllerRevision>, plan: RevisionPlan): Promise<ControllerRevision | undefined> {
  const resource = client.resource(revisionType)
  if (plan.kind === 'found') return plan.update
  const { name = '', namespace, uid } = plan.update.metadata
  if (plan.kind === 'renumber') {
    const changed = await resource.patch(name, namespace, { metadata: { uid }, revision: plan.revision })
    informer.assume(changed)
    return changed
  }
  try {
    const created = await resource.create(plan.update)
    informer.assume(created)
    return created
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    const found = await resource.get(name, namespace)
    const isOurs = controllerOf(found.metadata)?.uid === controllerOf(plan.update.metadata)?.uid && sameJson(found.data, plan.update.data)
    if (isOurs) informer.assume(found)
    return isOurs ? found : undefined
  }
}

/** Deletes revisions that are no longer kept. */
export async function forgetRevisions(client: Client, informer: Informer<ControllerRevision>, revisions: readonly ControllerRevision[]): Promise<void> {
  for (const revision of revisions) {
    const { name = '', namespace, uid } = revision.metadata
    try {
      await client.resource(revisionType).delete(name, namespace, { uid })
      informer.assumeDeleted(keyOf(revision), uid)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}
