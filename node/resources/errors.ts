// The errors of the resources zone that are not about one field of one object.
import { defineError } from '../base/errors.ts'

/** No value is left in a range. */
export const allocationExhausted = defineError<{ readonly range: string }>({
  code: 'SHOAL_ALLOCATION_EXHAUSTED',
  message: ({ range }) => `no value is left in the range ${range}`,
  remedy: 'Delete objects that hold values of the range.',
})

/** A value that a client asked for cannot be had; `field`, `value` and `message` make the FieldError. */
export const allocationRefused = defineError<{ readonly field: string; readonly value: string; readonly message: string }>({
  code: 'SHOAL_ALLOCATION_REFUSED',
  message: ({ field, value, message }) => `${field}: Invalid value: ${value}: ${message}`,
  remedy: 'Ask for another value, or for none to be given one.',
})
