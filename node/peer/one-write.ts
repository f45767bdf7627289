// Makes libp2p's TCP transport write each message of the layers above in one piece. By itself it writes every fragment
// (length, cipher text, tag, frame head) on its own, and with Nagle's algorithm off each becomes a packet: four times as
// many packets as messages. Nothing else about the transport is changed.
import type { CreateListenerOptions, DialTransportOptions, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'

/** Joins the fragments of each send. */
function joined(connection: MultiaddrConnection): MultiaddrConnection {
  const send = connection.send.bind(connection)
  connection.send = (data) => send(data.subarray())
  return connection
}

function joiningUpgrader(upgrader: Upgrader): Upgrader {
  return {
    upgradeOutbound: (connection, options) => upgrader.upgradeOutbound(joined(connection), options),
    upgradeInbound: (connection, options) => upgrader.upgradeInbound(joined(connection), options),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
    createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
  }
}

/** The same transport, one write a message. */
export function oneWrite(transport: Transport): Transport {
  const dial = transport.dial.bind(transport)
  const createListener = transport.createListener.bind(transport)
  transport.dial = (address, options: DialTransportOptions) => dial(address, { ...options, upgrader: joiningUpgrader(options.upgrader) })
  transport.createListener = (options: CreateListenerOptions) => createListener({ ...options, upgrader: joiningUpgrader(options.upgrader) })
  return transport
}
