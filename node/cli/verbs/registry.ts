// The list of verbs. To add one: a file in this folder and a line here.
import type { Verb } from '../verb.ts'
import { benchVerb } from './bench.ts'
import { dashboardVerb } from './dashboard.ts'
import { daemonVerb, initVerb, joinVerb, relayVerb, yardVerb } from './daemon.ts'
import { doctorVerb } from './doctor.ts'
import { demoVerb } from './demo.ts'
import { downVerb, machineVerb, upVerb, whereVerb } from './machine.ts'
import { imageLoadVerb } from './image.ts'
import { bundleVerb, installVerb } from './install.ts'
import { pauseImageVerb, runtimeConfigVerb, stateVerb } from './inner.ts'
import { kubeconfigVerb, leaveVerb, peerRemoveVerb, statusVerb } from './cluster.ts'
import { recoverVerb } from './recover.ts'
import { simVerb } from './sim.ts'
import { tokenCreateVerb, tokenDeleteVerb, tokenListVerb } from './token.ts'
import { volumeAbandonVerb, volumeListVerb } from './volume.ts'

export const verbs: readonly Verb[] = [
  upVerb, demoVerb, downVerb, installVerb, bundleVerb, initVerb, joinVerb, leaveVerb, peerRemoveVerb, doctorVerb, recoverVerb, tokenCreateVerb, tokenListVerb, tokenDeleteVerb, statusVerb, dashboardVerb, kubeconfigVerb,
  volumeListVerb, volumeAbandonVerb, imageLoadVerb, simVerb, benchVerb, machineVerb, daemonVerb, yardVerb, relayVerb, whereVerb, stateVerb, runtimeConfigVerb, pauseImageVerb,
]
