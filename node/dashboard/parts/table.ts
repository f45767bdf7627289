// A table that draws only the rows in sight, so that five thousand scroll like ten. Rows have one height; assistive technology is
// told the true number of rows and the place of each.
import { h } from 'preact'
import type { ComponentChild, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

const lowPx = 44
const phone = matchMedia('(max-width: 820px)')
/** Rows drawn beyond both edges of what is seen. */
const beyond = 12

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChild
  /** Left out on phones. */
  readonly wide?: boolean
  readonly end?: boolean
}

export interface TableProps<T> {
  readonly label: string
  readonly rows: readonly T[]
  readonly columns: readonly Column<T>[]
  readonly keyOf: (row: T) => string
  /** Name of the column widths in the style sheet. */
  readonly layout: string
  /** Height of a row on phones, where it takes more than one line; the style sheet says the same. */
  readonly phonePx: number
}

const classOf = <T>({ wide, end }: Column<T>): string => `${wide === true ? 'wide' : ''} ${end === true ? 'end' : ''}`

/** A row as it was drawn, and where. */
interface Drawn<T> {
  readonly row: T
  readonly at: number
  readonly node: JSX.Element
}

function rowNode<T>(row: T, at: number, key: string, columns: readonly Column<T>[], rowPx: number): JSX.Element {
  return h('div', { key, class: 'row', role: 'row', 'aria-rowindex': at + 2, style: { transform: `translateY(${at * rowPx}px)` } },
    columns.map((column) => h('div', { role: 'cell', class: classOf(column) }, column.cell(row))))
}

export function Table<T>({ label, rows, columns, keyOf, layout, phonePx }: TableProps<T>): JSX.Element {
  const rowPx = phone.matches ? phonePx : lowPx
  const box = useRef<HTMLDivElement>(null)
  const [view, look] = useState({ first: 0, count: 40 })
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const measure = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowPx) - beyond)
      const count = Math.ceil(element.clientHeight / rowPx) + 2 * beyond
      // Drawn anew only when the rows in sight come near the edge of those that are drawn.
      look((old) => (Math.abs(old.first - first) < beyond / 2 && old.count === count && first !== 0 ? old : old.first === first && old.count === count ? old : { first, count }))
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [])
  const first = Math.min(view.first, Math.max(0, rows.length - view.count))
  const shown = rows.slice(first, first + view.count)
  // A row that stands as it stood is handed back as it was, and is not compared again: scrolling pays for the rows that come.
  const drawn = useRef<{ readonly columns: readonly Column<T>[]; readonly rows: Map<string, Drawn<T>> }>({ columns, rows: new Map() })
  const before = drawn.current.columns === columns ? drawn.current.rows : new Map<string, Drawn<T>>()
  const after = shown.map((row, at): readonly [string, Drawn<T>] => {
    const key = keyOf(row)
    const old = before.get(key)
    return [key, old !== undefined && old.row === row && old.at === first + at ? old : { row, at: first + at, node: rowNode(row, first + at, key, columns, rowPx) }]
  })
  drawn.current = { columns, rows: new Map(after) }
  return h('div', { class: `table ${layout}`, role: 'table', 'aria-label': label, 'aria-rowcount': rows.length + 1 },
    h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, columns.map((column) => h('div', { role: 'columnheader', class: classOf(column) }, column.title))),
    h('div', { class: 'body', role: 'rowgroup', ref: box, tabIndex: 0, 'aria-label': `${label}, rows` },
      h('div', { role: 'presentation', class: 'tall', style: { height: `${rows.length * rowPx}px` } },
        after.map(([, { node }]) => node))))
}
