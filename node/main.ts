// The process edge: arguments, environment, signals and exit codes. It knows the command and the daemon, and hands the one
// to the other; everything else starts from there.
import { fileURLToPath } from 'node:url'
import { processEnvironment } from './config/read.ts'

const environment = processEnvironment()

// Whoever reads our output may stop reading: `shoal status | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74))

const { PeerThread } = await import('./daemon/peer-thread.ts')
// A daemon that comes back is held for dead until its peer thread speaks, so that one begins to load before the command does.
const early = process.argv[2] === 'daemon' ? new PeerThread() : undefined

const { defaultHome, runCli } = await import('./cli/program.ts')
const status = await runCli(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  home: defaultHome(environment),
  node: process.execPath,
  main: fileURLToPath(import.meta.url),
  environment,
  runDaemon: async (flags, first, started) => {
    const peerThread = early ?? new PeerThread()
    const { runDaemon } = await import('./daemon.ts')
    return runDaemon(flags, environment, first, started, peerThread)
  },
})
await early?.end()
process.exitCode = status
