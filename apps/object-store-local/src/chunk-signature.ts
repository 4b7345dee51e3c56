import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './errors';
import { hmac, sameSignature, sha256Hex } from './signing-key';

/** What the chain of chunk signatures starts from: the verified signature of the request's headers. */
export interface ChunkSeed {
  readonly key: Buffer;
  /** `YYYYMMDDTHHMMSSZ`, UTC. */
  readonly timestamp: string;
  readonly scope: string;
  readonly signature: string;
  /** Whether the request announced signed trailers. */
  readonly trailers: boolean;
}

/**
 * Checks the chain of signatures of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`: each covers its chunk and the signature
 * before it, so chunks cannot be dropped, added or moved. Every method throws `SignatureDoesNotMatch` on a mismatch.
 */
export class ChunkVerifier {
  private previous: string;
  private chunk: Hash = createHash('sha256');

  constructor(private readonly seed: ChunkSeed) {
    this.previous = seed.signature;
  }

  /** Adds bytes to the current chunk. */
  update(bytes: Buffer): void {
    this.chunk.update(bytes);
  }

  /** Ends the current chunk, which the given signature must cover. */
  endChunk(signature: string | undefined): void {
    const digest = this.chunk.digest('hex');
    this.chunk = createHash('sha256');
    this.verify(this.stringToSign('AWS4-HMAC-SHA256-PAYLOAD', [sha256Hex(''), digest]), signature);
  }

  /** Ends the body. The trailers must be signed if the request announced them, and absent if it did not. */
  endTrailers(trailers: ReadonlyMap<string, string>, signature: string | undefined): void {
    if (!this.seed.trailers) {
      if (trailers.size > 0) throw new S3Error('SignatureDoesNotMatch', 'The body has trailers that are not signed.');
      return;
    }
    const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    this.verify(this.stringToSign('AWS4-HMAC-SHA256-TRAILER', [sha256Hex(text)]), signature);
  }

  private stringToSign(algorithm: string, digests: string[]): string {
    return [algorithm, this.seed.timestamp, this.seed.scope, this.previous, ...digests].join('\n');
  }

  private verify(stringToSign: string, given: string | undefined): void {
    const expected = hmac(this.seed.key, stringToSign).toString('hex');
    if (given === undefined || !sameSignature(expected, given)) {
      throw new S3Error('SignatureDoesNotMatch', 'The signature of a part of the body does not match.');
    }
    this.previous = expected;
  }
}
