// Loaded before a daemon in tests (node --import): its wall clock is off by CLOCK_OFF_MS, in every thread. The boot-time
// clock, timers and what OpenSSL reads for itself stay as they are.
const offMs = Number(process.env['CLOCK_OFF_MS'])
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offMs)
    else super(...args)
  }
  static now() {
    return RealDate.now() + offMs
  }
}
