// What volumes and claims share: ways of access, sizes, modes; checks in the words of the reference server, and cells.
import { has, stringIn, stringsIn } from '../objects/access.ts'
import { dnsSubdomain } from '../objects/names.ts'
import { quantity } from '../objects/quantity.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const accessModes: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes: readonly string[] = ['Block', 'Filesystem']
const shortModes: readonly (readonly [string, string])[] = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']]

/** Each mode is known, and ReadWriteOncePod stands alone. */
export function validateAccessModes(errors: FieldErrors, modes: readonly string[], path: string): void {
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(path, mode, accessModes)
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod')) errors.forbidden(path, 'may not use ReadWriteOncePod with other access modes')
}

/** A size of storage must be above zero. */
export function validateStorageSize(errors: FieldErrors, text: string, path: string): void {
  if (quantity(text).nanos <= 0n) errors.invalid(path, text, 'must be greater than zero')
}

/** The name of a class, when there is one, and the mode. */
export function validateClassAndMode(errors: FieldErrors, spec: JsonObject, path: string): void {
  const className = stringIn(spec, 'storageClassName')
  if (className !== '') errors.each(`${path}.storageClassName`, className, dnsSubdomain(className))
  const mode = stringIn(spec, 'volumeMode')
  if (has(spec, 'volumeMode') && !volumeModes.includes(mode)) errors.notSupported(`${path}.volumeMode`, mode, volumeModes)
}

/** `RWO,ROX`, in the order of the reference. */
export function accessModesCell(from: JsonObject): string {
  const modes = stringsIn(from, 'accessModes')
  return shortModes.filter(([mode]) => modes.includes(mode)).map(([, short]) => short).join(',')
}

/** The text there, or `<unset>`. */
export const orUnset = (from: JsonObject, field: string): string => (has(from, field) ? stringIn(from, field) : '<unset>')
