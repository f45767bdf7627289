// Carries out a claim: takes orphans and lets go of what is no longer selected, each under the child's uid so that a
// namesake is never touched. Before it adopts, it asks the API whether the owner still lives: the copy may be late.
import type { OwnerReference } from '../objects/generated/meta-v1.ts'
import { controllerReference } from '../objects/pods/owners.ts'
import type { Client } from '../client/client.ts'
import { isNotFound } from '../client/errors.ts'
import type { Informer } from '../client/informer.ts'
import { groupVersion, type ResourceType } from '../client/resource-types.ts'
import type { ApiObject } from '../client/types.ts'
import type { Claim } from './claim.ts'

/** Makes the claim true and answers everything owned afterwards. */
export async function settleClaim<Owner extends ApiObject, Child extends ApiObject>(
  client: Client, ownerType: ResourceType<Owner>, owner: Owner, children: Informer<Child>, claim: Claim<Child>,
): Promise<readonly Child[]> {
  for (const child of claim.release) {
    const rest = (child.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid)
    await setOwners(client, children, child, rest)
  }
  if (claim.adopt.length === 0) return claim.owned
  const { name = '', namespace, uid } = owner.metadata
  const live = await client.resource(ownerType).get(name, namespace)
  if (live.metadata.uid !== uid || live.metadata.deletionTimestamp !== undefined) return claim.owned
  const reference = controllerReference(groupVersion(ownerType), ownerType.kind, owner.metadata)
  const adopted: Child[] = []
  for (const child of claim.adopt) {
    const taken = await setOwners(client, children, child, [...(child.metadata.ownerReferences ?? []), reference])
    if (taken !== undefined) adopted.push(taken)
  }
  return [...claim.owned, ...adopted]
}

async function setOwners<Child extends ApiObject>(
  client: Client, children: Informer<Child>, child: Child, ownerReferences: readonly OwnerReference[],
): Promise<Child | undefined> {
  const { name = '', namespace, uid, resourceVersion } = child.metadata
  try {
    const changed = await client.resource(children.type).patch(name, namespace, { metadata: { uid, resourceVersion, ownerReferences } })
    children.assume(changed)
    return changed
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
