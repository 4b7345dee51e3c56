import { ByteReader } from './byte-reader';
import { type ChunkSeed, ChunkVerifier } from './chunk-signature';
import { decodeChunkedBody } from './chunked-body';
import { hmac, scopeText, sha256Hex, signingKey } from './signing-key';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function decode(wire: Buffer, options: { size?: number; seed?: ChunkSeed } = {}) {
  let trailers: ReadonlyMap<string, string> = new Map();
  const reader = new ByteReader(pieces(wire, options.size ?? wire.length));
  const verifier = options.seed && new ChunkVerifier(options.seed);
  const chunks: Buffer[] = [];
  for await (const chunk of decodeChunkedBody(reader, (given) => (trailers = given), verifier)) chunks.push(chunk);
  return { payload: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}

const unsigned = Buffer.from('5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n');

describe('decodeChunkedBody', () => {
  it.each([1, 2, 3, 7, 1000])('decodes the same from pieces of %d bytes', async (size) => {
    const { payload, trailers } = await decode(unsigned, { size });
    expect(payload.toString()).toBe('hello world');
    expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'DUoRhQ==' });
  });

  it('refuses a body that is cut anywhere before its last chunk', async () => {
    const end = unsigned.indexOf('0\r\nx-amz');
    for (let length = 0; length <= end; length += 1) {
      await expect(decode(unsigned.subarray(0, length))).rejects.toMatchObject({ name: 'S3Error' });
    }
  });

  it.each(['x\r\nhello\r\n', '-5\r\nhello\r\n', '5\r\nhello world\r\n', `${'1'.repeat(10_000)}\r\n`])(
    'refuses the malformed body %#',
    async (wire) => {
      await expect(decode(Buffer.from(`${wire}0\r\n\r\n`))).rejects.toMatchObject({ name: 'S3Error' });
    },
  );
});

// The worked example of "Transferring Payload in Multiple Chunks", Amazon S3 API Reference: 65 KiB of "a" in two chunks.
const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
const seed: ChunkSeed = {
  key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope),
  timestamp: '20130524T000000Z',
  scope: scopeText(scope),
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  trailers: false,
};
const example = (filling: string): Buffer =>
  Buffer.from(
    [
      '10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      filling.repeat(65_536),
      '400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      filling.repeat(1024),
      '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
      '',
      '',
    ].join('\r\n'),
  );

describe('decodeChunkedBody with signatures', () => {
  it("accepts Amazon's worked example", async () => {
    const { payload } = await decode(example('a'), { seed, size: 1500 });
    expect(payload.equals(Buffer.alloc(66_560, 'a'))).toBe(true);
  });

  it('refuses a changed, an unsigned and a missing chunk', async () => {
    const mismatch = { code: 'SignatureDoesNotMatch' };
    await expect(decode(example('b'), { seed })).rejects.toMatchObject(mismatch);
    await expect(decode(unsigned, { seed })).rejects.toMatchObject(mismatch);
    const text = example('a').toString();
    const withoutSecond = text.slice(0, text.indexOf('400;')) + text.slice(text.indexOf('0;chunk-signature=b6c6'));
    await expect(decode(Buffer.from(withoutSecond), { seed })).rejects.toMatchObject(mismatch);
  });

  it('verifies signed trailers and refuses trailers that are not signed', async () => {
    const trailing = { ...seed, trailers: true };
    const sign = (parts: string[]): string => hmac(seed.key, parts.join('\n')).toString('hex');
    const digests = [sha256Hex(''), sha256Hex('')];
    const last = sign(['AWS4-HMAC-SHA256-PAYLOAD', seed.timestamp, seed.scope, seed.signature, ...digests]);
    const line = 'x-amz-checksum-crc32:AAAAAA==';
    const signature = sign(['AWS4-HMAC-SHA256-TRAILER', seed.timestamp, seed.scope, last, sha256Hex(`${line}\n`)]);
    const wire = (trailerLine: string, trailerSignature: string): Buffer =>
      Buffer.from(`0;chunk-signature=${last}\r\n${trailerLine}\r\n${trailerSignature}\r\n\r\n`);
    const signed = await decode(wire(line, `x-amz-trailer-signature:${signature}`), { seed: trailing });
    expect(signed.trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
    const changed = decode(wire(`${line}x`, `x-amz-trailer-signature:${signature}`), { seed: trailing });
    await expect(changed).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    await expect(decode(wire(line, 'a:b'), { seed })).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});
