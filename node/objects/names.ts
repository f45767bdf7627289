// What Kubernetes accepts as a name, in each of the senses of the word: labels, subdomains, keys, ports, variables.
// Each check answers the messages that the reference server answers, word for word, because clients show and match them.
// An empty list means that the value is good. It knows nothing about which field wants which check.

const labelMost = 63
const subdomainMost = 253

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${qualified})?`
const configKey = '[-._a-zA-Z0-9]+'

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)
const labelPattern = whole(label)
const subdomainPattern = whole(subdomain)
const label1035Pattern = whole(label1035)
const qualifiedPattern = whole(qualified)
const labelValuePattern = whole(labelValue)
const configKeyPattern = whole(configKey)
const wildcardPattern = whole(`\\*\\.${subdomain}`)
const portNamePattern = /^[-a-z0-9]+$/

/** `must be no more than N characters`. */
export const tooLong = (most: number): string => `must be no more than ${most} characters`

/** `must be between A and B, inclusive`. */
export const between = (least: number, most: number): string => `must be between ${least} and ${most}, inclusive`

function explain(rule: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return examples.length === 0 ? `${rule} (regex used for validation is '${pattern}')` : `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`
}

const subdomainRule = explain("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", subdomain, 'example.com')
const labelRule = explain("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", label, 'my-name', '123-abc')
const label1035Rule = explain("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", label1035, 'my-name', 'abc-123')
const qualifiedRule = explain("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", qualified, 'MyName', 'my.name', '123-abc')
const labelValueRule = explain("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", labelValue, 'MyValue', 'my_value', '12345')
const configKeyRule = explain("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configKey, 'key.name', 'KEY_NAME', 'key-name')
const wildcardRule = explain("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", `\\*\\.${subdomain}`, '*.example.com')

function check(value: string, most: number, pattern: RegExp, rule: string): readonly string[] {
  const messages: string[] = []
  if (value.length > most) messages.push(tooLong(most))
  if (!pattern.test(value)) messages.push(rule)
  return messages
}

/** A DNS label after RFC 1123: names of ports, hosts. */
export const dnsLabel = (value: string): readonly string[] => check(value, labelMost, labelPattern, labelRule)

/** A DNS label where a dot gets a message of its own: names of namespaces, containers, volumes. */
export const dotlessLabel = (value: string): readonly string[] => (value.includes('.') ? ['must not contain dots'] : dnsLabel(value))

/** A DNS subdomain after RFC 1123: names of most objects. */
export const dnsSubdomain = (value: string): readonly string[] => check(value, subdomainMost, subdomainPattern, subdomainRule)

/** A DNS label after RFC 1035: names of Services. */
export const dns1035Label = (value: string): readonly string[] => check(value, labelMost, label1035Pattern, label1035Rule)

/** `*.` and a DNS subdomain. */
export const wildcardSubdomain = (value: string): readonly string[] => check(value, subdomainMost, wildcardPattern, wildcardRule)

/** The value of a label. */
export const labelValueErrors = (value: string): readonly string[] => check(value, labelMost, labelValuePattern, labelValueRule)

/** A name with an optional prefix, `example.com/name`: keys of labels, annotations, taints, resources. */
export function qualifiedName(value: string): readonly string[] {
  const parts = value.split('/')
  const messages: string[] = []
  if (parts.length > 2) return [`a qualified name ${qualifiedRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts[parts.length - 1] ?? ''
  if (parts.length === 2) {
    const given = parts[0] ?? ''
    if (given.length === 0) messages.push('prefix part must be non-empty')
    else messages.push(...dnsSubdomain(given).map((message) => `prefix part ${message}`))
  }
  if (name.length === 0) messages.push('name part must be non-empty')
  else if (name.length > labelMost) messages.push(`name part ${tooLong(labelMost)}`)
  if (!qualifiedPattern.test(name)) messages.push(`name part ${qualifiedRule}`)
  return messages
}

/** A key of a ConfigMap or a Secret. */
export function configMapKey(value: string): readonly string[] {
  const messages: string[] = []
  if (value.length > subdomainMost) messages.push(tooLong(subdomainMost))
  if (!configKeyPattern.test(value)) messages.push(configKeyRule)
  if (value === '.') messages.push("must not be '.'")
  if (value === '..') messages.push("must not be '..'")
  else if (value.startsWith('..')) messages.push("must not start with '..'")
  return messages
}

/** The name of an environment variable: printable ASCII without `=`. */
export function environmentName(value: string): readonly string[] {
  if (value.length === 0) return ['environment variable name must be set']
  const isPrintable = [...value].every((character) => character >= ' ' && character <= '~' && character !== '=')
  return isPrintable ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** The name of a port: at most 15 lowercase letters, digits and single hyphens inside, with a letter. RFC 6335, section 5.1. */
export function portName(value: string): readonly string[] {
  const messages: string[] = []
  if (value.length > 15) messages.push(tooLong(15))
  if (!portNamePattern.test(value)) messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)')
  if (value.includes('--')) messages.push('must not contain consecutive hyphens')
  if (value.length > 0 && (value.startsWith('-') || value.endsWith('-'))) messages.push('must not begin or end with a hyphen')
  return messages
}

/** A port's number. */
export const portNumber = (value: number): readonly string[] => (value < 1 || value > 65535 ? [between(1, 65535)] : [])

/** A path segment: names of the RBAC kinds, which may hold a colon. */
export function pathSegment(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`)
}

/** What a generated name may be: the prefix alone is checked as if a random suffix followed it. */
export const maskTrailingDash = (value: string): string => (value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value)
