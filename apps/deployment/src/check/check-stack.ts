import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLake } from '../audit/lake-audit';
import { auditVisitors, type StoreAuditOptions } from '../audit/store-audit';
import { generateData, readData, renamed } from '../rehearsal-data';
import { loadCatalogueInto } from '../traffic/load-catalogue';
import { Traffic } from '../traffic/traffic';
import { demand, runChecks, type NamedCheck } from './named-check';
import { connectToStack, type StackAddresses } from './stack-clients';
import { Visitor } from './visitor';
import { visitorChecks } from './visitor-checks';

/** How a stack is checked. */
export interface CheckStackOptions {
  readonly addresses: StackAddresses;
  /** Decides the events, and the names of their visitors. */
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Ends the replay after the batch at hand. */
  readonly signal: AbortSignal;
}

const size = { items: 200, users: 50, events: 2_000 };
const rate = 500;
const partitions = 32;

/**
 * Replays a small marketplace of new visitors into a stack with the marketplace's schema, and checks what it then holds and
 * answers. Prints a line for each check. Resolves with how many did not hold.
 */
export async function checkStack({ addresses, seed, print, signal }: CheckStackOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-check-'));
  const clients = connectToStack(addresses);
  try {
    const run = `check-${seed}`;
    await generateData(folder, { ...size, seed });
    const data = await readData(folder);
    const interactions = renamed(data.interactions, run);
    await loadCatalogueInto(addresses.featureStore, data.items);
    const { ingest: ingestAddress, featureStore: featureStoreAddress } = addresses;
    await new Traffic({ interactions, rate, readsPerSecond: 0, ingestAddress, featureStoreAddress }).run(signal);
    const guest = new Visitor(`${run}-guest`, clients);
    const leaver = new Visitor(`${run}-leaver`, clients);
    const published = (): number => interactions.length + guest.published + leaver.published;
    return await runChecks(
      [
        countsCheck({ endpoint: addresses.dynamodb, partitions, data, interactions }),
        ...visitorChecks(clients, data, { guest, leaver }),
        lakeCheck(addresses.objectStore, run, published),
      ],
      print,
    );
  } finally {
    clients.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function countsCheck(audit: StoreAuditOptions): NamedCheck {
  return {
    name: 'stored counts are those of a plain loop',
    run: async () => {
      const { tilesCompared, numbersCompared, differenceCount, differences } = await auditVisitors(audit);
      demand(differenceCount === 0, differences.join('; '));
      return `${audit.interactions.length} events, ${tilesCompared} tiles, ${numbersCompared} numbers, no difference`;
    },
  };
}

function lakeCheck(endpoint: string, run: string, published: () => number): NamedCheck {
  return {
    name: 'the lake holds each event once',
    run: async () => {
      const { objects, lines, distinctEvents } = await auditLake(endpoint, published(), run);
      const words = `${lines} lines, ${distinctEvents} different, of ${published()} events, in ${objects.length} objects`;
      demand(lines === published() && distinctEvents === published(), words);
      return words;
    },
  };
}
