import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { AwsEndpoint } from '@affinity/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { connectObjectStore } from '../system/lake-bucket';
import { lakeBucket } from '../system/service-environment';

/** What the lake holds. */
export interface LakeAudit {
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

const pollMs = 500;
/** The audit gives up waiting when no line has come for so long. */
const patienceMs = 20_000;

/** Waits until the lake holds as many events, or none come any more, and counts what is there. */
export async function auditLake(address: AwsEndpoint, events: number): Promise<LakeAudit> {
  const client = connectObjectStore(address);
  try {
    let last = { lines: -1, changedAtMs: performance.now() };
    const known = new Map<string, ReadObject>();
    for (;;) {
      await readNewObjects(client, known);
      const audit = summarise(known);
      const nowMs = performance.now();
      if (audit.lines !== last.lines) last = { lines: audit.lines, changedAtMs: nowMs };
      if (audit.lines >= events || nowMs - last.changedAtMs > patienceMs) return audit;
      await pause(pollMs);
    }
  } finally {
    client.destroy();
  }
}

interface ReadObject extends LakeObject {
  /** Partition and sequence of each event. */
  readonly places: readonly string[];
}

/** Objects of the lake never change, so each is read once. */
async function readNewObjects(client: S3Client, known: Map<string, ReadObject>): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: lakeBucket })) {
    for (const { Key: key = '', Size: bytes = 0 } of Contents) {
      if (!key.endsWith('.ndjson') || known.has(key)) continue;
      const { Body } = await client.send(new GetObjectCommand({ Bucket: lakeBucket, Key: key }));
      const places = placesIn((await Body?.transformToString()) ?? '');
      known.set(key, { key, bytes, lines: places.length, places });
    }
  }
}

function placesIn(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { partition, sequence, timestamp } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify([partition, sequence, timestamp]);
  });
}

function summarise(known: ReadonlyMap<string, ReadObject>): LakeAudit {
  const objects = [...known.values()].map(({ key, bytes, lines }) => ({ key, bytes, lines }));
  const places = [...known.values()].flatMap((object) => object.places);
  return { objects, lines: places.length, distinctEvents: new Set(places).size };
}
