// The dashboard's files as browsers get them, read when first asked for and kept. Types are stripped from its TypeScript by
// Node itself and package names become addresses: so there is no build, and what runs is line by line what is written.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PageFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly gzipped: Uint8Array
  readonly etag: string
}

const pages = join(import.meta.dirname, '../../dashboard')
const { resolve } = createRequire(import.meta.url)

/** Modules of packages: the address below `lib/`, the name by which they are imported, the file. */
const libraries: { readonly [address: string]: { readonly name: string; readonly file: () => string } } = {
  'preact.js': { name: 'preact', file: () => join(dirname(resolve('preact')), 'preact.mjs') },
  'hooks.js': { name: 'preact/hooks', file: () => join(dirname(resolve('preact/hooks')), 'hooks.mjs') },
  'xterm.js': { name: '@xterm/xterm', file: () => join(dirname(resolve('@xterm/xterm')), 'xterm.mjs') },
  'xterm.css': { name: '@xterm/xterm/css', file: () => join(dirname(resolve('@xterm/xterm')), '../css/xterm.css') },
  'yaml.js': { name: 'js-yaml', file: () => join(dirname(resolve('js-yaml')), 'js-yaml.mjs') },
}

const contentTypes: { readonly [extension: string]: string } = {
  html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', ts: 'text/javascript; charset=utf-8', svg: 'image/svg+xml',
}

/** `from 'preact'` becomes `from '/dashboard/lib/preact.js'`; browsers know no packages. */
function addressed(code: string): string {
  return Object.entries(libraries).reduce((text, [address, { name }]) => text.replaceAll(new RegExp(`(from\\s*)(['"])${name}\\2`, 'g'), `$1'/dashboard/lib/${address}'`), code)
}

function read(name: string): { readonly contentType: string; readonly text: string } | undefined {
  const library = name.startsWith('lib/') ? libraries[name.slice(4)] : undefined
  if (library !== undefined) return { contentType: contentTypes[name.endsWith('.css') ? 'css' : 'ts'] ?? '', text: addressed(readFileSync(library.file(), 'utf8').replace(/\/\/# sourceMappingURL=.*\s*$/, '')) }
  // Only plain names one or two folders deep: no way leads out of the folder.
  if (!/^(?:[a-z][a-z-]*\/)?[a-z][a-z-]*\.(html|css|ts|svg)$/.test(name)) return undefined
  const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)] ?? ''
  try {
    const text = readFileSync(join(pages, name), 'utf8')
    return { contentType, text: name.endsWith('.ts') ? addressed(stripTypeScriptTypes(text)) : text }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export class PageFiles {
  readonly #kept = new Map<string, PageFile>()

  /** A file by its path below `/dashboard/`, or undefined. */
  find(name: string): PageFile | undefined {
    const known = this.#kept.get(name)
    if (known !== undefined) return known
    const found = read(name)
    if (found === undefined) return undefined
    const bytes = Buffer.from(found.text)
    const file = { contentType: found.contentType, bytes, gzipped: gzipSync(bytes), etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
    this.#kept.set(name, file)
    return file
  }
}
