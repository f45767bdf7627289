// What a container left behind when it ended: its termination message, or the end of its log when it asks for that
// (Kubernetes documentation, Determine the Reason for Pod Failure).
import { open } from 'node:fs/promises'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { ifMissing } from '../../platform/failures.ts'
import { terminationLogBytes, terminationLogLines, terminationMessageBytes } from '../limits.ts'
import { parseLogLine } from '../logs/format.ts'
import type { RuntimeContainerStatus } from '../runtime/types.ts'
import { terminationFileAnnotation } from './configs.ts'
import { containersOf } from './view.ts'

const decoder = new TextDecoder()

async function readPart(path: string, mostBytes: number, fromEnd: boolean): Promise<string> {
  const file = await open(path, 'r').catch(ifMissing(undefined))
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const length = Math.min(size, mostBytes)
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await file.read(buffer, 0, length, fromEnd ? size - length : 0)
    return decoder.decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

function logText(text: string): string {
  const lines = text.split('\n').flatMap((line) => {
    const parsed = parseLogLine(line)
    return parsed === undefined ? [] : [parsed.text + (parsed.partial ? '' : '\n')]
  })
  return lines.slice(-terminationLogLines).join('').slice(-terminationLogBytes)
}

/** The message of an ended container; empty when it left none. */
export async function terminationMessage(pod: Pod, ended: RuntimeContainerStatus): Promise<string> {
  const path = ended.annotations[terminationFileAnnotation]
  const message = path === undefined ? '' : await readPart(path, terminationMessageBytes, false)
  if (message !== '') return message
  const policy = containersOf(pod).find((each) => each.container.name === ended.name)?.container.terminationMessagePolicy
  if (policy !== 'FallbackToLogsOnError' || ended.exitCode === 0) return ended.message
  return logText(await readPart(ended.logPath, terminationLogBytes * 4, true))
}
