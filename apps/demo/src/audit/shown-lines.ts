import { S3ObjectStore } from '@affinity/lake';
import type { AwsEndpoint } from '@affinity/testing';
import { connectObjectStore } from '../system/lake-bucket';
import { lakeBucket } from '../system/service-environment';

/** A line of the lake that carries a recommendation id: what was shown, or what somebody did with it. */
export interface ShownLine {
  readonly eventId: string;
  readonly eventType: string;
  readonly userId: string;
  /** Undefined for what was shown. */
  readonly itemId: string | undefined;
  readonly occurredAtMs: number;
  readonly recommendationId: string;
  /** What was shown; empty for what somebody did. */
  readonly itemIds: readonly string[];
  /** Of the running experiment; undefined for what somebody did. */
  readonly variant: string | undefined;
}

interface LakeLine {
  readonly event_id: string;
  readonly event_type: string;
  readonly user_id: string | null;
  readonly item_id: string | null;
  readonly occurred_at: string;
  readonly recommendation_id?: string | null;
  readonly impression: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Reads, with no code of the lake's own reader, every line that carries a recommendation id. */
export async function readShownLines(address: AwsEndpoint): Promise<readonly ShownLine[]> {
  const client = connectObjectStore(address);
  try {
    const store = new S3ObjectStore(client, lakeBucket);
    const lines: ShownLine[] = [];
    for await (const { key } of store.list('upstream/')) {
      const object = key.endsWith('.ndjson') ? await store.get(key) : undefined;
      if (object !== undefined) lines.push(...shownLinesIn(Buffer.from(object.body).toString()));
    }
    return lines;
  } finally {
    client.destroy();
  }
}

function shownLinesIn(text: string): readonly ShownLine[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => shownLine(JSON.parse(line) as LakeLine));
}

function shownLine(line: LakeLine): readonly ShownLine[] {
  const recommendationId = line.recommendation_id ?? '';
  if (recommendationId === '') return [];
  const { recommendation_variant: variant } = line.attributes;
  return [
    {
      eventId: line.event_id,
      eventType: line.event_type,
      userId: line.user_id ?? '',
      itemId: line.item_id ?? undefined,
      occurredAtMs: Date.parse(line.occurred_at),
      recommendationId,
      itemIds: line.impression,
      variant: typeof variant === 'string' ? variant : undefined,
    },
  ];
}
