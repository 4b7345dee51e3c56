// lint as: libs/hot-cache/src/canary.ts
// expect: @nx/enforce-module-boundaries
import { tableNames } from '@affinity/profile-storage';

export const canary = tableNames;
