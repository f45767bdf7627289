// Sealing a secret to a peer, so that it can lie in the agreed state and on every disk, and only that peer's key opens it:
// X25519 with a key made for each box, HKDF and AES-256-GCM, which is base mode of HPKE (RFC 9180) in plain parts. A peer's
// Ed25519 key serves as its X25519 key too, by the map between the two curves (RFC 7748, 4.1), so that its id is all that
// a sealer must know. Who should be able to open what is planned elsewhere.
import { createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerKey } from './peer-key.ts'

// The fixed heads of X25519 keys in PKCS #8 and SubjectPublicKeyInfo (RFC 8410); the raw key follows.
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicHead = Buffer.from('302a300506032b656e032100', 'hex')
const keyBytes = 32
const tagBytes = 16
const nonceBytes = 12

/**
 * Seals `secret` for the holder of a peer's key; base64. `label` says what it is and for which cluster: a box that is put
 * under another label does not open. Undefined when the id is not that of an Ed25519 key.
 */
export function sealTo(peerId: string, label: string, secret: Uint8Array): string | undefined {
  const raw = exchangeKeyOf(peerId)
  if (raw === undefined) return undefined
  const once = generateKeyPairSync('x25519')
  const onceRaw = once.publicKey.export({ format: 'der', type: 'spki' }).subarray(publicHead.length)
  const { key, nonce } = derive(once.privateKey, publicKeyOf(raw), onceRaw, raw, label)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
  return Buffer.concat([onceRaw, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** What a box holds, or undefined when it was not sealed to this key under this label, or is damaged. */
export function openSealed(own: PeerKey, label: string, box: string): Buffer | undefined {
  const bytes = Buffer.from(box, 'base64')
  const raw = exchangeKeyOf(own.peerId)
  if (bytes.length < keyBytes + tagBytes || raw === undefined) return undefined
  const onceRaw = bytes.subarray(0, keyBytes)
  try {
    const { key, nonce } = derive(privateKeyOf(own), publicKeyOf(onceRaw), onceRaw, raw, label)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(label))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(keyBytes, -tagBytes)), decipher.final()])
  } catch {
    // Whatever does not fit, the answer is the same: not for us.
    return undefined
  }
}

/** A key and a nonce that are used once, since one of the two keys is made for the box. */
function derive(secret: KeyObject, other: KeyObject, onceRaw: Uint8Array, peerRaw: Uint8Array, label: string): { readonly key: Buffer; readonly nonce: Buffer } {
  const shared = diffieHellman({ privateKey: secret, publicKey: other })
  const bytes = Buffer.from(hkdfSync('sha256', shared, Buffer.concat([onceRaw, peerRaw]), `shoal seal 1 ${label}`, keyBytes + nonceBytes))
  return { key: bytes.subarray(0, keyBytes), nonce: bytes.subarray(keyBytes) }
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicHead, raw]), format: 'der', type: 'spki' })
}

/** The scalar of an Ed25519 key is the first half of its seed's hash (RFC 8032, 5.1.5); X25519 clamps it the same way. */
function privateKeyOf(own: PeerKey): KeyObject {
  const scalar = createHash('sha512').update(own.key.raw.subarray(0, keyBytes)).digest().subarray(0, keyBytes)
  return createPrivateKey({ key: Buffer.concat([privateHead, scalar]), format: 'der', type: 'pkcs8' })
}

/** The raw X25519 public key of a peer: u = (1 + y) / (1 - y) of its Ed25519 point (RFC 7748, 4.1). */
function exchangeKeyOf(peerId: string): Buffer | undefined {
  let parsed
  try {
    parsed = peerIdFromString(peerId)
  } catch {
    // No peer id: nothing can be sealed for it, and the caller says so.
    return undefined
  }
  if (parsed.type !== 'Ed25519') return undefined
  const point = Buffer.from(parsed.publicKey.raw).reverse()
  // The highest bit is the sign of x, which the other curve does not have.
  point[0] = (point[0] ?? 0) & 0x7f
  const y = BigInt(`0x${point.toString('hex')}`)
  const u = ((1n + y) * power(prime + 1n - y, prime - 2n)) % prime
  return Buffer.from(u.toString(16).padStart(keyBytes * 2, '0'), 'hex').reverse()
}

const prime = 2n ** 255n - 19n

/** `base` to the power of `exponent`, modulo the prime of both curves; public values only, since it takes its time. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % prime
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}
