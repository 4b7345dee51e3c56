import { type ChecksumAlgorithm, CHECKSUM_ALGORITHMS } from './checksum';
import { S3Error } from './errors';
import { type PartRecord } from './multipart-uploads';
import { type XmlNode, childText } from './xml';

/** Every part but the last has at least this size. Source: "Amazon S3 multipart upload limits", S3 User Guide. */
export const MIN_PART_BYTES = 5 * 1024 * 1024;
/** Part numbers go from 1 to this. Source: as above. */
export const MAX_PART_NUMBER = 10_000;

/**
 * Resolves the parts that a CompleteMultipartUpload document lists.
 * Throws `MalformedXML`, `InvalidPartOrder`, `InvalidPart` (absent, or another ETag or checksum) or `EntityTooSmall`.
 */
export function selectParts(document: XmlNode, stored: readonly PartRecord[]): PartRecord[] {
  const listed = document.children.filter(({ name }) => name === 'Part');
  if (document.name !== 'CompleteMultipartUpload' || listed.length === 0) {
    throw new S3Error('MalformedXML', 'The body must be a CompleteMultipartUpload with at least one Part.');
  }
  const numbers = listed.map((part) => Number(childText(part, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The parts must be listed in ascending order of their numbers.');
  }
  const parts = listed.map((part, index) =>
    matchPart(
      part,
      stored.find(({ number }) => number === numbers[index]),
    ),
  );
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES)) {
    throw new S3Error('EntityTooSmall', `Every part but the last must have at least ${MIN_PART_BYTES} bytes.`);
  }
  return parts;
}

function matchPart(listed: XmlNode, stored: PartRecord | undefined): PartRecord {
  const etag = childText(listed, 'ETag')?.trim().replaceAll('"', '');
  if (!stored || stored.etag !== etag) {
    throw new S3Error('InvalidPart', `Part ${String(childText(listed, 'PartNumber'))} was not stored with this ETag.`);
  }
  for (const algorithm of CHECKSUM_ALGORITHMS)
    checkPartChecksum(childText(listed, elementName(algorithm)), algorithm, stored);
  return stored;
}

function checkPartChecksum(listed: string | undefined, algorithm: ChecksumAlgorithm, stored: PartRecord): void {
  if (listed === undefined || stored.checksum?.algorithm !== algorithm || stored.checksum.value === listed) return;
  throw new S3Error('InvalidPart', `Part ${stored.number} was stored with another ${algorithm} checksum.`);
}

/** The XML element of a checksum: `ChecksumCRC32`, `ChecksumSHA256`, … */
export const elementName = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm.toUpperCase()}`;
