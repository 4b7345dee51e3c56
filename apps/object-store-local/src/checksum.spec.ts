import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  declaredChecksums,
  startChecksum,
} from './checksum';

const of = (algorithm: ChecksumAlgorithm, ...chunks: string[]): string => {
  const checksum = startChecksum(algorithm);
  for (const chunk of chunks) checksum.update(Buffer.from(chunk));
  return Buffer.from(checksum.digest(), 'base64').toString('hex');
};

describe('startChecksum', () => {
  // The check values of the CRC catalogue (reveng): the CRC of the nine ASCII digits.
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('gives the known value of %s', (algorithm, expected) => {
    expect(of(algorithm, '123456789')).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    for (const algorithm of CHECKSUM_ALGORITHMS) {
      expect(of(algorithm, '1', '', '2345', '6789')).toBe(of(algorithm, '123456789'));
    }
  });
});

describe('declaredChecksums', () => {
  it('finds checksums and leaves out the headers that only look like one', () => {
    const headers = {
      'x-amz-checksum-crc32': 'AAAAAA==',
      'x-amz-checksum-mode': 'ENABLED',
      'x-amz-checksum-type': 'x',
    };
    expect(declaredChecksums(headers)).toEqual([{ algorithm: 'crc32', value: 'AAAAAA==' }]);
  });

  it('refuses a kind that is not known', () => {
    expect(() => declaredChecksums(new Map([['x-amz-checksum-crc7', 'x']]))).toThrow(/crc7/);
    expect(checksumAlgorithm('CRC64NVME')).toBe('crc64nvme');
  });
});
