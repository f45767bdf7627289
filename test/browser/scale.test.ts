// The dashboard with five thousand Pods: how soon it shows something, that only rows in sight are drawn, and how long frames take
// while the table is scrolled from end to end. Times are printed; what a busy machine cannot change is asserted.
import { equal, ok } from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { BrowserCluster } from '../support/browser/cluster.ts'
import { openPage, startBrowser } from '../support/browser/page.ts'
import type { WatchedPage } from '../support/browser/page.ts'

const podsMade = 5_000
/** The bound for frames while scrolling. */
const longestFrameMs = 50

/** Scrolls five rows each frame, as a fast wheel does, then to the end; answers the time of every frame and the most rows that were drawn. */
const scroll = `new Promise((resolve) => {
  const body = document.querySelector('.table .body')
  const frames = []
  let rows = 0
  let last
  const step = (now) => {
    if (last !== undefined) frames.push(now - last)
    last = now
    rows = Math.max(rows, body.querySelectorAll('.row').length)
    body.scrollTop += 240
    if (frames.length < 300) requestAnimationFrame(step)
    else {
      body.scrollTop = body.scrollHeight
      resolve({ frames, rows })
    }
  }
  requestAnimationFrame(step)
})`

describe('browser / scale', () => {
  let cluster: BrowserCluster
  let browser: Browser
  let opened: WatchedPage
  before(async function () {
    this.timeout(120_000)
    cluster = await BrowserCluster.start()
    await cluster.fill()
    const waiting = Array.from({ length: podsMade }, (_, i) => i)
    const worker = async (): Promise<void> => {
      for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
        await cluster.create('/api/v1/namespaces/default/pods', { metadata: { name: `many-${String(i).padStart(4, '0')}` }, spec: { containers: [{ name: 'main', image: 'example/web:1' }] } })
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    browser = await startBrowser()
    opened = await openPage(browser)
  })
  after(async () => {
    await browser.close()
    await cluster.stop()
  })

  it('shows the first page soon', async () => {
    await opened.page.goto(`${cluster.address}#token=${await cluster.token()}`)
    await opened.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await opened.page.reload()
    await opened.page.locator('.peer-list').waitFor()
    const paintMs = await opened.page.evaluate('performance.getEntriesByName("first-contentful-paint")[0].startTime') as number
    console.log(`      first contentful paint after ${Math.round(paintMs)} ms`)
    ok(paintMs < 1_500)
  })

  it('draws only the rows in sight, and frames stay short while they scroll by', async () => {
    const { page } = opened
    await page.evaluate('location.hash = "/pods"')
    await page.getByText(`many-${String(0).padStart(4, '0')}`).waitFor()
    ok(Number(await page.getByRole('table').getAttribute('aria-rowcount')) > podsMade)
    const { frames, rows } = await page.evaluate(scroll) as { frames: readonly number[]; rows: number }
    const sorted = [...frames].sort((a, b) => a - b)
    const at = (part: number): number => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0)
    console.log(`      frames while scrolling: median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
    ok(rows < 100, `${rows} rows were drawn`)
    ok(at(0.5) < longestFrameMs)
    await page.getByText('web-server-7d4b9-5').waitFor()
    equal(opened.complaints.length, 0)
  })

  it('is narrowed by words at once', async () => {
    const { page } = opened
    await page.getByLabel('Filter Pods').fill('many-4999')
    await page.getByText('many-4999').waitFor()
    equal(await page.getByRole('table').getAttribute('aria-rowcount'), '2')
  })
})
