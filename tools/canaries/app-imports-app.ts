// lint as: apps/ingest/src/canary.ts
// expect: @nx/enforce-module-boundaries
import { Aggregator } from '../../profile-aggregator/src/aggregator';

export const canary = Aggregator;
