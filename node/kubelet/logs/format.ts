// The lines of container log files as CRI runtimes write them: time, stream, tag, text. A line longer than the runtime's
// buffer comes in parts, all but the last tagged P. Pure. Source: Kubernetes design document "CRI: Log management".

export interface LogLine {
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  /** The text goes on in the next line of the same stream. */
  readonly partial: boolean
  readonly text: string
}

/** One line without its line break; undefined when it is none. */
export function parseLogLine(line: string): LogLine | undefined {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  const third = line.indexOf(' ', second + 1)
  if (first < 0 || second < 0 || third < 0) return undefined
  const stream = line.slice(first + 1, second)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  const tags = line.slice(second + 1, third).split(':')
  return { time: line.slice(0, first), stream, partial: tags[0] === 'P', text: line.slice(third + 1) }
}
