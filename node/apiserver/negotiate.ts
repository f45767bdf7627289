// Chooses the form of an answer from the Accept header: JSON or YAML, the object itself, its Table, or its metadata only.
// Protobuf answers are never offered: every client that asks for them names JSON as its second choice.
// Source: RFC 9110 section 12.5.1 and Kubernetes' API concepts ("Receiving resources as Tables", "metadata-only").
import { notAcceptable } from './status.ts'

export interface Representation {
  readonly format: 'json' | 'yaml'
  /** `object` is the resource as it is. */
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList'
  /** Of the form: `v1`, `v1beta1`; of discovery `v2`, `v2beta1`. */
  readonly version: string
}

interface Range {
  readonly type: string
  readonly parameters: { readonly [name: string]: string }
  readonly quality: number
}

/** The forms that a handler can give besides plain objects. */
/** `any` leaves the choice to the handler: logs and proxied answers have forms of their own. */
export type Forms = 'objects' | 'lists' | 'discovery' | 'plain' | 'any'

const versionsOf: { readonly [form: string]: readonly string[] } = {
  Table: ['v1', 'v1beta1'],
  PartialObjectMetadata: ['v1', 'v1beta1'],
  PartialObjectMetadataList: ['v1', 'v1beta1'],
}

const offered = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
const offeredStreams = `${offered}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`
const plainJson: Representation = { format: 'json', as: 'object', version: '' }

/** The representation for `accept`; throws NotAcceptable as the reference words it. */
export function negotiate(accept: string | undefined, forms: Forms): Representation {
  if (accept === undefined || accept.trim() === '' || accept === '*/*' || accept === 'application/json' || forms === 'any') return plainJson
  let known = false
  for (const range of parseAccept(accept)) {
    const format = formatOf(range.type)
    if (format === undefined) continue
    known = true
    const as = range.parameters['as']
    if (as === undefined || as === '') return { format, as: 'object', version: '' }
    const form = transform(as, range.parameters, forms)
    if (form !== undefined) return { format, ...form }
  }
  // The server's own paths answer whatever form they have.
  if (forms === 'discovery') return plainJson
  if (known) throw notAcceptable(`only the following media types are accepted: ${offered}`)
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${forms === 'lists' ? offeredStreams : offered}`)
}

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
  if (type === 'application/yaml') return 'yaml'
  return undefined
}

function transform(as: string, parameters: Range['parameters'], forms: Forms): Omit<Representation, 'format'> | undefined {
  const version = parameters['v'] ?? ''
  if (as === 'APIGroupDiscoveryList') {
    const fits = forms === 'discovery' && parameters['g'] === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1')
    return fits ? { as, version } : undefined
  }
  if (forms === 'plain' || forms === 'discovery') return undefined
  if (as !== 'Table' && as !== 'PartialObjectMetadata' && as !== 'PartialObjectMetadataList') return undefined
  if (parameters['g'] !== 'meta.k8s.io' || versionsOf[as]?.includes(version) !== true) return undefined
  return { as, version }
}

/** Media ranges by falling quality; equal ones stay in order. Ranges that can't be read are skipped. */
function parseAccept(accept: string): readonly Range[] {
  const ranges: Range[] = []
  for (const part of accept.split(',')) {
    const [type = '', ...rest] = part.split(';').map((piece) => piece.trim())
    const parameters: { [name: string]: string } = {}
    for (const piece of rest) {
      const at = piece.indexOf('=')
      if (at > 0) parameters[piece.slice(0, at).trim()] = piece.slice(at + 1).trim()
    }
    const quality = Number(parameters['q'] ?? '1')
    if (type !== '') ranges.push({ type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 1 })
  }
  return ranges.sort((a, b) => b.quality - a.quality)
}
