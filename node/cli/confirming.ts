// How a verb asks before it does what cannot be undone: the person types a word that names what is lost. Without a terminal
// nothing is taken for a yes; scripts say --yes.
import { createInterface } from 'node:readline/promises'
import { badArgument } from './errors.ts'
import type { Flags } from './verb.ts'

/** Whether the person typed `word`, or said --yes before. Throws `badArgument`, naming `command`, where there is nobody to ask. */
export async function confirmed(flags: Flags, command: string, word: string): Promise<boolean> {
  if (flags['yes'] === true) return true
  if (!process.stdin.isTTY) throw badArgument.make({ argument: command, expected: 'a terminal to confirm on, or --yes' })
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(`Type ${word} to go on: `)).trim() === word
  } finally {
    terminal.close()
  }
}
