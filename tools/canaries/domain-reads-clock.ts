// lint as: libs/domain/src/canary.ts
// expect: no-restricted-properties, no-restricted-syntax
export const canary = [Date.now(), new Date()];
