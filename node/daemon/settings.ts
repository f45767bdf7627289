// The options of a running daemon: those of the daemon itself and of the zones that have some, joined; and its version. Each
// option is declared by its owner; none is added here.
import { apiServerOptions } from '../apiserver/options.ts'
import type { OptionValues } from '../base/options.ts'
import { daemonOptions } from '../config/options.ts'
import { peerOptions } from '../peer/options.ts'

export const settingSpecs = {
  ...daemonOptions, ...apiServerOptions, listen: peerOptions.listen, maxVoters: peerOptions.voters, zone: peerOptions.zone, featureLevel: peerOptions.featureLevel,
}

export type Settings = OptionValues<typeof settingSpecs>

/** What this build calls itself where Kubernetes shows a version. */
export const version = 'v1.32.3+shoal'
