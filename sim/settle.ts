// Lets everything run that resolved promises have set free: when a turn of the loop comes, no such thing is left.
// Nothing in a simulated world waits for anything else, so one turn is enough and equal runs stay equal.

export function settle(): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve) })
}
