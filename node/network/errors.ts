// What can go wrong when the network is set up. All of these end in a log line and a Node that is not Ready.
import { defineError } from '../base/errors.ts'

export const commandFailed = defineError<{ command: string; reason: string }>({
  code: 'SHOAL_NETWORK_COMMAND_FAILED',
  message: ({ command, reason }) => `${command} failed: ${reason}`,
  remedy: 'The daemon needs root (or a user namespace of its own) and the packages nftables and iproute2.',
})

export const noRoute = defineError<{ address: string }>({
  code: 'SHOAL_NO_INTERFACE',
  message: ({ address }) => `no network interface of this machine has the address ${address}`,
  remedy: 'Start the daemon with --address set to an address that this machine has.',
})
