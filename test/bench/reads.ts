// Linearizable reads through any peer beside etcd: 64 clients spread over all peers, each read confirmed by the leader before
// it is answered (agreed.barrier; etcd's Range, which is linearizable unless told otherwise). Rounds of the two take turns.
import { answer, benchOptions } from './figures.ts'
import { besideEtcd } from './writes.ts'

const loads = [{ clients: 64, ratioAtLeast: 1 }] as const

if (import.meta.main) {
  const options = benchOptions(process.argv.slice(2))
  const figures = await besideEtcd('read', loads, options)
  process.exitCode = answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}
