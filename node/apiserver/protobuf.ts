// Reads the binary form of Kubernetes objects, which kubectl sends for what it makes itself (create, auth, token), and gives
// the same object as JSON. Field numbers come from a generated table. Answers are never written in this form.
// Source: Protocol Buffers encoding; Kubernetes API concepts, "Kubernetes Protobuf encoding" (the envelope `k8s\0`, Unknown).
import { timestamp } from '../base/clock.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import { protobufTable } from './generated/protobuf-table.ts'
import { maxProtobufDepth } from './limits.ts'

/** The bytes are not what they claim to be; the message is for the client. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

interface Field {
  readonly name: string
  readonly type: string
  readonly label: 'optional' | 'repeated' | 'map'
  /** Zero means absent: the field is no pointer in the reference, which writes it always. */
  readonly omitZero: boolean
}

type Message = ReadonlyMap<number, Field>

type Mutable = { [key: string]: Json | undefined }

const magic = [0x6b, 0x38, 0x73, 0x00]
const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'
const utf8 = new TextDecoder()
let messages: ReadonlyMap<string, Message> | undefined

/** The object inside an envelope, with its apiVersion and kind. Throws ProtobufError. */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  const prefixed = magic.every((byte, at) => bytes[at] === byte)
  if (!prefixed) throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  if (bytes.length === magic.length) throw new ProtobufError('empty body')
  const envelope = readEnvelope(bytes.subarray(magic.length))
  const name = messageOf(envelope.apiVersion, envelope.kind)
  const message = name === undefined ? undefined : table().get(name)
  if (message === undefined) throw new ProtobufError(`no kind "${envelope.kind}" is registered for version "${envelope.apiVersion}"`)
  const object = readMessage(new Reader(envelope.raw), message, 0)
  return { apiVersion: envelope.apiVersion, kind: envelope.kind, ...object }
}

function messageOf(apiVersion: string, kind: string): string | undefined {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion]
  const inGroup = `k8s.io.api.${group.split('.')[0]}.${version}.${kind}`
  if (table().has(inGroup)) return inGroup
  return table().has(`${meta}.${kind}`) ? `${meta}.${kind}` : undefined
}

/** Parsed once, when the first binary body arrives. */
function table(): ReadonlyMap<string, Message> {
  if (messages !== undefined) return messages
  const parsed = new Map<string, Message>()
  let prefix = ''
  for (const line of protobufTable.split('\n')) {
    if (line.startsWith('#')) prefix = line.slice(1)
    else if (line !== '') {
      const [name = '', ...fields] = line.split(' ')
      parsed.set(`${prefix}.${name}`, new Map(fields.map((field) => parseField(field, prefix))))
    }
  }
  messages = parsed
  return parsed
}

function parseField(text: string, prefix: string): [number, Field] {
  const [number = '', name = '', flags = '', type = ''] = text.split(':')
  const full = type.startsWith('.') ? `${prefix}${type}` : type
  const label = flags.includes('m') ? 'map' : flags.includes('r') ? 'repeated' : 'optional'
  return [Number(number), { name, type: full, label, omitZero: flags.includes('z') }]
}

function readEnvelope(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  const reader = new Reader(bytes)
  let apiVersion = ''
  let kind = ''
  let raw = new Uint8Array()
  while (!reader.done()) {
    const { number, wire } = reader.tag()
    if (number === 1 && wire === 2) {
      const type = new Reader(reader.bytes())
      while (!type.done()) {
        const part = type.tag()
        if (part.number === 1) apiVersion = utf8.decode(type.bytes())
        else if (part.number === 2) kind = utf8.decode(type.bytes())
        else type.skip(part.wire)
      }
    } else if (number === 2 && wire === 2) raw = new Uint8Array(reader.bytes())
    else reader.skip(wire)
  }
  return { apiVersion, kind, raw }
}

function readMessage(reader: Reader, message: Message, depth: number): Mutable {
  if (depth > maxProtobufDepth) throw new ProtobufError('the message is nested too deeply')
  const object: Mutable = {}
  while (!reader.done()) {
    const { number, wire } = reader.tag()
    const field = message.get(number)
    if (field === undefined) reader.skip(wire)
    else readField(reader, wire, field, object, depth)
  }
  return object
}

