// lint as: apps/ingest/src/canary.ts
// expect: no-restricted-properties
export const canary = process.env['HOME'];
