// What a failed system call says about itself. A caller that expects one failure (no such file, say) names it here and lets
// every other one through: a full or broken disk must never look like a file that is not there.

/** The code of a failed system call, such as ENOSPC; undefined for every other error. */
export function failureCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A handler for `catch` that answers `otherwise` for these codes and throws everything else again. */
export function expecting<T>(codes: readonly string[], otherwise: T): (error: unknown) => T {
  return (error) => {
    const code = failureCode(error)
    if (code === undefined || !codes.includes(code)) throw error
    return otherwise
  }
}

/** As `expecting`, for a path that leads to nothing. */
export function ifMissing<T>(otherwise: T): (error: unknown) => T {
  return expecting(['ENOENT', 'ENOTDIR'], otherwise)
}
