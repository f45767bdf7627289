// A page that is loaded when it is first opened, since it brings a library that the others do not need.
import { h } from 'preact'
import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { empty, wordsOf } from '../parts/pieces.ts'

export function Later({ load }: { readonly load: () => Promise<ComponentType> }): JSX.Element {
  const [page, show] = useState<{ readonly component: ComponentType } | string>('Loading …')
  useEffect(() => { load().then((component) => show({ component }), (error: unknown) => show(wordsOf(error))) }, [])
  return typeof page === 'string' ? empty(page) : h(page.component, {})
}
