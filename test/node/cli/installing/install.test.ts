// Installing below a folder: what lies where, and again with a newer version. That the command starts where there is no network
// is tried in a namespace without one.
import { deepEqual, equal, match } from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { install } from '../../../../node/cli/installing/install.ts'
import { smallProject, textOf, type SmallProject } from '../../../support/small-project.ts'

describe('cli / installing / install', () => {
  let small: SmallProject
  let root: string
  beforeEach(() => {
    small = smallProject()
    root = join(small.folder, 'machine')
    cpSync(small.packages, join(small.project, 'bundle/packages'), { recursive: true })
    mkdirSync(join(small.project, 'bundle/images'))
    writeFileSync(join(small.project, 'bundle/images/web.tar'), 'WEB')
  })
  afterEach(() => rmSync(small.folder, { recursive: true }))

  const run = (): Promise<boolean> => install({ project: small.project, node: small.node, root, cniPlugins: '/usr/lib/cni' }, { step: () => undefined })

  it('puts the project, the command, a runtime of its own and the units in place, and starts nothing there', async () => {
    equal(await run(), false)
    deepEqual(readdirSync(join(root, 'opt/shoal/images')).sort(), ['00-pause.tar', 'web.tar'])
    equal(readlinkSync(join(root, 'usr/local/bin/shoal')), '/opt/shoal/shoal')
    match(textOf(root, 'etc/shoal/containerd.toml'), /root = "\/var\/lib\/shoal-containerd"[^]*address = "\/run\/shoal-containerd\/containerd\.sock"/)
    match(textOf(root, 'etc/systemd/system/shoal.service'), /SHOAL_CRI_ENDPOINT=\/run\/shoal-containerd\/containerd\.sock/)
    match(textOf(root, 'etc/systemd/system/shoal-containerd.service'), /--config \/etc\/shoal\/containerd\.toml/)
    equal(existsSync(join(root, 'opt/shoal/bundle')), false)
  })

  it('a newer version takes the place of the old one; what somebody configured stays', async () => {
    await run()
    writeFileSync(join(root, 'etc/default/shoal'), 'SHOAL_NAME=alpha\n')
    writeFileSync(join(root, 'opt/shoal/old'), '')
    writeFileSync(join(small.project, 'node/main.ts'), 'newer')
    await run()
    equal(textOf(root, 'opt/shoal/node/main.ts'), 'newer')
    equal(textOf(root, 'etc/default/shoal'), 'SHOAL_NAME=alpha\n')
    deepEqual(readdirSync(join(root, 'opt')), ['shoal'])
    equal(existsSync(join(root, 'opt/shoal/old')), false)
  })

  it('from /opt/shoal itself it copies nothing', async () => {
    await run()
    writeFileSync(join(root, 'opt/shoal/mark'), '')
    await install({ project: join(root, 'opt/shoal'), node: small.node, root, cniPlugins: '/usr/lib/cni' }, { step: () => undefined })
    equal(existsSync(join(root, 'opt/shoal/mark')), true)
  })

  it('the launcher installs without a network', function () {
    this.timeout(30_000)
    const launcher = join(import.meta.dirname, '../../../../shoal')
    const alone = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']
    const printed = execFileSync('unshare', [...alone, launcher, 'install', '--help'], { encoding: 'utf8' })
    match(printed, /--root <folder>/)
  })
})
