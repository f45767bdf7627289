// Connections that stop being HTTP: exec, attach and port-forward.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../../base/logger.ts'
import type { Handler } from '../handler.ts'
import type { Front } from '../http/front.ts'
import type { KubeletConnections } from '../kubelet-connection.ts'
import type { Rest } from '../rest.ts'

export interface UpgradesDeps {
  readonly front: Front
  readonly handler: Handler
  readonly rest: Rest
  readonly kubelets: KubeletConnections
  readonly logger: Logger
}

export class Upgrades {
  readonly #deps: UpgradesDeps

  constructor(deps: UpgradesDeps) {
    this.#deps = deps
  }

  async handle(_request: IncomingMessage, socket: Duplex, _head: Buffer): Promise<void> {
    this.#deps.logger.debug('upgrade refused')
    socket.end('HTTP/1.1 501 Not Implemented\r\n\r\n')
  }

  close(): void {}
}
