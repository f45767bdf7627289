// The admission plug-ins in the order in which they run. To add one is to add a file and a line here.
import type { JsonObject } from '../../objects/json.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultTolerations } from './default-tolerations.ts'
import { namespaceProtection } from './namespace-protection.ts'
import { nodeRestriction } from './node-restriction.ts'
import { oneDefaultPriority, priority } from './priority.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { claimResize, defaultStorageClass } from './storage-class.ts'
import type { AdmissionPlugin, AdmissionRequest, AdmissionWorld } from './types.ts'

const plugins: readonly AdmissionPlugin[] = [
  namespaceProtection, nodeRestriction, serviceAccount, defaultTolerations, priority, oneDefaultPriority, runtimeClass, defaultIngressClass, defaultStorageClass,
  claimResize, rbacEscalation,
]

/** Runs all plug-ins that handle the request; answers the object to write. Throws a Status when one refuses. */
export async function admit(request: AdmissionRequest, world: AdmissionWorld): Promise<JsonObject> {
  let object = request.object
  for (const plugin of plugins) {
    const current = { ...request, object }
    if (plugin.handles(current)) object = await plugin.admit(current, world)
  }
  return object
}
