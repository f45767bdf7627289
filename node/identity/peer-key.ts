// A peer's key is its identity: the peer id is the digest of the public half. One is made with each data directory and
// never again, so a peer that lost its disk comes back as somebody else and cannot vote twice.
// The key never leaves the machine; this file only makes it, reads it and tells the id.
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { keyDamaged } from './errors.ts'

/** A peer's key pair and the id made of it. */
export interface PeerKey {
  readonly peerId: string
  /** For libp2p, which proves it in each Noise handshake. */
  readonly key: Ed25519PrivateKey
  /** Ed25519 signature, 64 bytes (RFC 8032). */
  sign(bytes: Uint8Array): Uint8Array
}

// The fixed head of a PKCS #8 Ed25519 private key and of a SubjectPublicKeyInfo (RFC 8410); the raw key follows.
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicHead = Buffer.from('302a300506032b6570032100', 'hex')

/** The node:crypto form of a raw 32-byte Ed25519 seed. */
export function ed25519Private(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateHead, seed]), format: 'der', type: 'pkcs8' })
}

/** The node:crypto form of a raw 32-byte Ed25519 public key. */
export function ed25519Public(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicHead, raw]), format: 'der', type: 'spki' })
}

/** The raw 32-byte public key of an Ed25519 seed. */
export function ed25519PublicRaw(seed: Uint8Array): Uint8Array {
  return createPublicKey(ed25519Private(seed)).export({ format: 'der', type: 'spki' }).subarray(publicHead.length)
}

const fromKey = (key: Ed25519PrivateKey): PeerKey => {
  // libp2p's raw form is the seed followed by the public key.
  const signer = ed25519Private(key.raw.subarray(0, 32))
  return { peerId: peerIdFromPrivateKey(key).toString(), key, sign: (bytes) => sign(null, bytes, signer) }
}

/** A new key, not yet on disk. */
export async function createPeerKey(): Promise<PeerKey> {
  return fromKey(await generateKeyPair('Ed25519'))
}

/** The bytes to keep of a key, libp2p's protobuf form. */
export function peerKeyBytes(key: PeerKey): Uint8Array {
  return privateKeyToProtobuf(key.key)
}

/** The inverse of peerKeyBytes. Throws SHOAL_KEY_DAMAGED. */
export function peerKeyFromBytes(bytes: Uint8Array, path: string): PeerKey {
  let key
  try {
    key = privateKeyFromProtobuf(bytes)
  } catch (error) {
    throw keyDamaged.make({ path }, error)
  }
  if (key.type !== 'Ed25519') throw keyDamaged.make({ path })
  return fromKey(key)
}

/** Writes the key readable for its owner only, whole or not at all. */
export function writePeerKey(path: string, key: PeerKey): void {
  const part = `${path}.part`
  writeFileSync(part, peerKeyBytes(key), { mode: 0o600, flush: true })
  chmodSync(part, 0o600)
  renameSync(part, path)
}

/** The key at `path`, or undefined when there is none. Throws SHOAL_KEY_DAMAGED. */
export function readPeerKey(path: string): PeerKey | undefined {
  return existsSync(path) ? peerKeyFromBytes(readFileSync(path), path) : undefined
}

/** The verifying half of a peer id, or undefined when it is not the id of an Ed25519 key. */
export function peerPublicKey(peerId: string): KeyObject | undefined {
  try {
    const parsed = peerIdFromString(peerId)
    return parsed.type === 'Ed25519' ? ed25519Public(parsed.publicKey.raw) : undefined
  } catch {
    // The library throws at any text that is no peer id.
    return undefined
  }
}

/** Whether `signature` over `bytes` was made by the holder of the public key. */
export function verifyEd25519(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, bytes, key, signature)
}
