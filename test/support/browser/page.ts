// Debian's chromium, headless, on the dashboard of a fixture: a page that keeps what the browser complained about.
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors in scripts, and violations of the content security policy. */
  readonly complaints: string[]
}

export interface View {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
}

/** A window of its own, without anybody's session. */
export async function openPage(browser: Browser, { width = 1280, height = 800, dark = false }: View = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Refused requests are the server's answers; the tests look at what the page says about them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  return { page, context, complaints }
}
