import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc32c';
import { EMPTY_CRC64, crc64Nvme } from './crc64-nvme';
import { S3Error } from './errors';

/** The checksums a client may send with a body. Source: "Checking object integrity", Amazon S3 User Guide. */
export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

/** One of {@link CHECKSUM_ALGORITHMS}. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A checksum of a whole body, base64, big-endian for the CRCs. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

/** A checksum in the making. `digest` is called once, after the last `update`. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** The checksum so far, base64. */
  digest(): string;
}

/** The header, or trailer, that carries a checksum of this kind. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm}`;

/** Starts a checksum over a body that is not held in memory. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'crc32':
      return runningCrc32((bytes, previous) => crc32(bytes, previous));
    case 'crc32c':
      return runningCrc32(crc32c);
    case 'crc64nvme':
      return runningCrc64();
    case 'sha1':
    case 'sha256':
      return runningHash(algorithm);
  }
}

/** Reads the checksums that the headers declare. Throws `InvalidRequest` on a kind that is not known. */
export function declaredChecksums(headers: IncomingHttpHeaders | ReadonlyMap<string, string>): Checksum[] {
  const entries: (readonly [string, unknown])[] = isMap(headers) ? [...headers] : Object.entries(headers);
  return entries.flatMap(([name, value]) => {
    const kind = /^x-amz-checksum-(.*)$/.exec(name)?.[1];
    if (kind === undefined || ['algorithm', 'mode', 'type'].includes(kind)) return [];
    return [{ algorithm: checksumAlgorithm(kind), value: String(value) }];
  });
}

/** Narrows a name in any letter case. Throws `InvalidRequest` when this server does not know it. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toLowerCase());
  if (!found) throw new S3Error('InvalidRequest', `The checksum algorithm ${JSON.stringify(name)} is not known.`);
  return found;
}

const isMap = (headers: object): headers is ReadonlyMap<string, string> => headers instanceof Map;

function runningHash(algorithm: 'sha1' | 'sha256'): RunningChecksum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
}

function runningCrc32(step: (bytes: Uint8Array, previous: number) => number): RunningChecksum {
  let value = 0;
  return { update: (bytes) => void (value = step(bytes, value)), digest: () => bigEndian(value).toString('base64') };
}

function runningCrc64(): RunningChecksum {
  let value = EMPTY_CRC64;
  return {
    update: (bytes) => void (value = crc64Nvme(bytes, value)),
    digest: () => Buffer.concat([bigEndian(value.high), bigEndian(value.low)]).toString('base64'),
  };
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
