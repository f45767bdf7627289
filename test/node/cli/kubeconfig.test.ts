// What is read of a kubeconfig, and what is said of one that cannot be used.
import { deepEqual, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { badKubeconfig } from '../../../node/cli/errors.ts'
import { readKubeconfig } from '../../../node/cli/kubeconfig.ts'
import { kubeconfig } from '../../../node/daemon/kubeconfig.ts'

describe('cli / kubeconfig', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'shoal-kubeconfig-')) })
  afterEach(() => rmSync(folder, { recursive: true }))
  const file = (text: string): string => {
    writeFileSync(join(folder, 'config'), text)
    return join(folder, 'config')
  }

  it('reads what `shoal kubeconfig` writes', async () => {
    deepEqual(await readKubeconfig(file(kubeconfig({ cluster: 'c0ffee', server: 'https://a:6443', authority: 'CA', certificate: 'CERT', privateKey: 'KEY' }))),
      { server: 'https://a:6443', ca: 'CA', certificate: 'CERT', key: 'KEY', token: undefined })
  })

  it('takes the current context, and files beside it', async () => {
    writeFileSync(join(folder, 'ca.pem'), 'CA')
    const text = `
current-context: two
contexts: [{name: one, context: {cluster: a, user: a}}, {name: two, context: {cluster: b, user: b}}]
clusters: [{name: a, cluster: {server: https://a}}, {name: b, cluster: {server: https://b/, certificate-authority: ca.pem}}]
users: [{name: a, user: {token: x}}, {name: b, user: {token: t}}]
`
    deepEqual(await readKubeconfig(file(text)), { server: 'https://b', ca: 'CA', certificate: undefined, key: undefined, token: 't' })
  })

  it('says what is wrong', async () => {
    for (const path of [join(folder, 'none'), file('a: [')]) await rejects(readKubeconfig(path), (error) => badKubeconfig.is(error))
    await rejects(readKubeconfig(file('current-context: x')), /names no server/)
  })
})
