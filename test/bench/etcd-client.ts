// The load on etcd: a process of its own that speaks gRPC to every member, with the same closed loop as the load on Shoal.
// Of etcd's interface it knows two calls and the fields that they need, written by hand, and reads no answer: whatever it
// saves is to etcd's advantage, since the processors are shared.
import { Client, credentials } from '@grpc/grpc-js'
import { keyOf, type LoadOptions, runLoad, valueBytes } from './load.ts'

/** A field of bytes in protobuf's encoding. */
export function bytesField(number: number, bytes: Uint8Array): Buffer {
  const head = [number << 3 | 2]
  let left = bytes.length
  for (; left >= 0x80; left >>>= 7) head.push(left & 0x7f | 0x80)
  return Buffer.concat([Uint8Array.from([...head, left]), bytes])
}

export interface EtcdLoad extends LoadOptions {
  readonly kind: 'write' | 'read'
  /** host:port of the members that clients are spread over, by their number. */
  readonly endpoints: readonly string[]
}

const value = bytesField(2, Buffer.alloc(valueBytes, 'x'))
const asIs = (bytes: Buffer): Buffer => bytes

function callOf(clients: readonly Client[], method: string, request: (key: Uint8Array) => Buffer): (client: number, turn: number) => Promise<void> {
  return (client, turn) => new Promise((resolve, reject) => {
    const member = clients[client % clients.length]
    if (member === undefined) throw new Error('no member')
    member.makeUnaryRequest(method, asIs, asIs, request(Buffer.from(keyOf(client, turn))), (error) => {
      if (error === null) resolve()
      else reject(error)
    })
  })
}

function main(): void {
  const members = new Map<string, Client>()
  process.on('message', (load: EtcdLoad) => {
    const clients = load.endpoints.map((endpoint) => {
      const known = members.get(endpoint) ?? new Client(endpoint, credentials.createInsecure())
      members.set(endpoint, known)
      return known
    })
    const call = load.kind === 'write'
      ? callOf(clients, '/etcdserverpb.KV/Put', (key) => Buffer.concat([bytesField(1, key), value]))
      : callOf(clients, '/etcdserverpb.KV/Range', (key) => bytesField(1, key))
    void runLoad(load, call).then((result) => process.send?.(result))
  })
  process.on('disconnect', () => process.exit(0))
}

if (import.meta.main) main()
