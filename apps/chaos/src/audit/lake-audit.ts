import type { StreamHistory } from './allowed-counts';
import type { LakeLine, LakeObject } from './lake-content';
import type { HeldMessage } from './stream-content';

/** What the audit of the lake's upstream zone found. */
export interface LakeAudit {
  readonly objects: number;
  readonly lines: number;
  /** Messages of the stream without a line. */
  readonly lost: number;
  /** Lines of a message beyond its first, in the same object or another. */
  readonly double: number;
  /** Lines of no message that was ever stored, or that say something else of it. */
  readonly wrongLines: number;
  /** Objects whose metadata or form does not agree with their lines. */
  readonly wrongObjects: number;
  /** The first findings, in words. */
  readonly findings: readonly string[];
}

const keptFindings = 20;

/**
 * Holds the lake against the stream: every message that the stream holds is one line of one object, with its profile key, event
 * id, partition, sequence and time; what the stream lost by being rolled back may be in the lake, once; nothing else is.
 */
export async function auditLake(
  objects: AsyncIterable<LakeObject> | Iterable<LakeObject>,
  { held, saved }: StreamHistory,
): Promise<LakeAudit> {
  const known = new Map([...saved, ...held].map((message) => [placeOf(message), message]));
  const foundIn = new Map<string, string>();
  const findings: string[] = [];
  const counts = { objects: 0, lines: 0, double: 0, wrongLines: 0, wrongObjects: 0 };
  for await (const { key, lines, problems } of objects) {
    counts.objects += 1;
    counts.lines += lines.length;
    if (problems.length > 0) counts.wrongObjects += 1;
    findings.push(...problems.map((problem) => `${key}: ${problem}`));
    for (const line of lines) {
      const place = placeOfLine(line);
      const before = foundIn.get(place);
      if (before !== undefined) {
        counts.double += 1;
        findings.push(`${line.event_id} at ${place} is in ${before} and in ${key}`);
      }
      foundIn.set(place, key);
      if (isLineOf(line, known.get(place))) continue;
      counts.wrongLines += 1;
      findings.push(`${key}: ${line.event_id} at ${place} is not what the stream held there`);
    }
  }
  const missing = held.filter((message) => !foundIn.has(placeOf(message)));
  findings.push(...missing.map((message) => `${message.eventId} at ${placeOf(message)} is in no object`));
  return { ...counts, lost: missing.length, findings: findings.slice(0, keptFindings) };
}

/** Two messages at one sequence are told apart by their times. */
function placeOf({ position }: HeldMessage): string {
  return `${position.sequence} ${position.timestampNs}`;
}

const nanosecondsPerSecond = 1_000_000_000n;

function placeOfLine({ sequence, timestamp }: LakeLine): string {
  const seconds = BigInt(Date.parse(`${timestamp.slice(0, 19)}Z`) / 1_000);
  return `${sequence} ${seconds * nanosecondsPerSecond + BigInt(timestamp.slice(20, 29))}`;
}

function isLineOf(line: LakeLine, message: HeldMessage | undefined): boolean {
  if (message === undefined || line.kind !== 'event') return false;
  const { profileKey, eventId, partition } = message;
  return line.profile_key === profileKey && line.event_id === eventId && line.partition === partition;
}
