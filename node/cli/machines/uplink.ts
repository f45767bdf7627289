// Leads connections from a unix socket to the API of a peer that lives: the inner half of the relay that gives kubectl one
// address for all peers. It learns who lives by connecting, and cuts connections to a peer that stopped answering.
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

const connectTimeoutMs = 400
const checkIntervalMs = 500
/** Checks in a row that fail before a peer's connections are cut. */
const checksToCut = 3

export class Uplink {
  readonly #addresses: () => readonly string[]
  readonly #port: number
  readonly #open = new Map<string, Set<Socket>>()
  readonly #failures = new Map<string, number>()
  #next = 0

  /** `addresses` lists the machines that run. */
  constructor(addresses: () => readonly string[], port: number) {
    this.#addresses = addresses
    this.#port = port
  }

  /** Takes connections on `path`; the answer ends that. */
  listen(path: string): Promise<() => void> {
    rmSync(path, { force: true })
    const server = createServer({ pauseOnConnect: true }, (client) => {
      client.on('error', () => client.destroy())
      this.#lead(client).catch(() => client.destroy())
    })
    const checks = setInterval(() => this.#check(), checkIntervalMs).unref()
    const close = (): void => {
      clearInterval(checks)
      server.close()
    }
    return new Promise((resolve) => server.listen(path, () => resolve(close)))
  }

  /** Cuts everything that is open to a peer. */
  drop(address: string): void {
    for (const socket of this.#open.get(address) ?? []) socket.destroy()
  }

  #dial(address: string): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ host: address, port: this.#port, noDelay: true })
      const timer = setTimeout(() => socket.destroy(), connectTimeoutMs)
      socket.once('connect', () => {
        clearTimeout(timer)
        resolve(socket)
      })
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        clearTimeout(timer)
        resolve(undefined)
      })
    })
  }

  async #lead(client: Socket): Promise<void> {
    const all = this.#addresses()
    const turn = this.#next++
    const rotated = all.map((_, i) => all[(i + turn) % all.length]).filter((address) => address !== undefined)
    // Peers that failed their last check come last.
    rotated.sort((a, b) => (this.#failures.get(a) ?? 0) - (this.#failures.get(b) ?? 0))
    for (const address of rotated) {
      const upstream = await this.#dial(address)
      if (upstream === undefined) continue
      const open = this.#open.get(address) ?? new Set<Socket>()
      this.#open.set(address, open)
      open.add(client)
      client.once('close', () => {
        open.delete(client)
        upstream.destroy()
      })
      upstream.once('close', () => client.destroy())
      client.pipe(upstream)
      upstream.pipe(client)
      client.resume()
      return
    }
    client.destroy()
  }

  #check(): void {
    for (const [address, sockets] of this.#open) {
      if (sockets.size === 0) {
        this.#failures.delete(address)
        continue
      }
      this.#dial(address).then((socket) => {
        socket?.destroy()
        const failures = socket === undefined ? (this.#failures.get(address) ?? 0) + 1 : 0
        this.#failures.set(address, failures)
        if (failures >= checksToCut) this.drop(address)
      }, () => undefined)
    }
  }
}
