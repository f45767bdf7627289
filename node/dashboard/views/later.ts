// A page that is loaded when it is first opened, since it brings a library that the others do not need.
import { h } from 'preact'
import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { empty, wordsOf } from '../parts/pieces.ts'

export interface LaterProps<Props> {
  readonly load: () => Promise<ComponentType<Props>>
  readonly props: Props
}

export function Later<Props extends object>({ load, props }: LaterProps<Props>): JSX.Element {
  const [page, show] = useState<{ readonly component: ComponentType<Props> } | string>('Loading …')
  useEffect(() => { load().then((component) => show({ component }), (error: unknown) => show(wordsOf(error))) }, [])
  return typeof page === 'string' ? empty(page) : h<Props>(page.component, props)
}
