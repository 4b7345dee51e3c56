// lint as: libs/domain/src/canary.ts
// expect: no-restricted-globals, no-restricted-imports
import { readFileSync } from 'node:fs';

export const canary = [process.env, readFileSync];
