// Finds keys that a JSON text gives twice in one object. JSON.parse keeps the last one silently; the reference server
// reports them in strict mode, so the text itself is scanned. The text must have been parsed before: it is valid JSON here.

interface Frame {
  readonly keys: Set<string> | undefined
  path: string
  index: number
  expectsKey: boolean
}

/** Paths of the duplicate fields of valid JSON text, in order; at most `most`. */
export function duplicateFields(text: string, most: number): readonly string[] {
  const found: string[] = []
  const stack: Frame[] = []
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const token = match[0]
    const frame = stack[stack.length - 1]
    if (token === '{' || token === '[') stack.push(open(token, frame))
    else if (token === '}' || token === ']') stack.pop()
    else if (token === ',' && frame !== undefined) advance(frame)
    else if (token === ':' && frame !== undefined) frame.expectsKey = false
    else if (frame?.keys !== undefined && frame.expectsKey) {
      const key = String(JSON.parse(token))
      const parent = stack[stack.length - 2]
      frame.path = join(parent === undefined ? '' : position(parent), key)
      if (frame.keys.has(key) && found.length < most) found.push(frame.path)
      frame.keys.add(key)
    }
  }
  return found
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function open(token: string, parent: Frame | undefined): Frame {
  const isMap = token === '{'
  return { keys: isMap ? new Set() : undefined, path: parent === undefined ? '' : position(parent), index: 0, expectsKey: isMap }
}

function advance(frame: Frame): void {
  if (frame.keys === undefined) frame.index += 1
  else frame.expectsKey = true
}

/** Where the frame's current value stands. */
const position = (frame: Frame): string => (frame.keys === undefined ? `${frame.path}[${frame.index}]` : frame.path)
