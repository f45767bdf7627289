// The process edge: arguments, environment, signals and exit codes. It knows the command and the daemon, and hands the one
// to the other; everything else starts from there.
import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { processEnvironment } from './config/read.ts'
import { defaultHome, runCli } from './cli/program.ts'

const environment = processEnvironment()

// Whoever reads our output may stop reading: `shoal status | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74))

const status = await runCli(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  home: defaultHome(environment),
  node: process.execPath,
  main: fileURLToPath(import.meta.url),
  environment,
  runDaemon: async (flags, first, started) => {
    const { PeerThread } = await import('./daemon/peer-thread.ts')
    const peerThread = new PeerThread()
    const { runDaemon } = await import('./daemon.ts')
    // What Node made of the sources is kept at once: a daemon that is killed comes back faster for it.
    flushCompileCache()
    return runDaemon(flags, environment, first, started, peerThread)
  },
})
process.exitCode = status
