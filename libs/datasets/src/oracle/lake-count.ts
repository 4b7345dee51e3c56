import { settledCount } from './settled-count';

/** What counting needs of the object store. It shares no code with the lake's own reader. */
export interface LakeObjects {
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly bytes: number }>;
  get(key: string): Promise<{ readonly body: Uint8Array } | undefined>;
}

/** What is waited for, and how long. */
export interface LakeCountOptions {
  /** Lines that are expected. */
  readonly expected: number;
  /** It gives up waiting when no line has come for so long. */
  readonly patienceMs: number;
  /** Counts only events whose ids begin with it. Default: all. */
  readonly idPrefix?: string;
}

/** What the lake holds. */
export interface LakeCount {
  readonly objects: readonly LakeObject[];
  /** Lines of events over all objects. */
  readonly lines: number;
  /** Different events among them, by their place in the stream. */
  readonly distinctEvents: number;
}

/** One object of the lake. */
export interface LakeObject {
  readonly key: string;
  readonly bytes: number;
  readonly lines: number;
}

/** Waits until the uncompressed objects of the lake hold as many events, or none come any more, and counts what is there. */
export async function countLake(
  store: LakeObjects,
  { expected, patienceMs, idPrefix = '' }: LakeCountOptions,
): Promise<LakeCount> {
  const known = new Map<string, LakeObject>(); // Objects never change, so each is read once.
  const places: string[] = [];
  const takeStock = async (): Promise<LakeCount> => {
    for await (const { key, bytes } of store.list('upstream/')) {
      if (!key.endsWith('.ndjson') || known.has(key)) continue;
      const object = await store.get(key);
      if (object === undefined) continue;
      const found = placesIn(Buffer.from(object.body).toString(), idPrefix);
      known.set(key, { key, bytes, lines: found.length });
      for (const place of found) places.push(place);
    }
    return { objects: [...known.values()], lines: places.length, distinctEvents: new Set(places).size };
  };
  return settledCount(takeStock, { countOf: ({ lines }) => lines, expected, patienceMs });
}

function placesIn(text: string, idPrefix: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { partition, sequence, timestamp, event_id: eventId } = JSON.parse(line) as Record<string, unknown>;
    const isWanted = idPrefix === '' || (typeof eventId === 'string' && eventId.startsWith(idPrefix));
    return isWanted ? [JSON.stringify([partition, sequence, timestamp])] : [];
  });
}
