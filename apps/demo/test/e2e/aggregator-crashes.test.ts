import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPartitions, IngestServiceClient, ItemServiceClient } from '@affinity/contracts';
import { generateMarketplace, loadCatalogue, openDataset } from '@affinity/datasets';
import { createGrpcClient } from '@affinity/service-kit';
import { auditStore } from '../../src/audit/store-audit';
import { replay } from '../../src/replay/replay';
import { readKnownData, type KnownData } from '../../src/story/known-data';
import { startLocalSystem, type LocalSystem } from '../../src/system/local-system';

const defaultDeadlineMs = 20_000;
const crashesAt = [0.2, 0.5, 0.8];

async function prepare(folder: string): Promise<KnownData> {
  const options = { seed: 5, items: 800, users: 150, events: 9_000, days: 6, endsAtMs: Date.now() };
  await generateMarketplace(folder, options);
  return readKnownData(await openDataset(folder));
}

/** Replays everything, and kills the aggregator each time that the next part of the events is stored. */
async function replayThroughCrashes(system: LocalSystem, data: KnownData): Promise<number> {
  const address = system.addressOf('ingest')!;
  const client = createGrpcClient(IngestServiceClient, { address, defaultDeadlineMs });
  const thresholds = crashesAt.map((part) => part * data.interactions.length);
  let crashing = Promise.resolve();
  // Events flow while the aggregator is away, and the replay waits at the next kill for the recovery from the last.
  let recovered = Promise.resolve();
  let crashes = 0;
  let stored = 0;
  try {
    await replay(data.interactions, {
      client,
      signal: new AbortController().signal,
      take: () => recovered,
      onStored: (events) => {
        stored += events;
        while (thresholds.length > 0 && stored >= thresholds[0]!) {
          thresholds.shift();
          recovered = crashing;
          crashing = crashing.then(async () => {
            await system.crash('profile-aggregator');
            crashes += 1;
          });
        }
      },
    });
    await crashing;
    return crashes;
  } finally {
    client.close();
  }
}

describe('the system with an aggregator that is killed', () => {
  it('holds every count of a plain loop over the input after three kills during the replay', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'affinity-e2e-'));
    const ended: string[] = [];
    let system: LocalSystem | undefined;
    try {
      const data = await prepare(join(folder, 'data'));
      system = await startLocalSystem({
        schemaText: data.dataset.schemaText,
        folder: join(folder, 'system'),
        apps: ['feature-store', 'ingest', 'profile-aggregator'],
        lakeFlushMs: 1_000,
        report: () => undefined,
        onCrash: (app, output) => ended.push(`${app}: ${output}`),
      });
      const items = createGrpcClient(ItemServiceClient, {
        address: system.addressOf('feature-store')!,
        defaultDeadlineMs,
      });
      await loadCatalogue(items, data.items);
      items.close();
      expect(await replayThroughCrashes(system, data)).toBe(3);
      const audit = await auditStore({
        dynamodb: system.backing.addresses.dynamodb,
        schema: data.dataset.schema,
        partitions: defaultPartitions,
        items: data.items,
        interactions: data.interactions,
      });
      expect(audit.visitors.differences).toEqual([]);
      expect(audit.population.differences).toEqual([]);
      expect(audit.visitors.tilesCompared).toBeGreaterThan(500);
      expect(audit.population.tilesCompared).toBeGreaterThan(100);
      expect(ended).toEqual([]);
    } finally {
      await system?.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
