// Shows that the simulator has teeth: `node test/mutants/main.ts` runs every wrong variant of the protocol until something
// catches it, says which seed did and how long it took, and ends with `N of N caught`. `--quick` gives each variant less
// time, `--only TEXT` runs those whose names hold the text, `--jobs N` several at a time. The true source comes first.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Catch } from './hunt.ts'
import { mutants } from './mutants.ts'

const hunter = fileURLToPath(new URL('./hunt.ts', import.meta.url))

/** How long a hunt may take before the variant counts as not caught. */
const budgetMs = 120_000
const quickBudgetMs = 30_000

/** One hunt in a process of its own; one that hangs or dies counts as caught, since a wrong variant may do both. */
function hunted(name: string, timeMs: number): Promise<Catch> {
  const startedMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--no-warnings', hunter, name, String(timeMs)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeMs * 1.5)
    child.on('exit', () => {
      clearTimeout(timer)
      const tookMs = Math.round(performance.now() - startedMs)
      try {
        resolve({ ...JSON.parse(out), tookMs })
      } catch {
        resolve({ by: undefined, what: `the hunt ended without a word: ${errors.split('\n').find((line) => line.includes('Error')) ?? 'too slow'}`, tookMs })
      }
    })
  })
}

async function main(words: readonly string[]): Promise<number> {
  const value = (name: string): string | undefined => words.includes(name) ? words[words.indexOf(name) + 1] : undefined
  const timeMs = words.includes('--quick') ? quickBudgetMs : budgetMs
  const only = value('--only') ?? ''
  const chosen = mutants.filter((one) => one.name.includes(only))
  const truth = await hunted('', timeMs)
  if (truth.by !== undefined || truth.what !== '') {
    console.log(`the true source is caught by ${truth.by ?? 'nobody'}: ${truth.what}`)
    return 1
  }
  console.log(`the true source holds (${(truth.tookMs / 1000).toFixed(1)} s)`)
  let caught = 0
  const waiting = [...chosen]
  const worker = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const { by, what, tookMs } = await hunted(mutant.name, timeMs)
      if (by !== undefined) caught++
      const verdict = by === undefined ? `NOT CAUGHT ${what}` : `caught by ${by}: ${what.slice(0, 100)}`
      console.log(`${mutant.name}: ${verdict} (${(tookMs / 1000).toFixed(1)} s)`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Number(value('--jobs') ?? 1)) }, worker))
  console.log(`${caught} of ${chosen.length} caught`)
  return caught === chosen.length ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
