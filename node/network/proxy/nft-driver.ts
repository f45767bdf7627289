// Puts rules into force: hands transactions to nft and knows what is in force now. A change that nft refuses is answered by
// loading everything again; it never leaves half a change behind, since nft's transactions are atomic.
import type { Logger } from '../../base/logger.ts'
import { runCommand } from '../../platform/processes.ts'
import { commandFailed } from '../errors.ts'
import { commandTimeoutMs } from '../limits.ts'
import { chainsOf, change, type Elements, type RulesContext, tableName, wholeTable } from './rules.ts'

/** Runs one nft transaction; throws what nft said. */
async function transact(script: string): Promise<void> {
  const { status, stderr } = await runCommand('nft', ['-f', '-'], { input: script, timeoutMs: commandTimeoutMs })
  if (status !== 0) throw commandFailed.make({ command: 'nft', reason: stderr.trim().slice(0, 500) })
}

export class NftDriver {
  readonly #context: RulesContext
  readonly #logger: Logger
  #inForce: Elements | undefined
  #chains = new Set<string>()

  constructor(context: RulesContext, logger: Logger) {
    this.#context = context
    this.#logger = logger
  }

  /** Resolves when exactly these elements are in force. */
  async apply(elements: Elements): Promise<void> {
    if (this.#inForce !== undefined) {
      const script = change(this.#inForce, elements, this.#chains)
      if (script === '') return
      try {
        await transact(script)
        this.#remember(elements)
        return
      } catch (error) {
        this.#logger.warn('a change of the rules was refused; loading all of them', { error })
      }
    }
    this.#inForce = undefined
    this.#chains.clear()
    await transact(wholeTable(this.#context, elements))
    this.#remember(elements)
  }

  #remember(elements: Elements): void {
    this.#inForce = elements
    for (const chain of chainsOf(elements)) this.#chains.add(chain)
  }

  /** Takes the table away. */
  async remove(): Promise<void> {
    await transact(`add table ip ${tableName}\ndelete table ip ${tableName}`)
    this.#inForce = undefined
    this.#chains.clear()
  }
}
