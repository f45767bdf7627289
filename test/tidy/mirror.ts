// Files without a test of their own, each with the reason: what holds them instead.

export const withoutMirror: { readonly [path: string]: string } = {
  'protocol/base/ids.ts': 'types only',
  'node/base/control.ts': 'types only',
  'node/base/clock.ts': 'held by every test that passes a clock',
  'node/base/logger.ts': 'types and a silent twin',
  'node/base/metrics.ts': 'types and a silent twin',
  'node/base/lifecycle.ts': 'types only',
  'node/base/agreed-state.ts': 'types only',
  'node/base/views.ts': 'types only',
  'node/objects/json.ts': 'types only',
}
