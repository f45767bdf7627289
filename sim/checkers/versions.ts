// Versions never go back for a client, whichever peer it asks (what Kubernetes' resourceVersion promises to a client that
// moves): each answer shows at least the version of the answer before it.
import type { Revision } from '../../protocol/base/ids.ts'
import { demand } from '../violation.ts'

export class VersionChecker {
  readonly #seen = new Map<number, Revision>()

  /** A client got an answer that shows the state at `revision`. */
  saw(client: number, revision: Revision, by: string): void {
    const before = this.#seen.get(client) ?? 0
    demand(revision >= before, 'versions never go back', () => `client ${client} saw ${before}, then ${revision} from ${by}`)
    this.#seen.set(client, revision)
  }
}
