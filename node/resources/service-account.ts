// Service accounts: identities that Pods use. Their tokens are made by the subresource `token`, outside this zone.
import { listIn } from '../objects/access.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'

export const serviceAccounts = defineKind({
  key: '/v1/serviceaccounts',
  definition: 'io.k8s.api.core.v1.ServiceAccount',
  cells: (object, nowMs) => [name(object), listIn(object, 'secrets').length, age(object, nowMs)],
})
