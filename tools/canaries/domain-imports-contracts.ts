// lint as: libs/domain/src/canary.ts
// expect: @nx/enforce-module-boundaries
import { eventSubject } from '@affinity/contracts';

export const canary = eventSubject;
