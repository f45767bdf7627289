// Tokens for people who sign in to the dashboard: of one service account with an administrator's rights, made when first needed.
// Who may use the daemon's own socket has these rights already. For lesser rights `kubectl create token` makes a token of any account.
// Source: Kubernetes API reference, TokenRequest.
import { isAlreadyExists } from '../client/errors.ts'
import type { Transport } from '../client/types.ts'
import { stringIn } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'

const account = 'shoal-dashboard'
const accounts = '/api/v1/namespaces/kube-system/serviceaccounts'

const objects: readonly { readonly path: string; readonly body: JsonObject }[] = [
  { path: accounts, body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: 'kube-system' } } },
  {
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'kube-system' }],
    },
  },
]

/** A token that is valid for `seconds`, at least 600. Rejects with ApiError, among others without a majority. */
export async function dashboardToken(transport: Transport, seconds: number): Promise<{ readonly token: string; readonly expires: string }> {
  for (const { path, body } of objects) {
    try {
      await transport.send({ method: 'POST', path, body })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: seconds } }
  const answer = await transport.send({ method: 'POST', path: `${accounts}/${account}/token`, body })
  const request: JsonObject = JSON.parse(JSON.stringify(answer))
  return { token: stringIn(request, 'status', 'token'), expires: stringIn(request, 'status', 'expirationTimestamp') }
}
