import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { retry, unavailable } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { createDynamoProgressStore, type ProgressStore } from '../progress-store';
import { firstGenerations, type GenerationSet } from './generation-set';

/** Keeps the one set of generations of a deployment. */
export interface GenerationStore {
  /** The set as it is now. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  read(): Promise<GenerationSet>;
  /**
   * Changes the set in one step, whoever else does, and gives what it became. The change may be asked for more than once and
   * may throw, which leaves the set as it is. Throws UNAVAILABLE when it is not known whether the change took place.
   */
  change(change: (set: GenerationSet) => GenerationSet): Promise<GenerationSet>;
}

/** The set in DynamoDB's control table: one item, so that changing what is served is atomic. */
export function createDynamoGenerationStore({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  /** The control table. */
  readonly table: string;
}): GenerationStore {
  return createGenerationStore(createDynamoProgressStore({ client, table, name: 'generations' }));
}

function createGenerationStore(progress: ProgressStore): GenerationStore {
  const read = async (): Promise<{ readonly set: GenerationSet; readonly version: number }> => {
    const stored = await progress.read();
    if (stored === undefined) return { set: firstGenerations, version: 0 };
    return { set: stored.document as GenerationSet, version: stored.version };
  };
  const tryChange = async (change: (set: GenerationSet) => GenerationSet): Promise<GenerationSet> => {
    const { set, version } = await read();
    const document = change(set);
    if (document === set) return set;
    const writer = randomUUID();
    const written = await retry(() => progress.write({ document, version: version + 1 }, writer));
    if (written) return document;
    throw unavailable('the generations were changed by somebody else meanwhile');
  };
  return {
    read: async () => (await read()).set,
    change: (change) => retry(() => tryChange(change), { attempts: 10 }),
  };
}
