import type { ObjectStore } from '@affinity/lake';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { lakePrefix } from '../system/lake-sinks';

/** A line of the lake: what it says of the message that it was made of. It shares no code with the lake's own reader. */
export interface LakeLine {
  readonly kind: string;
  readonly partition: number;
  readonly sequence: number;
  /** UTC with nine digits of a second. */
  readonly timestamp: string;
  readonly profile_key: string;
  readonly event_id: string;
}

/** An object of the upstream zone. */
export interface LakeObject {
  readonly key: string;
  readonly lines: readonly LakeLine[];
  /** What its metadata or its form gets wrong, in words. */
  readonly problems: readonly string[];
}

/** Every object of the data set, one after the other. */
export async function* readLake(objects: ObjectStore): AsyncGenerator<LakeObject, void, undefined> {
  for await (const { key } of objects.list(`upstream/${lakePrefix}/dt=`)) {
    const found = await objects.get(key);
    if (found === undefined) throw new Error(`object ${key} is listed and not there`);
    yield lakeObject(key, found);
  }
}

/** Takes an object apart and holds it against its metadata. */
export function lakeObject(
  key: string,
  { body, metadata }: { readonly body: Uint8Array; readonly metadata: Readonly<Record<string, string>> },
): LakeObject {
  const text = gunzipSync(body).toString();
  const problems: string[] = [];
  if (text !== '' && !text.endsWith('\n')) problems.push('its last line is cut short');
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LakeLine);
  const expected: Readonly<Record<string, string | undefined>> = {
    count: String(lines.length),
    sha256: createHash('sha256').update(text).digest('hex'),
    'first-seq': lines[0] && String(lines[0].sequence),
    'last-seq': lines.at(-1) && String(lines.at(-1)?.sequence),
    'first-ts': lines[0]?.timestamp,
    'last-ts': lines.at(-1)?.timestamp,
  };
  for (const [name, value] of Object.entries(expected))
    if (value !== undefined && metadata[name] !== value)
      problems.push(`its ${name} is ${value}, its metadata says ${String(metadata[name])}`);
  return { key, lines, problems };
}
