// Hunts one wrong variant, in a process of its own: the source is changed while it is loaded, never on disk, and then the
// simulator runs until something notices. Prints one line of JSON: who caught it, and after how long. Without a variant's
// name it runs the same hunts on the true source, which nothing may catch.
import { registerHooks } from 'node:module'
import type { Edit, Hunt, Mutant } from './mutants.ts'
import { mutants } from './mutants.ts'

/** What a hunt found. */
export interface Catch {
  /** The seed or the scenario that caught it; undefined: nothing did. */
  readonly by: string | undefined
  /** The promise that was broken. */
  readonly what: string
  readonly tookMs: number
}

/** Steps of a storm, and virtual milliseconds of faults in a cluster's run. */
const stormSteps = 3000
const faultyMs = 20_000

/** Puts the wrong texts in place of the right ones as their files are loaded. */
function infect(mutant: Mutant): void {
  const edits: readonly Edit[] = mutant.also === undefined ? [mutant] : [mutant, mutant.also]
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const mine = edits.filter((edit) => url.endsWith(`/${edit.file}`))
      if (mine.length === 0) return loaded
      const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined)
      return { ...loaded, source: mine.reduce(replaced, source) }
    },
  })
}

function replaced(source: string, edit: Edit): string {
  const times = source.split(edit.find).length - 1
  if (times !== 1) throw new Error(`${edit.file} holds this ${times} times: ${edit.find}`)
  return source.replace(edit.find, () => edit.replace)
}

/** Runs until a violation; answers who found it. */
async function hunt(hunts: readonly Hunt[], untilMs: number): Promise<Omit<Catch, 'tookMs'>> {
  const { seededRandom } = await import('../../protocol/base/random.ts')
  const { createEngine } = await import('../../protocol/engine/engine.ts')
  const { drawnLoops, drawnOptions } = await import('../../sim/options.ts')
  const { runOnce } = await import('../../sim/run.ts')
  const { scenarios } = await import('../../sim/scenarios.ts')
  const { playScript, scripts } = await import('../../sim/storm/scripts.ts')
  const { stormOptions } = await import('../../sim/storm/options.ts')
  const { runStorm } = await import('../../sim/storm/storm.ts')
  const { runLoops } = await import('../../sim/loops/run.ts')
  const { settle } = await import('../../sim/settle.ts')
  const attempts = function* (): Generator<readonly [by: string, run: () => Error | undefined | Promise<Error | undefined>]> {
    for (const one of hunts) {
      if (one.kind === 'scenario') {
        const options = scenarios.find((scenario) => scenario.name === one.name)?.options
        if (options === undefined) throw new Error(`no scenario ${one.name}`)
        for (let i = one.first ?? 0; i < one.seeds; i++) {
          const seed = options.seed + 1000 * i
          yield [`scenario '${one.name}' with seed ${seed}`, () => runOnce({ ...options, seed }, createEngine, false).violation]
        }
      } else if (one.kind === 'loops') {
        for (let seed = one.first ?? 1; seed <= one.seeds; seed++) {
          yield [`control loops of seed ${seed}`, async () => (await runLoops(drawnLoops(seed, undefined, faultyMs), createEngine, false, settle)).violation]
        }
      } else if (one.kind === 'scripts') {
        for (const script of scripts) yield [`script '${script.name}'`, () => playScript(script)]
      } else {
        const first = one.kind === 'storms' ? (one.first ?? 1) : 1
        for (let seed = first; seed < first + one.seeds; seed++) {
          if (one.kind === 'storms') yield [`${one.mood ?? 'usual'} storm ${seed}`, () => runStorm(stormOptions(seed, seededRandom(seed), stormSteps, one.mood), false).violation]
          else yield [`seed ${seed}`, () => runOnce(drawnOptions(seed, undefined, faultyMs), createEngine, false).violation]
        }
      }
    }
  }
  for (const [by, run] of attempts()) {
    const violation = await run()
    if (violation !== undefined) return { by, what: violation.message.split('\n')[0] ?? '' }
    if (performance.now() > untilMs) break
  }
  return { by: undefined, what: '' }
}

const [, , name = '', budgetMs = '60000'] = process.argv
const mutant = mutants.find((one) => one.name === name)
if (mutant !== undefined) infect(mutant)
const startedMs = performance.now()
const everywhere: readonly Hunt[] = [{ kind: 'storms', seeds: 300 }, { kind: 'seeds', seeds: 30 }, { kind: 'loops', seeds: 5 }]
const found = await hunt(mutant?.hunts ?? everywhere, startedMs + Number(budgetMs))
console.log(JSON.stringify({ ...found, tookMs: Math.round(performance.now() - startedMs) } satisfies Catch))
