// The endpoints of a slice as a list: the API writes null where there are none.
import type { Endpoint, EndpointSlice } from './generated/discovery-v1.ts'

/** Never null, unlike the field. */
export function endpointsIn(slice: EndpointSlice): readonly Endpoint[] {
  const list: readonly Endpoint[] | null | undefined = slice.endpoints
  return list ?? []
}