function readField(reader: Reader, wire: number, field: Field, object: Mutable, depth: number): void {
  if (field.label === 'map') {
    const [, valueType = ''] = field.type.split(',')
    const entry = new Reader(reader.bytes())
    let key = ''
    let value: Json = zeroOf(valueType)
    while (!entry.done()) {
      const part = entry.tag()
      if (part.number === 1) key = utf8.decode(entry.bytes())
      else value = readValue(entry, part.wire, valueType, depth + 1)
    }
    const known = object[field.name]
    const map = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {}
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
    object[field.name] = map
    return
  }
  const value = readValue(reader, wire, field.type, depth + 1)
  if (field.label === 'repeated') {
    const known = object[field.name]
    if (Array.isArray(known)) known.push(value)
    else object[field.name] = [value]
  } else if (field.name === '') Object.assign(object, value)
  else if (!(field.omitZero && isZero(value))) object[field.name] = value
}

function readValue(reader: Reader, wire: number, type: string, depth: number): Json {
  switch (type) {
    case 'string': return utf8.decode(reader.bytes())
    case 'bytes': return base64(reader.bytes())
    case 'bool': return reader.varint() !== 0n
    case 'int32':
    case 'int64': return Number(BigInt.asIntN(64, reader.varint()))
    case 'double': return reader.double()
    default: return readComposite(reader, wire, type, depth)
  }
}

function readComposite(reader: Reader, wire: number, type: string, depth: number): Json {
  if (wire !== 2) throw new ProtobufError(`wrong wire type ${wire} for a message`)
  const message = table().get(type)
  if (message === undefined) throw new ProtobufError(`the message ${type} is unknown`)
  const object = readMessage(new Reader(reader.bytes()), message, depth)
  const short = type.slice(type.lastIndexOf('.') + 1)
  switch (short) {
    case 'Quantity': return object['string'] ?? '0'
    case 'Time': return timeOf(object, 0)
    case 'MicroTime': return timeOf(object, 6)
    case 'IntOrString': return object['type'] === 1 ? object['strVal'] ?? '' : object['intVal'] ?? 0
    case 'FieldsV1': return rawJson(object['Raw'])
    case 'RawExtension': return rawJson(object['raw'])
    default: return short in wrappedLists ? object['items'] ?? [] : object
  }
}

/** Messages that are a list in JSON. */
const wrappedLists: { readonly [message: string]: true } = { ExtraValue: true, Verbs: true }

function timeOf(object: Mutable, digits: number): Json {
  const seconds = object['seconds']
  if (typeof seconds !== 'number') return null
  if (digits === 0) return timestamp(seconds * 1000)
  const micros = String(Math.floor(Number(object['nanos'] ?? 0) / 1000)).padStart(digits, '0')
  return `${timestamp(seconds * 1000).slice(0, -1)}.${micros}Z`
}

function rawJson(base64Text: Json | undefined): Json {
  if (typeof base64Text !== 'string' || base64Text === '') return null
  try {
    const value: Json = JSON.parse(utf8.decode(Uint8Array.from(atob(base64Text), (char) => char.charCodeAt(0))))
    return value
  } catch {
    throw new ProtobufError('an embedded object is not JSON')
  }
}

function zeroOf(type: string): Json {
  return type === 'string' || type === 'bytes' ? '' : null
}

function isZero(value: Json): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** A cursor over encoded bytes; every read checks that the bytes are there. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  done(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new ProtobufError('unexpected EOF')
      this.#at++
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new ProtobufError('a number is too long')
  }

  tag(): { number: number; wire: number } {
    const value = Number(this.varint())
    return { number: Math.floor(value / 8), wire: value % 8 }
  }

  bytes(): Uint8Array {
    const length = Number(this.varint())
    if (length > this.#bytes.length - this.#at) throw new ProtobufError('unexpected EOF')
    const part = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return part
  }

  double(): number {
    if (this.#bytes.length - this.#at < 8) throw new ProtobufError('unexpected EOF')
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).getFloat64(0, true)
    this.#at += 8
    return value
  }

  skip(wire: number): void {
    if (wire === 0) this.varint()
    else if (wire === 2) this.bytes()
    else if (wire === 1 || wire === 5) {
      this.#at += wire === 1 ? 8 : 4
      if (this.#at > this.#bytes.length) throw new ProtobufError('unexpected EOF')
    } else throw new ProtobufError(`wire type ${wire} is not supported`)
  }
}
