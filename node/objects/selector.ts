// Selectors: which objects a request or a controller means, by labels or by fields. Parsing answers the same messages as
// the reference server. A label selector exists as text (`a in (b,c),!d`) and as an object (matchLabels, matchExpressions);
// both become the same list of requirements. Source: the Kubernetes API reference, LabelSelector; concepts, field selectors.
import { qualifiedName, labelValueErrors } from './names.ts'
import { isObject } from './encoding.ts'
import type { JsonObject, Json } from './json.ts'

export type Labels = { readonly [key: string]: string }

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'

export interface Requirement {
  readonly key: string
  readonly operator: SelectorOperator
  readonly values: readonly string[]
}

/** All requirements must hold; an empty list selects everything. */
export type LabelSelector = readonly Requirement[]

/** A parsed value, or why the text is not one. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

const refuse = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message })

type TokenKind = 'identifier' | 'end' | ',' | '(' | ')' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin' | 'error'

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

type Tokens = readonly Token[]

const symbols: readonly TokenKind[] = [',', '(', ')', '!', '=', '==', '!=', '>', '<']
const operators: { readonly [kind: string]: SelectorOperator } = { in: 'In', notin: 'NotIn', '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' }

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(/\s*(?:(==|!=|[=!(),<>])|([^\s=!(),<>]+))/g)) {
    const [, symbol, word = ''] = match
    const kind = symbols.find((candidate) => candidate === symbol)
    if (kind !== undefined) tokens.push({ kind, text: kind })
    else tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
  }
  return tokens
}

const endToken: Token = { kind: 'end', text: '' }
const asValue = (token: Token): Token => (token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token)

/** Reads tokens from left to right; keywords count as identifiers wherever a value may stand. */
class TokenReader {
  readonly #tokens: Tokens
  #at = 0

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  peek(): Token {
    return asValue(this.#tokens[this.#at] ?? endToken)
  }

  take(): Token {
    const token = this.peek()
    this.#at += 1
    return token
  }

  takeOperator(): Token {
    const token = this.#tokens[this.#at] ?? endToken
    this.#at += 1
    return token
  }
}

/** The selector that the text writes, as in `labelSelector=` of a request. */
export function parseLabelSelector(text: string): Parsed<LabelSelector> {
  const reader = new TokenReader(tokenize(text))
  const requirements: Requirement[] = []
  for (;;) {
    const first = reader.peek()
    if (first.kind === 'end') return { ok: true, value: requirements }
    if (first.kind !== 'identifier' && first.kind !== '!') return refuse(`found '${first.text}', expected: !, identifier, or 'end of string'`)
    const requirement = readRequirement(reader)
    if (!requirement.ok) return refuse(`unable to parse requirement: ${requirement.message}`)
    requirements.push(requirement.value)
    const next = reader.take()
    if (next.kind === 'end') return { ok: true, value: requirements }
    if (next.kind !== ',') return refuse(`found '${next.text}', expected: ',' or 'end of string'`)
    const after = reader.peek()
    if (after.kind !== 'identifier' && after.kind !== '!') return refuse(`found '${after.text}', expected: identifier after ','`)
  }
}

function readRequirement(reader: TokenReader): Parsed<Requirement> {
  let key = reader.take()
  const isAbsence = key.kind === '!'
  if (isAbsence) key = reader.take()
  if (key.kind !== 'identifier') return refuse(`found '${key.text}', expected: identifier`)
  const wrong = qualifiedName(key.text)
  if (wrong.length > 0) return refuse(`<nil>: Invalid value: ${JSON.stringify(key.text)}: ${wrong.join('; ')}`)
  const following = reader.peek().kind
  if (isAbsence) return { ok: true, value: { key: key.text, operator: 'DoesNotExist', values: [] } }
  if (following === 'end' || following === ',') return { ok: true, value: { key: key.text, operator: 'Exists', values: [] } }
  const token = reader.takeOperator()
  const operator = operators[token.kind]
  if (operator === undefined) return refuse(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`)
  const values = token.kind === 'in' || token.kind === 'notin' ? readValues(reader) : readExactValue(reader)
  return values.ok ? checkRequirement({ key: key.text, operator, values: values.value }) : values
}

function checkRequirement(requirement: Requirement): Parsed<Requirement> {
  for (const [at, value] of requirement.values.entries()) {
    const isOrdering = requirement.operator === 'Gt' || requirement.operator === 'Lt'
    if (isOrdering && !/^[-+]?[0-9]+$/.test(value)) return refuse(`values[${at}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) return refuse(`values[${at}][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${wrong.join('; ')}`)
  }
  return { ok: true, value: requirement }
}

function readExactValue(reader: TokenReader): Parsed<readonly string[]> {
  const next = reader.peek()
  if (next.kind === 'end' || next.kind === ',') return { ok: true, value: [''] }
  const token = reader.take()
  return token.kind === 'identifier' ? { ok: true, value: [token.text] } : refuse(`found '${token.text}', expected: identifier`)
}

function readValues(reader: TokenReader): Parsed<readonly string[]> {
  const open = reader.take()
  if (open.kind !== '(') return refuse(`found '${open.text}' expected: '('`)
  const values: string[] = []
  let hasValue = false
  for (;;) {
    const token = reader.take()
    if (token.kind === 'identifier') {
      if (hasValue) return refuse(`found '${token.text}', expected: ',' or ')'`)
      values.push(token.text)
      hasValue = true
    } else if (token.kind === ',' || token.kind === ')') {
      // An empty place between the separators stands for the empty value.
      if (!hasValue) values.push('')
      hasValue = false
      if (token.kind === ')') return { ok: true, value: [...new Set(values)].sort() }
    } else {
      return refuse(hasValue ? `found '${token.text}', expected: ',' or ')'` : `found '${token.text}', expected: ',', or identifier`)
    }
  }
}

/** The requirements of a LabelSelector object. Without one (undefined or null) nothing is selected: the answer is undefined. */
export function selectorOf(selector: Json | undefined): LabelSelector | undefined {
  if (!isObject(selector)) return undefined
  const requirements: Requirement[] = []
  if (isObject(selector.matchLabels)) requirements.push(...selectorOfLabels(selector.matchLabels))
  if (Array.isArray(selector.matchExpressions)) {
    for (const expression of selector.matchExpressions) {
      const requirement = requirementOf(expression)
      if (requirement !== undefined) requirements.push(requirement)
    }
  }
  return requirements
}

function requirementOf(expression: Json | undefined): Requirement | undefined {
  if (!isObject(expression) || typeof expression.key !== 'string') return undefined
  const operator = (['In', 'NotIn', 'Exists', 'DoesNotExist'] as const).find((candidate) => candidate === expression.operator)
  if (operator === undefined) return undefined
  const values = Array.isArray(expression.values) ? expression.values.filter((value) => typeof value === 'string') : []
  return { key: expression.key, operator, values }
}

/** The requirements of a plain map of labels, such as a Service's selector. */
export function selectorOfLabels(labels: JsonObject): LabelSelector {
  const requirements: Requirement[] = []
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value === 'string') requirements.push({ key, operator: 'In', values: [value] })
  }
  return requirements
}

