import { type IncomingHttpHeaders } from 'node:http';
import { checksumHeader } from './checksum';
import { S3Error } from './errors';
import { type ObjectInfo } from './object-files';

/** Headers that a PUT stores and a GET gives back. */
const STORED = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];
/** S3's limit on user metadata: names and values together. Source: "Working with object metadata", S3 User Guide. */
const MAX_METADATA_BYTES = 2048;

/** The headers of a write that belong to the object. Throws `MetadataTooLarge`. */
export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && (STORED.includes(name) || name.startsWith('x-amz-meta-')) ? [[name, value]] : [],
  );
  const metadata = entries.filter(([name]) => name.startsWith('x-amz-meta-'));
  const bytes = metadata.reduce((sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length, 0);
  if (bytes > MAX_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', `Metadata exceeds ${MAX_METADATA_BYTES} bytes.`);
  const encoding = storedEncoding(headers['content-encoding']);
  return Object.fromEntries(encoding === undefined ? entries : [...entries, ['content-encoding', encoding]]);
}

/** The headers that describe an object in an answer. */
export function describingHeaders(info: ObjectInfo, options: { checksum: boolean }): Record<string, string> {
  const { checksum } = info;
  const checksumHeaders: Record<string, string> =
    checksum && options.checksum
      ? { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' }
      : {};
  return {
    'content-type': 'binary/octet-stream',
    ...info.headers,
    ...checksumHeaders,
    'accept-ranges': 'bytes',
    etag: quoted(info.etag),
    'last-modified': new Date(info.modifiedAtMs).toUTCString(),
  };
}

/** An ETag as headers and documents carry it. */
export const quoted = (etag: string): string => `"${etag}"`;

/** `aws-chunked` says how the body travelled and is not part of the object. */
function storedEncoding(header: string | undefined): string | undefined {
  const encodings = (header ?? '').split(',').map((encoding) => encoding.trim());
  const kept = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}
