// The dashboard in Debian's chromium, on an API server with a small cluster in it: every page and action as a person does them,
// the rules of accessibility in light and dark, no violation of the content security policy, and names that carry script.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { BrowserCluster, script } from '../support/browser/cluster.ts'
import { openPage, startBrowser } from '../support/browser/page.ts'
import type { View, WatchedPage } from '../support/browser/page.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** What axe finds wrong with the page, in a line each. Run through the debugger's door, which the page's policy does not close. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)') as readonly Violation[]
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

describe('browser / dashboard', () => {
  let cluster: BrowserCluster
  let browser: Browser
  let open: WatchedPage[] = []
  before(async () => {
    cluster = await BrowserCluster.start()
    await cluster.fill()
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    await cluster.stop()
  })
  afterEach(async () => {
    const complaints = open.flatMap((one) => one.complaints)
    for (const { context } of open) await context.close()
    open = []
    deepEqual(complaints, [])
  })

  /** Signed in, at a page. */
  async function at(path: string, view: View = {}): Promise<Page> {
    const opened = await openPage(browser, view)
    open.push(opened)
    await opened.page.goto(`${cluster.address}#token=${await cluster.token()}`)
    await opened.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await go(opened.page, path)
    return opened.page
  }
  const go = (page: Page, path: string): Promise<unknown> => page.evaluate(`location.hash = ${JSON.stringify(path)}`)
  const patched = async (path: string): Promise<{ spec: { replicas?: number; unschedulable?: boolean; template?: { metadata: { annotations?: object } } } }> =>
    await cluster.api.transport().send({ method: 'GET', path }) as never
  const deployment = (name: string): string => `/apis/apps/v1/namespaces/default/deployments/${name}`

  it('signs in by a pasted token, says what is wrong with others, and signs out', async () => {
    const opened = await openPage(browser)
    open.push(opened)
    const { page, context } = opened
    await page.goto(cluster.address)
    await page.getByLabel('Token').fill('no.such.token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    match(await page.getByRole('alert').innerText(), /not valid/)
    deepEqual(await violations(page), [])
    await page.getByLabel('Token').fill(await cluster.token())
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const [cookie] = await context.cookies()
    deepEqual([cookie?.httpOnly, cookie?.secure, cookie?.sameSite], [true, true, 'Strict'])
    equal(await page.evaluate('document.cookie'), '')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    deepEqual(await context.cookies(), [])
  })

  it('a token behind the # is exchanged and leaves the address', async () => {
    equal(new URL((await at('/')).url()).hash, '#/')
  })

  it('a code of a kubeconfig is exchanged for a session of its user, and holds once', async () => {
    const asked = await cluster.api.http('POST', '/dashboard/code', { body: '{}' })
    const { code } = JSON.parse(asked.text) as { code: string }
    for (const [use, text] of [['first', 'Overview'], ['second', 'has been used']] as const) {
      const opened = await openPage(browser)
      open.push(opened)
      await opened.page.goto(`${cluster.address}#code=${code}`)
      await opened.page.getByText(text).first().waitFor()
      equal(new URL(opened.page.url()).hash.includes('code'), false, use)
    }
  })

  it('shows the peers, the leader and the broken link', async () => {
    const page = await at('/')
    match(await page.getByRole('img', { name: /5 peers/ }).getAttribute('aria-label') ?? '', /leader amber, 1 broken links/)
    equal(await page.locator('.link.broken').count(), 1)
    await page.getByText('coral does not see ember').waitFor()
  })

  const pages = [
    ['/', 'Pods in trouble'], ['/nodes', 'Cordoned'], ['/workloads', 'web-server'], ['/pods', 'web-server-7d4b9-0'], ['/services', '10.244.0.2'], ['/volumes', 'ledger-data'], ['/timeline', 'checkout-7d4b9-8'],
    ['/autoscalers', '% of the target'], ['/apply', 'one or more'], ['/pods/default/checkout-7d4b9-8', script], ['/pods/default/checkout-7d4b9-8/events', script],
    ['/pods/default/checkout-7d4b9-8/log', script], ['/pods/default/checkout-7d4b9-8/yaml', 'window.hurt=1'],
  ] as const
  for (const [title, view] of [['light', {}], ['dark', { dark: true }], ['on a phone', { width: 390, height: 780 }]] as const) {
    it(`every page keeps the rules of accessibility, ${title}, and runs no script of others`, async () => {
      const page = await at('/', view)
      for (const [path, text] of pages) {
        await go(page, path)
        await page.locator('main').getByText(text).first().waitFor()
        deepEqual(await violations(page), [], path)
        ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${path} is wider than the window`)
      }
      equal(await page.evaluate('window.hurt'), undefined)
    })
  }

  it('tells of a peer that was gone and is back, and of the Pod in place of a lost one', async () => {
    const page = await at('/timeline')
    const gone = page.getByRole('row').filter({ hasText: 'basil was gone for 12s' })
    match(await gone.innerText(), /after 12s/)
    const lost = page.getByRole('row').filter({ hasText: 'orders-5c6d7-lost1' })
    match(await lost.innerText(), /by orders-5c6d7-next2 on coral, Ready after \d+s/)
  })

  for (const dark of [false, true]) {
    it(`cuts nothing of the lists on a phone, ${dark ? 'dark' : 'light'}`, async () => {
      const name = 'monthly-statement-of-accounts'
      await cluster.create('/apis/batch/v1/namespaces/default/cronjobs', { metadata: { name }, spec: { schedule: '*/15 8-18 1,15 * 1-5', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/report:1' }] } } } } } })
      const page = await at('/', { width: 390, height: 780, dark })
      for (const path of ['/nodes', '/workloads', '/pods', '/services', '/volumes', '/timeline', '/autoscalers']) {
        await go(page, path)
        await page.locator('.table .body .row, .card').first().waitFor()
        if (path === '/workloads') await page.getByText('*/15 8-18 1,15 * 1-5').waitFor()
        // The message of a trouble is the one text that may be longer than any line; it is there as a title too.
        const cut = await page.evaluate('[...document.querySelectorAll(".row > div")].filter((cell) => cell.clientWidth > 0 && cell.scrollWidth > cell.clientWidth && cell.querySelector("[title]") === null).map((cell) => cell.innerText)')
        deepEqual(cut, [], path)
      }
      await cluster.api.transport().send({ method: 'DELETE', path: `/apis/batch/v1/namespaces/default/cronjobs/${name}` })
    })
  }

  it('is live: what changes in the cluster changes on the page', async () => {
    const page = await at('/pods')
    await page.getByRole('link', { name: 'search-7d4b9-9' }).waitFor()
    await cluster.pod('late', 99, '')
    await page.getByRole('link', { name: 'late-7d4b9-99' }).waitFor()
    await cluster.api.transport().send({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/late-7d4b9-99', query: { gracePeriodSeconds: '0' } })
    await page.getByRole('link', { name: 'late-7d4b9-99' }).waitFor({ state: 'detached' })
  })

  it('draws what an autoscaler measured in the last hour', async () => {
    const page = await at('/autoscalers')
    await page.getByRole('img', { name: /Replicas in the last hour: now 6, wanted 6, at most 8/ }).waitFor()
    // Steps of many points, and not a line from when the page was opened.
    for (const name of ['has', 'wanted', 'load']) ok((await page.locator(`.curve .${name}`).getAttribute('d') ?? '').split('V').length > 20, name)
  })

  it('scales, restarts and deletes a workload', async () => {
    await cluster.deploy('brief', 1)
    const page = await at('/workloads')
    await page.getByRole('button', { name: 'Scale brief' }).click()
    await page.getByLabel('Replicas').fill('4')
    await page.keyboard.press('Enter')
    await page.getByText('is scaled to 4').waitFor()
    equal((await patched(deployment('brief'))).spec.replicas, 4)
    await page.getByRole('button', { name: 'Restart brief' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
    await page.getByText('is being restarted').waitFor()
    ok('kubectl.kubernetes.io/restartedAt' in ((await patched(deployment('brief'))).spec.template?.metadata.annotations ?? {}))
    await page.getByRole('button', { name: 'Delete brief' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Scale brief' }).waitFor({ state: 'detached' })
  })

  it('scales and restarts a StatefulSet, restarts a DaemonSet', async () => {
    const template = { metadata: { labels: { app: 'sets' } }, spec: { containers: [{ name: 'main', image: 'example/web:1' }] } }
    const spec = { selector: { matchLabels: { app: 'sets' } }, template }
    await cluster.create('/apis/apps/v1/namespaces/default/statefulsets', { metadata: { name: 'ledger' }, spec: { ...spec, serviceName: 'ledger', replicas: 2 } })
    await cluster.create('/apis/apps/v1/namespaces/default/daemonsets', { metadata: { name: 'probe' }, spec })
    const page = await at('/workloads')
    await page.getByRole('button', { name: 'Scale ledger' }).click()
    await page.getByLabel('Replicas').fill('5')
    await page.keyboard.press('Enter')
    await page.getByText('is scaled to 5').waitFor()
    equal((await patched('/apis/apps/v1/namespaces/default/statefulsets/ledger')).spec.replicas, 5)
    equal(await page.getByRole('button', { name: 'Scale probe' }).count(), 0)
    for (const [name, resource] of [['ledger', 'statefulsets'], ['probe', 'daemonsets']] as const) {
      await page.getByRole('button', { name: `Restart ${name}` }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
      await page.getByText(`${name} is being restarted`).waitFor()
      ok('kubectl.kubernetes.io/restartedAt' in ((await patched(`/apis/apps/v1/namespaces/default/${resource}/${name}`)).spec.template?.metadata.annotations ?? {}))
    }
  })

  it('suspends and resumes a CronJob, and runs it now; suspends a Job', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/backup:1' }] } }
    await cluster.create('/apis/batch/v1/namespaces/default/cronjobs', { metadata: { name: 'backup' }, spec: { schedule: '0 3 * * *', jobTemplate: { metadata: { labels: { of: 'backup' } }, spec: { template } } } })
    const page = await at('/workloads')
    await page.getByText('0 3 * * *').waitFor()
    await page.getByRole('button', { name: 'Suspend backup' }).click()
    await page.getByText('Suspended', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume backup' }).click()
    await page.getByText('On schedule', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Run backup' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click()
    await page.getByText(/backup-by-hand-\w+ runs/).waitFor()
    const { items } = await cluster.api.transport().send({ method: 'GET', path: '/apis/batch/v1/namespaces/default/jobs' }) as unknown as { items: readonly { metadata: { name: string; labels: object; ownerReferences: readonly { name: string }[] } }[] }
    deepEqual(items.map(({ metadata }) => [metadata.labels, metadata.ownerReferences[0]?.name]), [[{ of: 'backup' }, 'backup']])
    await page.getByRole('button', { name: 'Suspend backup-by-hand' }).click()
    await page.getByRole('button', { name: 'Resume backup-by-hand' }).waitFor()
  })

  it('cordons, uncordons and drains a Node', async () => {
    const page = await at('/nodes')
    await page.getByRole('button', { name: 'Cordon basil', exact: true }).click()
    await page.getByRole('button', { name: 'Uncordon basil' }).waitFor()
    equal((await patched('/api/v1/nodes/basil')).spec.unschedulable, true)
    await page.getByRole('button', { name: 'Uncordon basil' }).click()
    await page.getByRole('button', { name: 'Cordon basil', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Drain ember' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click()
    await page.getByText('ember is drained').waitFor()
    equal((await patched('/api/v1/nodes/ember')).spec.unschedulable, true)
  })

  it('deletes a Pod, by keyboard alone', async () => {
    await cluster.pod('doomed', 50, '')
    const page = await at('/pods/default/doomed-7d4b9-50')
    await page.getByRole('button', { name: 'Delete' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Pods', exact: false }).waitFor()
    await page.getByText('is being deleted').waitFor()
  })

  it('opens a shell on a terminal, which is let go by keyboard', async () => {
    const page = await at('/pods/default/search-7d4b9-9/shell')
    const rows = page.locator('.xterm-rows')
    await rows.waitFor()
    await page.keyboard.type('say <b>this</b>')
    await rows.getByText('SAY <B>THIS</B>').waitFor()
    // Colours of programs, which the terminal wants to write into style attributes.
    await page.keyboard.type('\u001b[38;2;200;10;10mred')
    await rows.getByText('RED').waitFor()
    deepEqual(await violations(page), [])
    await page.keyboard.press('Shift+Tab')
    equal(await page.evaluate('document.activeElement.tagName'), 'SELECT')
  })

  it('applies YAML, all of it or nothing, and says what is wrong', async () => {
    const page = await at('/apply')
    const text = page.getByLabel('YAML')
    const apply = page.getByRole('button', { name: 'Apply' })
    const made = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: "1"}\n'
    for (const [yaml, words] of [['a: [', /YAML/], ['kind: Pod', /no apiVersion/], ['apiVersion: v1\nkind: Fish\nmetadata: {name: x}', /knows no Fish/], [`${made}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: wrong}\ndat: {}\n`, /field not declared|unknown field/]] as const) {
      await text.fill(yaml)
      await apply.click()
      await page.locator('form .trouble').first().waitFor()
      match(await page.locator('form').innerText(), words)
      await text.fill('')
    }
    match(await page.locator('form').innerText(), /Nothing\s+was changed/)
    await text.fill(made)
    await apply.click()
    await page.getByText('created').waitFor()
  })

  it('a user without rights sees why, and the server\'s refusal of what is tried', async () => {
    await cluster.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'guest' } })
    const { status } = await cluster.create('/api/v1/namespaces/default/serviceaccounts/guest/token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }) as { status: { token: string } }
    const opened = await openPage(browser)
    open.push(opened)
    const { page } = opened
    await page.goto(`${cluster.address}#token=${status.token}`)
    await page.getByText('cannot get path "/shoal/peers"').waitFor()
    await go(page, '/pods')
    match(await page.getByRole('note').innerText(), /You may not see Pods: .*cannot list resource "pods"/)
  })

  it('an expired session leads to the door and says so', async () => {
    const page = await at('/pods')
    await page.context().clearCookies()
    await page.context().addCookies([{ name: '__Host-shoal', value: 'a.b.c', url: new URL('/', cluster.address).href, secure: true, httpOnly: true, sameSite: 'Strict' }])
    await go(page, '/services')
    match(await page.getByRole('alert').innerText(), /session has ended/)
  })
})
