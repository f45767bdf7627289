// Makes node/identity/generated/bootstrap-policy.ts from the facts folder given as the argument: the cluster roles, roles and
// bindings that a new cluster has, as compact JSON, with the aggregated roles filled in. Run by hand when the facts change.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Recorded { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } }
type Section = { readonly [groupVersionResource: string]: readonly Recorded[] }

const facts = process.argv[2] ?? '.'
const recorded: { readonly [section: string]: Section } = JSON.parse(readFileSync(join(facts, 'bootstrap.json'), 'utf8'))
const prefix = 'rbac.authorization.k8s.io/v1/'
const kinds = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings']
const lines = kinds.flatMap((kind) => {
  const changed = recorded['changed_by_controller_manager']?.[prefix + kind] ?? []
  return (recorded['after_apiserver_start']?.[prefix + kind] ?? []).map((object) => {
    const final = changed.find((other) => other.metadata.name === object.metadata.name) ?? object
    return JSON.stringify(final)
  })
})
writeFileSync('node/identity/generated/bootstrap-policy.ts', `// The RBAC objects that every cluster begins with, as Kubernetes 1.32 makes them; written by test/generate/bootstrap.ts.
// One JSON object a line; node/identity/bootstrap-policy.ts reads it. Not edited by hand.

/** The objects as text, one a line. */
export const bootstrapPolicyText = String.raw\`
${lines.join('\n').replaceAll('`', '\\u0060')}
\`
`)
