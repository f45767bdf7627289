// The door through which the process edge spawns the peer thread before it loads the rest of the daemon.
// It holds nothing of its own.
export { PeerThread } from '../peer/worker-thread.ts'
