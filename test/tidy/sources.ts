// Reads the project's sources for the tidy tests: files, imports, and code without comments and strings.
// It parses no more than it must: a scanner that knows comments, strings and templates.
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, posix, relative } from 'node:path'
import { zones } from './imports.ts'

export const root = join(import.meta.dirname, '../..')

export interface Source {
  /** Path from the project's top. */
  readonly path: string
  readonly text: string
  /** The text with comments and the inside of strings blanked; line breaks kept. */
  readonly code: string
  /** Module specifiers; relative ones resolved to project paths. */
  readonly imports: readonly string[]
}

/** Blanks comments and strings, so that rules look at code only. */
export function blank(text: string): string {
  let out = ''
  let i = 0
  const skipTo = (end: number): void => {
    out += text.slice(i, end).replace(/[^\n]/g, ' ')
    i = end
  }
  while (i < text.length) {
    const two = text.slice(i, i + 2)
    const char = text[i] ?? ''
    if (two === '//') {
      const end = text.indexOf('\n', i)
      skipTo(end === -1 ? text.length : end)
    } else if (two === '/*') {
      const end = text.indexOf('*/', i + 2)
      skipTo(end === -1 ? text.length : end + 2)
    } else if (char === "'" || char === '"' || char === '`') {
      let end = i + 1
      while (end < text.length && text[end] !== char && (char === '`' || text[end] !== '\n')) end += text[end] === '\\' ? 2 : 1
      out += char
      i++
      skipTo(Math.min(end, text.length))
      out += text[i] ?? ''
      i++
    } else if (char === '/' && /[=(,:!&|?{};\n]\s*$|return\s*$/.test(out.slice(-12))) {
      let end = i + 1
      let inClass = false
      while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
        if (text[end] === '[') inClass = true
        if (text[end] === ']') inClass = false
        end += text[end] === '\\' ? 2 : 1
      }
      skipTo(Math.min(end + 1, text.length))
    } else {
      out += char
      i++
    }
  }
  return out
}

const importPattern = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const imports = [...text.matchAll(importPattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    return specifier.startsWith('.') ? normalize(posix.join(posix.dirname(path), specifier)) : specifier
  })
  return { path, text, code: blank(text), imports }
}

/** Every TypeScript file under the given folders, generated ones too. */
export function sources(folders: readonly string[]): readonly Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => readSource(relative(root, join(entry.parentPath, entry.name)))),
  )
}

/** The zone that a path belongs to; the longest matching prefix. */
export function zoneOf(path: string): string {
  const found = zones.filter((zone) => path === zone || path.startsWith(`${zone}/`) || path.startsWith(`${zone}.`) || path.startsWith(`${zone}-`)).sort((a, b) => b.length - a.length)[0]
  return found ?? ''
}
