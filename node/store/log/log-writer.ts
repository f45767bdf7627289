// The thread that writes the log: it appends and syncs, synchronously, and does nothing else, so that neither the API's
// work nor the thread pool can delay it. What came in while it synced is written together with one sync.
import { flushCompileCache } from 'node:module'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { required } from '../../../protocol/base/assert.ts'
import { ShoalError } from '../../base/errors.ts'
import { recoveredPartBytes } from '../limits.ts'
import { decodeBatch, takeParts } from './batch.ts'
import { realFileCalls } from './file-calls.ts'
import { LogFiles } from './log-files.ts'
import type { MessagePort } from 'node:worker_threads'
import type { FromWriter, Refusal, ToWriter, WriterStart } from './writer-messages.ts'

const port = required(parentPort, 'the thread that started this one')

function refusalOf(error: unknown): Refusal {
  // Anything else is a mistake of ours: the thread ends with it, and its user hears of that.
  if (!(error instanceof ShoalError)) throw error
  const cause = error.cause instanceof Error ? error.cause.message : error.message
  return { code: error.code, found: cause }
}

function say(message: FromWriter, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

function open(start: WriterStart): LogFiles | undefined {
  try {
    const files = LogFiles.open(realFileCalls, start)
    const { hardState, mark, entries, fresh, problem } = files.takeRecovered()
    for (const part of takeParts(entries, recoveredPartBytes)) say({ kind: 'entries', part }, [part.memory])
    say({ kind: 'opened', hardState, mark, fresh, problem })
    return files
  } catch (error) {
    say({ kind: 'notOpened', refusal: refusalOf(error) })
    return undefined
  }
}

/** The first message and all that already wait behind it. */
function drain(first: ToWriter, from: MessagePort): ToWriter[] {
  const messages = [first]
  for (let next = receiveMessageOnPort(from); next !== undefined; next = receiveMessageOnPort(from)) messages.push(next.message)
  return messages
}

function carryOut(files: LogFiles, messages: readonly ToWriter[]): void {
  const appends = messages.filter((message) => message.kind === 'append')
  attempt(appends.map((message) => message.id), () => files.append(appends.flatMap((message) => decodeBatch(message.batch))))
  // Whoever waits for the batch has been told.
  if (appends.length > 0) files.prepare()
  for (const message of messages) {
    if (message.kind === 'healed') attempt([message.id], () => files.healed())
    if (message.kind === 'close') {
      attempt([message.id], () => files.close())
      port.close()
    }
  }
}

function attempt(ids: readonly number[], act: () => void): void {
  if (ids.length === 0) return
  try {
    act()
    say({ kind: 'done', ids })
  } catch (error) {
    say({ kind: 'refused', ids, refusal: refusalOf(error) })
  }
}

// A thread keeps what Node made of its sources only when told to; the next one then needs no compiler in memory.
flushCompileCache()
const files = open(workerData)
if (files === undefined) port.close()
else port.on('message', (first: ToWriter) => carryOut(files, drain(first, port)))
