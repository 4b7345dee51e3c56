import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { ByteReader } from './byte-reader';
import { type Checksum, type RunningChecksum, checksumAlgorithm, declaredChecksums, startChecksum } from './checksum';
import { ChunkVerifier } from './chunk-signature';
import { decodeChunkedBody } from './chunked-body';
import { S3Error } from './errors';
import { type VerifiedSignature } from './signature';

/** How to read the headers that come with a body. */
export interface BodyOptions {
  /** The checksum headers describe the object to be made (CompleteMultipartUpload), not this body. Default: false. */
  readonly checksumsOfObject?: boolean;
}

/**
 * A request's body: decoded, and verified against everything its sender declared about it (length, signature, MD5,
 * checksums in headers or trailers).
 *
 * I1. The generator ends normally only if every declaration held; a consumer publishes nothing before that.
 */
export class IncomingBody {
  private verified: Checksum | undefined;

  constructor(
    private readonly source: AsyncIterable<Buffer>,
    private readonly headers: IncomingHttpHeaders,
    private readonly signature: VerifiedSignature,
  ) {}

  /** The checksum that was verified, if the sender gave one; known once the body has been read. */
  get checksum(): Checksum | undefined {
    return this.verified;
  }

  /**
   * The payload, once. Throws `IncompleteBody`, `BadDigest`, `XAmzContentSHA256Mismatch`, `SignatureDoesNotMatch` or
   * `InvalidRequest` where it ends, or earlier.
   */
  async *chunks(options: BodyOptions = {}): AsyncGenerator<Buffer> {
    const declared = options.checksumsOfObject ? [] : declaredChecksums(this.headers);
    const algorithms = [...declared.map(({ algorithm }) => algorithm), ...this.announcedTrailers()];
    const running = new Map(algorithms.map((algorithm) => [algorithm, startChecksum(algorithm)]));
    const observers = [...running.values(), ...this.headerDigests()];
    let size = 0;
    for await (const chunk of this.decoded(declared)) {
      size += chunk.length;
      for (const observer of observers) observer.update(chunk);
      yield chunk;
    }
    this.checkLength(size);
    for (const observer of observers) if ('check' in observer) observer.check();
    this.verified = checkChecksums(declared, running);
  }

  /** The payload as text. Throws `MaxMessageLengthExceeded` past `maxBytes`. */
  async text(maxBytes: number, options: BodyOptions = {}): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks(options)) {
      size += chunk.length;
      if (size > maxBytes) throw new S3Error('MaxMessageLengthExceeded', `The body is longer than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private decoded(declared: Checksum[]): AsyncIterable<Buffer> {
    const { payload, seed } = this.signature;
    if (!payload.startsWith('STREAMING-')) return this.source;
    const onTrailers = (trailers: ReadonlyMap<string, string>): void => {
      declared.push(...declaredChecksums(trailers));
    };
    switch (payload) {
      case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
        return decodeChunkedBody(new ByteReader(this.source), onTrailers);
      case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
        return decodeChunkedBody(new ByteReader(this.source), onTrailers, new ChunkVerifier(seed));
      default:
        throw new S3Error('NotImplemented', `The payload mode ${payload} is not implemented.`);
    }
  }

  private announcedTrailers() {
    const names = String(this.headers['x-amz-trailer'] ?? '').split(',');
    const checksums = names.map((name) => /^x-amz-checksum-(.+)$/.exec(name.trim().toLowerCase())?.[1]);
    return checksums.flatMap((kind) => (kind === undefined ? [] : [checksumAlgorithm(kind)]));
  }

  private headerDigests(): CheckedDigest[] {
    const { payload } = this.signature;
    const md5 = this.headers['content-md5'];
    const digests: CheckedDigest[] = [];
    if (typeof md5 === 'string') digests.push(md5Digest(md5));
    if (/^[0-9a-f]{64}$/.test(payload))
      digests.push(checkedDigest('sha256', 'hex', payload, 'XAmzContentSHA256Mismatch'));
    else if (payload !== 'UNSIGNED-PAYLOAD' && !payload.startsWith('STREAMING-')) {
      throw new S3Error('InvalidArgument', 'The x-amz-content-sha256 header is neither a digest nor a known mode.');
    }
    return digests;
  }

  private checkLength(size: number): void {
    const chunked = this.signature.payload.startsWith('STREAMING-');
    const declared = this.headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
    if (declared !== undefined && Number(declared) !== size) {
      throw new S3Error('IncompleteBody', `The body has ${size} bytes where its header declares ${String(declared)}.`);
    }
  }
}

interface CheckedDigest {
  update(bytes: Uint8Array): void;
  check(): void;
}

function md5Digest(declared: string): CheckedDigest {
  if (Buffer.from(declared, 'base64').length !== 16) throw new S3Error('InvalidDigest', 'Content-MD5 is malformed.');
  return checkedDigest('md5', 'base64', declared, 'BadDigest');
}

function checkedDigest(
  algorithm: 'md5' | 'sha256',
  encoding: 'hex' | 'base64',
  declared: string,
  code: 'BadDigest' | 'XAmzContentSHA256Mismatch',
): CheckedDigest {
  const hash = createHash(algorithm);
  return {
    update: (bytes) => void hash.update(bytes),
    check: () => {
      if (hash.digest(encoding) !== declared) throw new S3Error(code, `The ${algorithm} of the body does not match.`);
    },
  };
}

function checkChecksums(declared: Checksum[], running: ReadonlyMap<string, RunningChecksum>): Checksum | undefined {
  for (const [algorithm, checksum] of running) {
    const expected = declared.find((candidate) => candidate.algorithm === algorithm);
    if (!expected) throw new S3Error('InvalidRequest', `The body lacks its trailer x-amz-checksum-${algorithm}.`);
    if (checksum.digest() !== expected.value) {
      throw new S3Error('BadDigest', `The ${algorithm} checksum of the body does not match.`);
    }
  }
  return declared.find(({ algorithm }) => running.has(algorithm));
}
