// What a peer does when it comes to a meeting place, a folder that all peers of a cluster share (docs/compose.md): found the
// cluster, join it, go on as its member, or keep out. Pure; whoever acts on it holds the lock of the place meanwhile, so of
// several that come at once only one founds.

/** What lies in the peer's own data directory. */
export interface OwnPeer {
  readonly cluster: string
  /** It founded the cluster and has not been seen to publish an invitation: nobody else can belong to it. */
  readonly unpublished: boolean
}

export type MeetingStep =
  /** Nobody was here: make a cluster and publish an invitation to it. */
  | { readonly kind: 'found' }
  /** Join by the invitation. */
  | { readonly kind: 'join' }
  /** Go on as a member; `publish` when the place has no invitation yet. */
  | { readonly kind: 'resume'; readonly publish: boolean }
  /** This peer died while it was founding, and another founded meanwhile: forget the own cluster, of which nobody knew, and join. */
  | { readonly kind: 'yield' }
  /** The data directory belongs to another cluster. Neither it nor this cluster is touched. */
  | { readonly kind: 'refuse' }

/** Decides by the own data directory and the id of the cluster that the place invites to; both undefined when there is none. */
export function planMeeting(own: OwnPeer | undefined, invitedTo: string | undefined): MeetingStep {
  if (own === undefined) return invitedTo === undefined ? { kind: 'found' } : { kind: 'join' }
  if (invitedTo === undefined) return { kind: 'resume', publish: true }
  if (own.cluster === invitedTo) return { kind: 'resume', publish: false }
  return own.unpublished ? { kind: 'yield' } : { kind: 'refuse' }
}
