// A terminal on the page: xterm.js, under a content security policy that forbids styles in the text of the page. It writes its
// rules into <style> elements and colours into style attributes; here it is handed a document whose elements take both by the
// object model, which the policy allows, since only scripts of this page can do that.
import { Terminal } from '@xterm/xterm'

const styleSheetAddress = '/dashboard/lib/xterm.css'
const scrollbackLines = 5_000

const makeElement = Document.prototype.createElement.bind(document)

/** Something that looks like a style element to who fills it: its text becomes a sheet of the document. */
function styleStandIn(): HTMLElement {
  const element = makeElement('span')
  const sheet = new CSSStyleSheet()
  element.hidden = true
  document.adoptedStyleSheets.push(sheet)
  Object.defineProperty(element, 'textContent', { set: (rules: string) => sheet.replaceSync(rules) })
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
    Element.prototype.remove.call(element)
  }
  return element
}

const createElement = (name: string): HTMLElement => {
  if (name === 'style') return styleStandIn()
  const element = makeElement(name)
  element.setAttribute = (attribute: string, value: string) => {
    if (attribute === 'style') element.style.cssText = value
    else Element.prototype.setAttribute.call(element, attribute, value)
  }
  return element
}

const strictDocument = new Proxy(document, {
  get: (target, name) => {
    if (name === 'createElement') return createElement
    const value: unknown = Reflect.get(target, name, target)
    return typeof value === 'function' ? value.bind(target) : value
  },
})

/** One part of the terminal asks the page's document whatever it was handed; it does so while it is opened. */
function openStrictly(terminal: Terminal, box: HTMLElement): void {
  Object.defineProperty(document, 'createElement', { value: createElement, configurable: true })
  try {
    terminal.open(box)
  } finally {
    Reflect.deleteProperty(document, 'createElement')
  }
}

/** The sheet that comes with the terminal, once. */
function linkStyles(): Promise<void> {
  if (document.querySelector(`link[href="${styleSheetAddress}"]`) !== null) return Promise.resolve()
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = styleSheetAddress
  return new Promise((resolve) => {
    link.onload = () => resolve()
    // Without it the terminal is ugly and works.
    link.onerror = () => resolve()
    document.head.append(link)
  })
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export interface OpenTerminal {
  readonly write: (bytes: Uint8Array | string) => void
  readonly close: () => void
}

export interface TerminalEvents {
  readonly typed: (text: string) => void
  readonly resized: (columns: number, rows: number) => void
}

/** Opens a terminal that fills `box`. */
export async function openTerminal(box: HTMLElement, label: string, { typed, resized }: TerminalEvents): Promise<OpenTerminal> {
  await linkStyles()
  const terminal = new Terminal({
    documentOverride: strictDocument, cursorBlink: false, fontSize: 13, scrollback: scrollbackLines, screenReaderMode: true,
    fontFamily: 'ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace',
    theme: { background: colour('--card'), foreground: colour('--text'), cursor: colour('--accent'), selectionBackground: colour('--tint') },
  })
  openStrictly(terminal, box)
  terminal.textarea?.setAttribute('aria-label', label)
  // The way out for who has no mouse.
  terminal.attachCustomKeyEventHandler((event) => !(event.key === 'Tab' && event.shiftKey))
  terminal.onData(typed)
  terminal.onResize(({ cols, rows }) => resized(cols, rows))
  const fit = (): void => {
    const screen = box.querySelector('.xterm-screen')
    if (!(screen instanceof HTMLElement) || screen.clientWidth === 0) return
    const columns = Math.floor((box.clientWidth - 16) / (screen.clientWidth / terminal.cols))
    const rows = Math.floor(box.clientHeight / (screen.clientHeight / terminal.rows))
    if (columns > 1 && rows > 0) terminal.resize(columns, rows)
  }
  const observer = new ResizeObserver(fit)
  observer.observe(box)
  resized(terminal.cols, terminal.rows)
  fit()
  terminal.focus()
  return {
    write: (bytes) => terminal.write(bytes),
    close: () => {
      observer.disconnect()
      terminal.dispose()
    },
  }
}
