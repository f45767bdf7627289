// The house rules as tests. Each names the file and the fix.
import { ok, deepEqual } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mayImport, nodeModuleExceptions, packages, zonesWithoutNodeModules } from './imports.ts'
import { withoutMirror } from './mirror.ts'
import { root, type Source, sources, zoneOf } from './sources.ts'

const product = sources(['protocol', 'node', 'sim'])
const all = [...product, ...sources(['test'])]
const handWritten = all.filter((source) => !source.path.includes('/generated/'))
const isProtocol = (path: string): boolean => path.startsWith('protocol/')

const isProject = (specifier: string): boolean => /^(protocol|node|sim|test)\//.test(specifier)

/** Lines whose code matches a pattern, as `path:line`. */
function lines(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap((source) => source.code.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${source.path}:${i + 1}`] : [])))
}

function forbidden(source: Source): string[] {
  const from = zoneOf(source.path)
  const allowed = mayImport[from] ?? []
  if (allowed.includes('*')) return []
  return source.imports.flatMap((specifier) => {
    if (specifier.startsWith('node:')) {
      const banned = zonesWithoutNodeModules.some((zone) => source.path.startsWith(`${zone}/`)) && !nodeModuleExceptions.includes(source.path)
      return banned ? [`${source.path} imports ${specifier}`] : []
    }
    if (!isProject(specifier)) {
      const listed = Object.entries(packages).some(([zone, names]) => from === zone && names.includes(specifier))
      return isProtocol(source.path) && !listed ? [`${source.path} uses the package ${specifier}`] : []
    }
    const to = zoneOf(specifier)
    return to === from || allowed.includes(to) ? [] : [`${source.path} imports ${specifier}`]
  })
}

/** Strongly connected components of more than one file (Tarjan 1972). */
function cycles(files: readonly Source[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (path: string): void => {
    index.set(path, index.size)
    low.set(path, index.get(path) ?? 0)
    stack.push(path)
    for (const next of byPath.get(path)?.imports ?? []) {
      if (!byPath.has(next)) continue
      if (!index.has(next)) {
        visit(next)
        low.set(path, Math.min(low.get(path) ?? 0, low.get(next) ?? 0))
      } else if (stack.includes(next)) low.set(path, Math.min(low.get(path) ?? 0, index.get(next) ?? 0))
    }
    if (low.get(path) !== index.get(path)) return
    const component = stack.splice(stack.indexOf(path))
    if (component.length > 1) found.push(component)
  }
  for (const file of files) if (!index.has(file.path)) visit(file.path)
  return found
}

/** Why a file has no test of its own: its own line in the list, or that of its folder. */
function reasonFor(path: string): string | undefined {
  const folder = Object.keys(withoutMirror).find((listed) => listed.endsWith('/') && path.startsWith(listed))
  return withoutMirror[path] ?? (folder === undefined ? undefined : withoutMirror[folder])
}

/** The prose at the top of a file, without the slashes. */
function header(source: Source): string {
  const found = /^(?:#!.*\n)?((?:\/\/.*\n)+)/.exec(source.text)?.[1] ?? ''
  return found.replaceAll(/^\/\/ ?/gm, '').trim()
}

describe('tidy / imports', () => {
  it('only what the table allows', () => deepEqual(product.flatMap(forbidden), []))
  it('no cycles, types included', () => deepEqual(cycles(product), []))
  it('nothing imports tests', () => deepEqual(product.filter((s) => s.imports.some((i) => i.startsWith('test/'))).map((s) => s.path), []))
})

describe('tidy / protocol', () => {
  it('cannot reach the world', () => {
    const pattern = /\b(Date\b(?!:)|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|console\.|crypto\b|async\b|await\b|Promise\b|performance\b)/
    deepEqual(lines(product.filter((s) => isProtocol(s.path)), pattern), [])
  })
  it('controllers, scheduler and objects take time and chance as arguments', () => {
    const middle = product.filter((s) => /^node\/(controllers|scheduler|objects|resources|client)\//.test(s.path) && !nodeModuleExceptions.includes(s.path))
    deepEqual(lines(middle, /\bDate\.now|new Date\(\)|Math\.random|\bsetTimeout|\bsetInterval/), [])
  })
})

describe('tidy / files', () => {
  it('open by saying what they are, in prose that ends with a full stop', () => {
    const bad = all.filter((source) => {
      const prose = header(source)
      return prose.length < 40 || !/[.:]$/.test(prose)
    })
    deepEqual(bad.map((s) => s.path), [])
  })
  it('stay under 500 lines', () => {
    deepEqual(handWritten.filter((s) => s.text.split('\n').length > 500).map((s) => `${s.path} ${s.text.split('\n').length}`), [])
  })
  it('have names that say something', () => {
    deepEqual(all.filter((s) => /\/(utils?|helpers?|common|misc|index)\.ts$/.test(s.path)).map((s) => s.path), [])
  })
  it('are mirrored by a test, or the reason is listed', () => {
    const untested = product.filter((source) => {
      if (source.path.includes('/generated/') || /\/(types|errors|limits|metrics|options)\.ts$/.test(source.path)) return false
      return !existsSync(join(root, 'test', source.path.replace(/\.ts$/, '.test.ts'))) && reasonFor(source.path) === undefined
    })
    deepEqual(untested.map((s) => s.path), [])
  })
  it('the list of files without a mirror holds no stale line', () => {
    const stale = Object.keys(withoutMirror).filter((path) => !existsSync(join(root, path)) || (path.endsWith('.ts') && existsSync(join(root, 'test', path.replace(/\.ts$/, '.test.ts')))))
    deepEqual(stale, [])
  })
})

describe('tidy / dialect', () => {
  const files = handWritten
  it('no any', () => deepEqual(lines(files, /(:|<|\bas|,)\s*any\b(?!\w|\s*:)/), []))
  // Parameter properties are refused by erasableSyntaxOnly.
  it('no enum, namespace, default export or decorator', () => {
    deepEqual(lines(files, /^\s*(export )?(const )?enum\s|^\s*(export )?namespace\s+\w+\s*\{|^export default\b/), [])
  })
  it('relative imports name their .ts file', () => {
    deepEqual(all.flatMap((s) => s.imports.filter((i) => isProject(i) && !/\.(ts|json)$/.test(i)).map((i) => `${s.path}: ${i}`)), [])
  })
  it('no FIXME, and no TODO without an owner', () => {
    deepEqual(all.filter((s) => s.path !== 'test/tidy/tidy.test.ts' && /\bFIXME\b|\bTODO\b(?!\(#\d+\))/.test(s.text)).map((s) => s.path), [])
  })
  it('no check is switched off', () => {
    deepEqual(all.filter((s) => s.path !== 'test/tidy/tidy.test.ts' && /@ts-(ignore|expect-error|nocheck)/.test(s.text)).map((s) => s.path), [])
  })
  it('no skipped or lonely test', () => deepEqual(lines(all, /\b(it|describe)\.(skip|only)\b|\bx(it|describe)\(/), []))
})

describe('tidy / errors and logs', () => {
  it('errors come from a catalogue', () => deepEqual(lines(product, /throw new Error\(/), []))
  it('console belongs to the command line', () => {
    deepEqual(lines(product.filter((s) => !/^node\/(cli|main)|^sim\/main/.test(s.path)), /\bconsole\./), [])
  })
  it('the environment is read in node/config', () => {
    const elsewhere = product.filter((s) => !/^node\/(config|platform|cli)\//.test(s.path))
    deepEqual(lines(elsewhere, /process\.env\b/), [])
  })
  it('log messages are constants with fields', () => {
    deepEqual(lines(product, /\b(logger|log)\.(debug|info|warn|error)\(\s*`/), [])
  })
})

describe('tidy / itself', () => {
  it('reads the sources', () => ok(product.length > 50))
})
