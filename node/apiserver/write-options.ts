// The options of writes, read from the query and checked with the messages of the reference: dry runs, field managers,
// field validation, force. Options of deletions come from a body as well and are read in deleting.ts.
// Source: Kubernetes API reference, CreateOptions, UpdateOptions, PatchOptions.
import type { FieldError } from '../resources/types.ts'
import type { Call } from './call.ts'
import type { FieldValidation } from './body.ts'
import { maxFieldManagerBytes } from './limits.ts'
import { truthy } from './request-info.ts'
import { invalid } from './status.ts'

export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  /** Who owns the fields that this write sets. */
  readonly fieldManager: string
  readonly force: boolean
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions'

/** Reads the options; throws 422. `apply` is a server-side apply, which needs a manager. */
export function readWriteOptions(call: Call, kind: OptionsKind, apply = false): WriteOptions {
  const { query } = call
  const errors: FieldError[] = []
  const force = query.get('force')
  if (kind === 'PatchOptions' && !apply && force !== null) errors.push({ type: 'FieldValueForbidden', field: 'force', detail: 'Forbidden: may not be specified for non-apply patch' })
  const manager = query.get('fieldManager') ?? ''
  if (apply && manager === '') errors.push({ type: 'FieldValueRequired', field: 'fieldManager', detail: 'Required value: is required for apply patch' })
  errors.push(...managerErrors(manager))
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  errors.push(...dryRunErrors(dryRun))
  const validation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    errors.push({ type: 'FieldValueNotSupported', field: 'fieldValidation', detail: `Unsupported value: "${validation}": supported values: "", "Ignore", "Strict", "Warn"` })
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
    fieldManager: manager === '' ? managerOfAgent(call.userAgent) : manager,
    force: force !== null && truthy(force),
  }
}

/** Errors of the dryRun option. */
export function dryRunErrors(values: readonly string[]): readonly FieldError[] {
  if (values.every((value) => value === 'All')) return []
  const shown = values.map((value) => JSON.stringify(value)).join(', ')
  return [{ type: 'FieldValueNotSupported', field: 'dryRun', detail: `Unsupported value: []string{${shown}}: supported values: "All"` }]
}

function managerErrors(manager: string): readonly FieldError[] {
  if (Buffer.byteLength(manager) > maxFieldManagerBytes) {
    return [{ type: 'FieldValueTooLong', field: 'fieldManager', detail: `Too long: may not be more than ${maxFieldManagerBytes} bytes` }]
  }
  const bad = [...manager].findIndex((character) => !/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character))
  if (bad < 0) return []
  return [{ type: 'FieldValueInvalid', field: 'fieldManager', detail: `Invalid value: ${JSON.stringify(manager)}: should only contain printable characters` }]
}

/** The manager of a client that names none: the first word of its user agent. */
function managerOfAgent(agent: string): string {
  return agent.split('/')[0]?.slice(0, maxFieldManagerBytes) || 'unknown'
}
