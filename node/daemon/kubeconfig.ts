// The text of a kubeconfig: one cluster, one user with a client certificate, one context. Pure.

export interface KubeconfigInput {
  readonly cluster: string
  readonly server: string
  /** PEM texts. */
  readonly authority: string
  readonly certificate: string
  readonly privateKey: string
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A kubeconfig for the administrator. */
export function kubeconfig(input: KubeconfigInput): string {
  const name = `shoal-${input.cluster.slice(0, 8)}`
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${input.server}
    certificate-authority-data: ${base64(input.authority)}
users:
- name: ${name}-admin
  user:
    client-certificate-data: ${base64(input.certificate)}
    client-key-data: ${base64(input.privateKey)}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}-admin
current-context: ${name}
`
}
