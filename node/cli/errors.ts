// What can go wrong for the one who types a command. The texts are the interface: cause first, then the remedy.
import { defineError } from '../base/errors.ts'

export const namespacesForbidden = defineError<{ reason: string }>({
  code: 'SHOAL_NAMESPACES_FORBIDDEN',
  message: ({ reason }) => `this machine does not let an ordinary user make a user namespace: ${reason}`,
  remedy:
    'Run as root, or let an administrator allow it: install the package uidmap, give the user a range in /etc/subuid and /etc/subgid, ' +
    'set kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), user.max_user_namespaces above 0 (everywhere).',
})

export const yardFailed = defineError<{ step: string; reason: string }>({
  code: 'SHOAL_UP_FAILED',
  message: ({ step, reason }) => `could not ${step}: ${reason}`,
  remedy: 'The logs lie in the home folder that `shoal up` printed; `shoal down` removes what was started.',
})

export const bundleFailed = defineError<{ step: string; reason: string }>({
  code: 'SHOAL_BUNDLE_FAILED',
  message: ({ step, reason }) => `could not ${step}: ${reason}`,
  remedy: "The bundle is made on a machine with a network and apt's lists (`apt-get update`), of the release and processor that it is for.",
})

export const installFailed = defineError<{ step: string; reason: string }>({
  code: 'SHOAL_INSTALL_FAILED',
  message: ({ step, reason }) => `${step} failed: ${reason}`,
  remedy: 'Files are in place; `systemctl status shoal shoal-containerd` and `journalctl -u shoal` say more. `shoal install` may be run again.',
})

export const notUp = defineError<{ home: string }>({
  code: 'SHOAL_NOT_UP',
  message: ({ home }) => `no cluster of this machine runs from ${home}`,
  remedy: 'Start one with `shoal up`, or name another folder with --home.',
})

export const notOurs = defineError<{ folder: string; entry: string }>({
  code: 'SHOAL_NOT_A_HOME',
  message: ({ folder, entry }) => `${folder} is not the home of a cluster of \`shoal up\`: ${entry} is in it, which Shoal does not make; nothing was removed`,
  remedy: 'Name the folder of the cluster with --home; `shoal where home` prints the usual one.',
  exitStatus: 2,
})

export const daemonUnreachable = defineError<{ socket: string; reason: string }>({
  code: 'SHOAL_DAEMON_UNREACHABLE',
  message: ({ socket, reason }) => `no daemon answers on ${socket}: ${reason}`,
  remedy: 'Start it (`systemctl start shoal`, or `shoal up`), or name its data directory with --data-dir.',
})

export const keysWouldBeLost = defineError<{ chosen: string; holders: readonly string[] }>({
  code: 'SHOAL_KEYS_WOULD_BE_LOST',
  message: ({ chosen, holders }) =>
    `${chosen} can go on, but no survivor can open the keys that the cluster signs by: afterwards no machine can join, and no certificate and no token is signed any more` +
    (holders.length === 0 ? '' : `; ${holders.join(', ')} could open them`),
  remedy:
    'Bring the disk of a peer that is named back, in any machine: its data directory, whole, under the same daemon; then recover. ' +
    'If all of them are gone for good, add --without-keys, copy what matters to a new cluster, and move.',
})

export const requestRefused = defineError<{ message: string }>({
  code: 'SHOAL_REQUEST_REFUSED',
  message: ({ message }) => message,
  remedy: 'The message names the cause; `shoal status` shows the cluster.',
})

export const badArgument = defineError<{ argument: string; expected: string }>({
  code: 'SHOAL_BAD_ARGUMENT',
  message: ({ argument, expected }) => `${argument}: expected ${expected}`,
  remedy: 'See `shoal <command> --help`.',
  exitStatus: 2,
})

export const badKubeconfig = defineError<{ file: string; reason: string }>({
  code: 'SHOAL_BAD_KUBECONFIG',
  message: ({ file, reason }) => `the kubeconfig ${file} cannot be used: ${reason}`,
  remedy: 'Name one with --kubeconfig or KUBECONFIG whose current context has a server and a client certificate or a token; `shoal kubeconfig` on a peer prints one.',
  exitStatus: 2,
})

export const programMissing = defineError<{ program: string; package: string }>({
  code: 'SHOAL_PROGRAM_MISSING',
  message: ({ program, package: name }) => `${program} is not installed (Debian package ${name})`,
  remedy: 'Start Shoal through its launcher ./shoal, which installs it, or install the named Debian package yourself.',
})

export const notReady = defineError<{ what: string; seconds: number; hint: string }>({
  code: 'SHOAL_NOT_READY',
  message: ({ what, seconds, hint }) => `${what} within ${seconds} s: ${hint}`,
  remedy: 'Look at `shoal status` and at the logs in the home folder.',
})
