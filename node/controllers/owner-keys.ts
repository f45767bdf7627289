// Which owners a change of a child is a matter of: its controller, or, for an orphan, whoever might adopt it. Controllers of
// owners watch their children by this. It decides nothing about adoption; the claim does.
import type { Informer } from '../client/informer.ts'
import { keyOf } from '../client/object-cache.ts'
import type { ApiObject } from '../client/types.ts'
import type { LabelSelector } from '../objects/generated/meta-v1.ts'
import { selects } from '../objects/pods/label-match.ts'
import { controllerOf } from '../objects/pods/owners.ts'
import type { KeySink } from './controller.ts'

/** An owner that chooses its children by labels. */
type Selecting = ApiObject & { readonly spec?: { readonly selector?: LabelSelector | undefined } | undefined }

/** Keys of the owners of `kind` that a child belongs to or, as an orphan, might. `fits` is what an owner asks for besides labels. */
export function ownerKeys<Owner extends Selecting, Child extends ApiObject>(
  kind: string, owners: Informer<Owner>, child: Child, fits: (owner: Owner, child: Child) => boolean = () => true,
): readonly string[] {
  const { namespace, labels } = child.metadata
  const controller = controllerOf(child.metadata)
  if (controller !== undefined) return controller.kind === kind ? [`${namespace}/${controller.name}`] : []
  return owners.cache.list().filter((owner) => owner.metadata.namespace === namespace && selects(owner.spec?.selector, labels) && fits(owner, child)).map(keyOf)
}

/** Adds the owners of each child that changes: those of now, and those of before, who must see that it is theirs no more. */
export function watchChildren<Child extends ApiObject>(children: Informer<Child>, sink: KeySink, ownersOf: (child: Child) => readonly string[]): () => void {
  return children.onChange(({ object, previous }) => {
    for (const key of ownersOf(object)) sink.add(key)
    if (previous !== undefined && previous !== object) for (const key of ownersOf(previous)) sink.add(key)
  })
}
