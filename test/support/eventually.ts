// Waits for something that will become true by itself, asking often; for tests whose subject uses real files and sockets.
// It fails with what it waited for, and never waits longer than it must.

/** Resolves with the first answer that is neither false nor undefined. */
export async function eventually<T>(what: string, ask: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const until = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer
    if (Date.now() > until) throw new Error(`${what} did not happen within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