/** Whether the labels meet all requirements; an undefined selector selects nothing. */
export function matchesLabels(selector: LabelSelector | undefined, labels: JsonObject | Labels | undefined): boolean {
  return selector !== undefined && selector.every((requirement) => meets(requirement, labels ?? {}))
}

function meets(requirement: Requirement, labels: JsonObject): boolean {
  const own = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  const value = typeof own === 'string' ? own : undefined
  switch (requirement.operator) {
    case 'In': return value !== undefined && requirement.values.includes(value)
    case 'NotIn': return value === undefined || !requirement.values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': return isInteger(value) && Number(value) > Number(requirement.values[0])
    case 'Lt': return isInteger(value) && Number(value) < Number(requirement.values[0])
  }
}

const isInteger = (value: string | undefined): value is string => value !== undefined && /^[-+]?[0-9]+$/.test(value)

/** The selector as text, as a Scale's status shows it. */
export function formatLabelSelector(selector: LabelSelector): string {
  const texts = [...selector].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map((requirement) => {
    const values = [...requirement.values].sort().join(',')
    switch (requirement.operator) {
      case 'In': return requirement.values.length === 1 ? `${requirement.key}=${values}` : `${requirement.key} in (${values})`
      case 'NotIn': return requirement.values.length === 1 ? `${requirement.key}!=${values}` : `${requirement.key} notin (${values})`
      case 'Exists': return requirement.key
      case 'DoesNotExist': return `!${requirement.key}`
      case 'Gt': return `${requirement.key}>${values}`
      case 'Lt': return `${requirement.key}<${values}`
    }
  })
  return texts.join(',')
}

/** One term of a field selector. */
export interface FieldRequirement {
  readonly label: string
  readonly equals: boolean
  readonly value: string
}

/** The field selector that the text writes. Which labels exist is checked by `unknownFieldLabel`. */
export function parseFieldSelector(text: string): Parsed<readonly FieldRequirement[]> {
  const requirements: FieldRequirement[] = []
  for (const term of splitTerms(text)) {
    if (term === '') continue
    const split = /^([^=!]*(?:!(?!=)[^=!]*)*)(!=|==|=)(.*)$/s.exec(term)
    if (split === null) return refuse(`invalid selector: '${text}'; can't understand '${term}'`)
    const [, label = '', operator = '', raw = ''] = split
    const value = unescapeValue(raw)
    if (!value.ok) return value
    requirements.push({ label, equals: operator !== '!=', value: value.value })
  }
  return { ok: true, value: requirements }
}

function splitTerms(text: string): readonly string[] {
  const terms: string[] = ['']
  let isEscaped = false
  for (const character of text) {
    if (character === ',' && !isEscaped) terms.push('')
    else terms[terms.length - 1] += character
    isEscaped = character === '\\' && !isEscaped
  }
  return terms
}

function unescapeValue(text: string): Parsed<string> {
  let value = ''
  let isEscaped = false
  for (const character of text) {
    if (isEscaped) {
      if (!'\\,='.includes(character)) return refuse(`invalid field selector: invalid escape sequence: \\${character}`)
      value += character
      isEscaped = false
    } else if (character === '\\') {
      isEscaped = true
    } else if (character === '=') {
      return refuse(`invalid field selector: unescaped character in value: ${character.codePointAt(0)}`)
    } else {
      value += character
    }
  }
  return isEscaped ? refuse('invalid field selector: invalid escape sequence: \\') : { ok: true, value }
}

/** The message for the first label that the kind does not know, or undefined. Kinds with labels of their own word it differently. */
export function unknownFieldLabel(selector: readonly FieldRequirement[], known: readonly string[]): string | undefined {
  const unknown = selector.find((requirement) => !known.includes(requirement.label))
  if (unknown === undefined) return undefined
  const isPlain = known.every((label) => label === 'metadata.name' || label === 'metadata.namespace')
  return isPlain
    ? `"${unknown.label}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${unknown.label}`
}

/** Whether the values of the object's selectable fields meet all requirements. */
export function matchesFields(selector: readonly FieldRequirement[], values: { readonly [label: string]: string }): boolean {
  return selector.every((requirement) => ((values[requirement.label] ?? '') === requirement.value) === requirement.equals)
}
