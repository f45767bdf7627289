// Reads from a kubeconfig what a client needs besides an address: the authority and the administrator's certificate.
import { readFileSync } from 'node:fs'

export interface Access {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** PEM texts of the file's first cluster and user. */
export function kubeconfigAccess(file: string): Access {
  const text = readFileSync(file, 'utf8')
  const field = (name: string): string => Buffer.from(new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString()
  return { ca: field('certificate-authority-data'), certificate: field('client-certificate-data'), key: field('client-key-data') }
}
