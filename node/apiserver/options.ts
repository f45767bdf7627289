// The options of the API server, declared once: flags, environment, file and manual follow from them.
import type { OptionSpec, OptionValues } from '../base/options.ts'

export const apiServerOptions = {
  apiPort: {
    name: 'api-port', type: 'integer', default: 6443, unit: 'port', least: 0, most: 65535,
    help: 'TCP port of the Kubernetes API on this peer; 0 takes any free one. kubeconfigs name it, so all peers should use the same.',
  },
  defaultTolerationSeconds: {
    name: 'default-toleration-seconds', type: 'integer', default: 0, unit: 's', least: 0, most: 86_400,
    help: 'How long Pods that say nothing tolerate a dead or unready node before they are replaced. Kubernetes takes 300; 0 heals at once, more rides out short failures without moving Pods.',
  },
} as const satisfies { readonly [key: string]: OptionSpec }

export type ApiServerOptionValues = OptionValues<typeof apiServerOptions>
