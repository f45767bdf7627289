// What the control socket answers when agreement may be gone: what is wrong, the preview of a recovery, the recovery itself, and taking a
// newer incarnation. Members and witnesses share them.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import { timestamp } from '../base/clock.ts'
import type { DoctorReport, RecoveryPreview } from '../base/control.ts'
import type { Peer } from '../peer/peer.ts'
import type { RecoveryPlan } from '../peer/recovery-plan.ts'
import type { ControlRoutes } from './control-server.ts'

/** The routes of `shoal doctor` and `shoal recover`. */
export function survivorRoutes(peer: Pick<Peer, 'survivors' | 'keys'>, clock: Clock): ControlRoutes {
  const { survivors, keys } = peer
  return {
    'GET /doctor': (): Promise<DoctorReport> => survivors.examine(),
    'GET /recovery': async () => preview(await survivors.plan(), keys.signers(), clock.wallMs()),
    'POST /recovery': async ({ body }) => {
      const asked = await body()
      const incarnation = typeof asked === 'object' && asked !== null ? Number(Reflect.get(asked, 'incarnation')) : 0
      return { chosen: (await survivors.recover(incarnation)).name }
    },
    'POST /rejoin': () => {
      survivors.rejoin()
      return Promise.resolve()
    },
  }
}

/** The plan as people read it. `signers` can open the keys that the cluster signs by. */
export function preview({ chosen, survivors, missing, ahead }: RecoveryPlan & { readonly kind: 'recover' }, signers: readonly PeerId[], nowMs: number): RecoveryPreview {
  return {
    incarnation: chosen.lineage.incarnation,
    chosen: chosen.name,
    survivors: survivors.map(({ name, role, lastTerm, lastIndex, commit, newestMs }) => ({
      name, role, term: lastTerm, lastIndex, agreedIndex: commit, newest: timestamp(newestMs), ageMs: Math.max(0, nowMs - newestMs),
    })),
    missing: missing.map(({ peer, name }) => ({ name, voter: chosen.voters.includes(peer) })),
    keysLost: !survivors.some(({ opensKeys }) => opensKeys),
    keyHolders: missing.filter(({ peer }) => signers.includes(peer)).map(({ name }) => name),
    ahead: ahead.map(({ name }) => name),
  }
}
