// The configuration of a machine's containerd, as golden text for root and for an ordinary user.
import { containerdConfig } from '../../../../node/cli/machines/containerd-config.ts'
import { matchesGolden } from '../../../support/golden.ts'

describe('cli / machines / containerd config', () => {
  for (const rootless of [false, true]) {
    it(rootless ? 'without cgroups' : 'with cgroups', () => {
      const text = containerdConfig({ cniPlugins: '/usr/lib/cni', rootless })
      matchesGolden(`cli/machines/containerd-${rootless ? 'rootless' : 'root'}.toml`, text)
    })
  }
})
