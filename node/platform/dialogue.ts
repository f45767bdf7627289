// A child process that stays and is asked again and again: a line in, its answer out up to a mark that ends every answer.
// Starting a program anew costs a large daemon tens of milliseconds, most of them for the copy of its own page tables; a
// program that listens answers in one. It ends with the daemon, since its input does.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'

export interface DialogueOptions {
  readonly file: string
  readonly args: readonly string[]
  /** Matches the end of an answer; what comes before it is the answer. */
  readonly mark: RegExp
  /** The child is killed when an answer takes longer. */
  readonly timeoutMs: number
}

/** What came of a question: an answer, or the child's end, after which nobody knows what became of the question. */
export type Reply = { readonly kind: 'answer'; readonly text: string } | { readonly kind: 'ended'; readonly text: string }

interface Question {
  readonly resolve: (reply: Reply) => void
  readonly timer: NodeJS.Timeout
}

export class Dialogue {
  readonly #options: DialogueOptions
  readonly #child: ChildProcessWithoutNullStreams
  #question: Question | undefined
  #said = ''
  #ended = false

  constructor(options: DialogueOptions) {
    this.#options = options
    // One pipe for both outputs: what was said before the mark stands before it.
    this.#child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', options.file, ...options.args], { stdio: 'pipe' })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (text: string) => this.#heard(text))
    this.#child.on('error', () => this.#end())
    this.#child.on('close', () => this.#end())
    // A child that ends without reading closes the pipe; its end tells the story.
    this.#child.stdin.on('error', () => undefined)
  }

  /** Whether it can still be asked. */
  get open(): boolean {
    return !this.#ended
  }

  /** Asks; one question at a time. The text must make the child say the mark in the end. */
  ask(text: string): Promise<Reply> {
    if (this.#ended || this.#question !== undefined) return Promise.resolve({ kind: 'ended', text: this.#ended ? this.#said : 'another question is open' })
    this.#said = ''
    return new Promise((resolve) => {
      this.#question = { resolve, timer: setTimeout(() => this.#child.kill('SIGKILL'), this.#options.timeoutMs) }
      this.#child.stdin.write(text)
    })
  }

  /** Lets the child go; it ends when it has read all. */
  close(): void {
    this.#child.stdin.end()
  }

  #heard(text: string): void {
    this.#said += text
    const mark = this.#options.mark.exec(this.#said)
    if (mark !== null) this.#settle({ kind: 'answer', text: this.#said.slice(0, mark.index) })
  }

  #end(): void {
    this.#ended = true
    this.#settle({ kind: 'ended', text: this.#said })
  }

  #settle(reply: Reply): void {
    const question = this.#question
    if (question === undefined) return
    this.#question = undefined
    clearTimeout(question.timer)
    question.resolve(reply)
  }
}
