// Cron jobs: Jobs that are made at set times. Source: Kubernetes concepts, CronJob.
import { has, isTrue, listIn, mapField, numberIn, objectIn, stringIn, valueIn, withDefaults } from '../objects/access.ts'
import { isTimeZone, parseSchedule } from '../objects/cron.ts'
import { tooLong } from '../objects/names.ts'
import { ageCell } from '../objects/times.ts'
import { age, containerCells, name, orNone, selectorCell } from './cells.ts'
import { verbatim } from './field-errors.ts'
import { validateJobSpec } from './job-spec.ts'
import { defineKind } from './kind.ts'
import { cronJobNameMost } from './limits.ts'
import { templateDefaults } from './pod/defaults.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

function defaults(object: JsonObject): JsonObject {
  return mapField(object, 'spec', (given) => {
    const spec = withDefaults(given, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
    return mapField(spec, 'jobTemplate', templateDefaults)
  })
}

function validateSchedule(errors: FieldErrors, spec: JsonObject): void {
  const schedule = stringIn(spec, 'schedule')
  if (schedule === '') return errors.required('spec.schedule')
  if (schedule.includes('TZ')) return errors.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  const parsed = parseSchedule(schedule, 'UTC')
  if (!parsed.ok) errors.invalid('spec.schedule', schedule, parsed.message)
}

function validateZone(errors: FieldErrors, spec: JsonObject): void {
  if (!has(spec, 'timeZone')) return
  const zone = stringIn(spec, 'timeZone')
  if (zone === '') errors.invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')
  else if (zone.toLowerCase() === 'local') errors.invalid('spec.timeZone', zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  else if (!isTimeZone(zone)) errors.invalid('spec.timeZone', zone, `unknown time zone ${zone}`)
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(object, 'spec')
  const template = objectIn(spec, 'jobTemplate', 'spec')
  // A Job's name is the CronJob's with a number of ten digits, and names a label.
  if (old === undefined && name(object).length > cronJobNameMost) errors.invalid('metadata.name', name(object), tooLong(cronJobNameMost))
  validateSchedule(errors, spec)
  errors.nonNegative('spec.startingDeadlineSeconds', numberIn(spec, 'startingDeadlineSeconds'))
  validateZone(errors, spec)
  errors.oneOf('spec.concurrencyPolicy', stringIn(spec, 'concurrencyPolicy'), ['Allow', 'Forbid', 'Replace'])
  validateJobSpec(errors, template, 'spec.jobTemplate.spec')
  if (isTrue(template, 'manualSelector')) errors.notSupported('spec.jobTemplate.spec.manualSelector', verbatim('true'), ['nil', 'false'])
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) errors.nonNegative(`spec.${field}`, numberIn(spec, field))
}

function cells(object: JsonObject, nowMs: number): ReturnType<Parameters<typeof defineKind>[0]['cells']> {
  const last = valueIn(object, 'status', 'lastScheduleTime')
  return [
    name(object), stringIn(object, 'spec', 'schedule'), orNone(stringIn(object, 'spec', 'timeZone')), isTrue(object, 'spec', 'suspend') ? 'True' : 'False',
    listIn(object, 'status', 'active').length, typeof last === 'string' ? ageCell(last, nowMs) : orNone(''), age(object, nowMs),
    ...containerCells(objectIn(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')), selectorCell(valueIn(object, 'spec', 'jobTemplate', 'spec', 'selector')),
  ]
}

export const cronJobs = defineKind({
  key: 'batch/v1/cronjobs',
  definition: 'io.k8s.api.batch.v1.CronJob',
  subresources: ['status'],
  hasGeneration: true,
  defaults,
  validate,
  cells,
})
