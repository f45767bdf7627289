// The list of controllers. To add one is to add its folder and a line here.
// The composition root may hand the manager more of them, of zones that controllers must not know.
import { clusterRoleAggregationController } from './cluster-role-aggregation/controller.ts'
import type { ControllerFactory } from './controller.ts'
import { cronJobController } from './cronjob/controller.ts'
import { daemonSetController } from './daemonset/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption/controller.ts'
import { endpointsController } from './endpoints/endpoints-controller.ts'
import { endpointSliceController } from './endpoints/slice-controller.ts'
import { ephemeralClaimController } from './ephemeral-claim/controller.ts'
import { eventExpiryController } from './event-expiry/controller.ts'
import { garbageController } from './garbage/controller.ts'
import { ingressController } from './ingress/controller.ts'
import { jobController } from './job/controller.ts'
import { announcerController } from './load-balancer/announcer.ts'
import { loadBalancerController } from './load-balancer/controller.ts'
import { hpaController } from './hpa/controller.ts'
import { namespaceController } from './namespace/controller.ts'
import { nodeLifecycleController } from './node-lifecycle/controller.ts'
import { persistentVolumeController } from './persistent-volume/controller.ts'
import { podGcController } from './pod-gc/controller.ts'
import { replicaSetController } from './replicaset/controller.ts'
import { rootCaController } from './root-ca/controller.ts'
import { serviceAccountController } from './service-account/controller.ts'
import { statefulSetController } from './statefulset/controller.ts'
import { storageClassController } from './storage-class/controller.ts'

/** Every controller that Shoal itself brings. */
export const controllers: readonly ControllerFactory[] = [
  nodeLifecycleController,
  endpointSliceController,
  endpointsController,
  replicaSetController,
  deploymentController,
  hpaController,
  statefulSetController,
  daemonSetController,
  jobController,
  cronJobController,
  disruptionController,
  storageClassController,
  persistentVolumeController,
  ephemeralClaimController,
  namespaceController,
  loadBalancerController,
  announcerController,
  ingressController,
  garbageController,
  serviceAccountController,
  rootCaController,
  clusterRoleAggregationController,
  podGcController,
  eventExpiryController,
]
