import { type ByteReader } from './byte-reader';
import { type ChunkVerifier } from './chunk-signature';
import { S3Error } from './errors';

const MAX_LINE_BYTES = 8192;
const MAX_TRAILERS = 16;

/**
 * Decodes `content-encoding: aws-chunked`: yields the payload and, when it ends, hands the trailing headers to `onTrailers`.
 * With a verifier, every chunk's signature is checked, and the trailer's if there is one. A piece is yielded before its
 * chunk's signature is known to be right: what consumes it must not publish anything before the generator has ended.
 * Source: "Signature calculations for the authorization header: transferring payload in multiple chunks", Amazon S3 API.
 * Throws `IncompleteBody`, `InvalidRequest` or `SignatureDoesNotMatch`.
 */
export async function* decodeChunkedBody(
  reader: ByteReader,
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
  verifier?: ChunkVerifier,
): AsyncGenerator<Buffer> {
  for (;;) {
    const { size, signature } = parseChunkHeader(await requiredLine(reader));
    for (let remaining = size; remaining > 0;) {
      const piece = await reader.take(remaining);
      remaining -= piece.length;
      verifier?.update(piece);
      yield piece;
    }
    verifier?.endChunk(signature);
    if (size === 0) break;
    if ((await requiredLine(reader)) !== '') throw new S3Error('InvalidRequest', 'A chunk of the body is too long.');
  }
  onTrailers(await readTrailers(reader, verifier));
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!match) throw new S3Error('InvalidRequest', 'A chunk header of the body is malformed.');
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] };
}

async function requiredLine(reader: ByteReader): Promise<string> {
  const line = await reader.line(MAX_LINE_BYTES);
  if (line === undefined) throw new S3Error('IncompleteBody', 'The body ended before its last chunk.');
  return line;
}

async function readTrailers(reader: ByteReader, verifier?: ChunkVerifier): Promise<Map<string, string>> {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.line(MAX_LINE_BYTES);
    if (line === undefined || line === '') break;
    const colon = line.indexOf(':');
    if (colon < 1 || trailers.size >= MAX_TRAILERS) throw new S3Error('InvalidRequest', 'A trailer is malformed.');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const signature = trailers.get('x-amz-trailer-signature');
  trailers.delete('x-amz-trailer-signature');
  verifier?.endTrailers(trailers, signature);
  return trailers;
}
