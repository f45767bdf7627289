// What the plans of claims and volumes answer: one write, and what people are told.
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '../../objects/generated/core-v1.ts'

/** What people are told of a claim or a volume. */
export interface Tell {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export type ClaimStep =
  | { readonly kind: 'finalizers'; readonly finalizers: readonly string[] }
  | { readonly kind: 'status'; readonly status: PersistentVolumeClaimStatus }
  | { readonly kind: 'assign class'; readonly name: string }
  /** The volume names the claim; `chosen` by us and not by a person. */
  | { readonly kind: 'take'; readonly volume: PersistentVolume; readonly chosen: boolean }
  /** The claim names the volume. */
  | { readonly kind: 'bind'; readonly volume: PersistentVolume; readonly chosen: boolean }
  /** A claim has grown, and its folder knows no size. */
  | { readonly kind: 'grow'; readonly volume: PersistentVolume; readonly storage: string }
  | { readonly kind: 'provision'; readonly volume: PersistentVolume }
  /** Somebody else makes the volume. */
  | { readonly kind: 'leave to'; readonly provisioner: string }
  /** The chosen Node cannot have the volume: another one is chosen. */
  | { readonly kind: 'unselect' }
  | { readonly kind: 'remember'; readonly volume: PersistentVolume; readonly text: string | undefined }
  | { readonly kind: 'delete' }

export interface ClaimPlan {
  readonly step?: ClaimStep | undefined
  readonly tell?: Tell | undefined
}

export const warn = (reason: string, message: string): Tell => ({ type: 'Warning', reason, message })

export type VolumeStep =
  | { readonly kind: 'phase'; readonly phase: string; readonly message?: string }
  /** The claim is gone; asked again before it is written, for what follows may delete data. */
  | { readonly kind: 'release' }
  | { readonly kind: 'unbind'; readonly keepName: boolean }
  | { readonly kind: 'remake'; readonly claim: PersistentVolumeClaim }
  /** The noted claim is there. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'finalizers'; readonly finalizers: readonly string[] }

export interface VolumePlan {
  readonly step?: VolumeStep | undefined
  readonly tell?: Tell | undefined
}
