import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { setTimeout as pause } from 'node:timers/promises';
import { localAccount } from './store-audit';

/** What the lake holds. */
export interface LakeCounts {
  readonly objects: number;
  readonly lines: number;
  /** Different events among the lines, by their place in the stream. */
  readonly distinct: number;
}

const bucket = 'affinity-lake';
const pollMs = 1_000;
const patienceMs = 30_000;

/**
 * Waits until the lake at `endpoint` holds so many events, or no more come, and counts what is there: of all events, or of those
 * whose ids begin with `idPrefix`.
 */
export async function countLake(endpoint: string, events: number, idPrefix = ''): Promise<LakeCounts> {
  const client = new S3Client({ endpoint, forcePathStyle: true, ...localAccount });
  const places = new Map<string, readonly string[]>(); // Objects never change, so each is read once.
  let last = { lines: -1, changedAtMs: performance.now() };
  try {
    for (;;) {
      await readNewObjects(client, places, idPrefix);
      const all = [...places.values()].flat();
      if (all.length !== last.lines) last = { lines: all.length, changedAtMs: performance.now() };
      if (all.length >= events || performance.now() - last.changedAtMs > patienceMs) {
        return { objects: places.size, lines: all.length, distinct: new Set(all).size };
      }
      await pause(pollMs);
    }
  } finally {
    client.destroy();
  }
}

async function readNewObjects(
  client: S3Client,
  places: Map<string, readonly string[]>,
  idPrefix: string,
): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key = '' } of Contents) {
      if (!Key.endsWith('.ndjson') || places.has(Key)) continue;
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      places.set(Key, placesIn((await Body?.transformToString()) ?? '', idPrefix));
    }
  }
}

function placesIn(text: string, idPrefix: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { partition, sequence, timestamp, event_id: eventId } = JSON.parse(line) as Record<string, unknown>;
    const isWanted = idPrefix === '' || (typeof eventId === 'string' && eventId.startsWith(idPrefix));
    return isWanted ? [JSON.stringify([partition, sequence, timestamp])] : [];
  });
}
