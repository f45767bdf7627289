// What can go wrong between the daemon and the system that it runs on.
import { defineError } from '../base/errors.ts'

export const fileLockFailed = defineError<{ path: string; reason: string }>({
  code: 'SHOAL_FILE_LOCK_FAILED',
  message: ({ path, reason }) => `could not lock ${path}: ${reason}`,
  remedy: 'The folder must be writable and on a file system with locks; the program flock is in the Debian package util-linux.',
})
