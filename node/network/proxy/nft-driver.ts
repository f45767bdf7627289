// Puts rules into force: hands transactions to nft and knows what is in force now. A change that nft refuses is answered by
// loading everything again; it never leaves half a change behind, since nft's transactions are atomic.
// Changes go to an nft that stays (nft(8), --interactive): endpoints of a dead peer must be out in milliseconds, and a large
// daemon needs more than those to start any program. Whole tables go to an nft of their own.
import type { Logger } from '../../base/logger.ts'
import { Dialogue } from '../../platform/dialogue.ts'
import { runCommand } from '../../platform/processes.ts'
import { commandFailed } from '../errors.ts'
import { changesPerSession, commandTimeoutMs, lineTransactionMaxChars } from '../limits.ts'
import { Frontends } from './frontends.ts'
import type { Rule } from './model.ts'
import { chainsOf, change, type Elements, elementsOf, type RulesContext, wholeTable } from './rules.ts'

/** A question whose answer nft knows without the kernel: it is said when everything before it is done. */
const question = 'describe ip version'
const answer = /^payload expression,.*\n/m

const refused = (reason: string): ReturnType<typeof commandFailed.make> => commandFailed.make({ command: 'nft', reason: reason.trim().slice(0, 500) })

/** Runs one nft transaction; throws what nft said. */
async function transact(script: string): Promise<void> {
  const { status, stderr } = await runCommand('nft', ['-f', '-'], { input: script, timeoutMs: commandTimeoutMs })
  if (status !== 0) throw refused(stderr)
}

interface InForce {
  readonly frontends: Frontends
  readonly fenced: readonly string[]
}

export class NftDriver {
  readonly #context: RulesContext
  readonly #logger: Logger
  #inForce: InForce | undefined
  #chains = new Set<string>()
  #session: Dialogue | undefined
  #changes = 0
  /** False for an nft that was built without its interactive mode. */
  #listens = true

  constructor(context: RulesContext, logger: Logger) {
    this.#context = context
    this.#logger = logger
  }

  /**
   * Resolves when exactly these rules are in force, and packets from `fenced` addresses taken by nobody. Only rules that are other
   * objects than before are looked at: of ten thousand Services one has changed, and its endpoints should be out in milliseconds.
   */
  async apply(rules: readonly Rule[], fenced: readonly string[] = []): Promise<void> {
    const known = this.#inForce
    if (known !== undefined) {
      const { gone, come } = known.frontends.replace(rules)
      const after = elementsOf(come, fenced)
      const script = change(elementsOf(gone, known.fenced), after, this.#chains)
      try {
        if (script !== '') await this.#change(script)
        this.#remember({ frontends: known.frontends, fenced }, after)
        return
      } catch (error) {
        this.#logger.warn('a change of the rules was refused; loading all of them', { error })
      }
    }
    this.#inForce = undefined
    this.#chains.clear()
    const all = elementsOf(rules, fenced)
    await transact(wholeTable(this.#context, all))
    this.#remember({ frontends: new Frontends(rules), fenced }, all)
    await this.#listen()
  }

  #remember(inForce: InForce, elements: Elements): void {
    this.#inForce = inForce
    for (const chain of chainsOf(elements)) this.#chains.add(chain)
  }

  async #change(script: string): Promise<void> {
    const session = this.#session
    if (session === undefined || !session.open || script.length > lineTransactionMaxChars) {
      await transact(script)
      await this.#listen()
      return
    }
    // Commands on one line are one transaction, as those of one file are.
    const reply = await session.ask(`${script.replaceAll('\n', '; ')}\n${question}\n`)
    this.#changes++
    if (this.#changes >= changesPerSession) this.#renew()
    if (reply.kind === 'ended' || reply.text !== '') throw refused(reply.kind === 'ended' ? `nft ended: ${reply.text}` : reply.text)
  }

  /** It remembers every line for a person who might want it again: another one begins without them. */
  #renew(): void {
    this.close()
    this.#session = undefined
  }

  /** Has an nft ready for the next change. */
  async #listen(): Promise<void> {
    if (!this.#listens || this.#session?.open === true) return
    // Without a home it keeps no file of what was typed.
    const session = new Dialogue({ file: 'env', args: ['HOME=/nonexistent', 'nft', '--interactive'], mark: answer, timeoutMs: commandTimeoutMs })
    const reply = await session.ask(`${question}\n`)
    this.#listens = reply.kind === 'answer'
    this.#changes = 0
    if (reply.kind === 'answer') this.#session = session
    else this.#logger.info('nft does not listen; each change starts it anew', { reason: reply.text })
  }

  /** Lets go of nft; the rules stay in force. */
  close(): void {
    this.#session?.close()
  }
}
