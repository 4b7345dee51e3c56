import { objectKey } from './object-key';
import { parseTarget, queryValue } from './request-target';

describe('parseTarget', () => {
  it.each([
    ['/', undefined, undefined],
    ['/bucket', 'bucket', undefined],
    ['/bucket/', 'bucket', undefined],
    ['/bucket/a/b', 'bucket', 'a/b'],
    ['/bucket/a%2Fb%20+', 'bucket', 'a/b +'],
    ['/bucket//a', 'bucket', '/a'],
  ])('reads the path %s', (url, bucket, key) => {
    expect(parseTarget(url, '127.0.0.1:9000', 'localhost')).toMatchObject({ bucket, key });
  });

  it('reads the bucket from the host', () => {
    expect(parseTarget('/a/b', 'bucket.localhost:9000', 'localhost')).toMatchObject({ bucket: 'bucket', key: 'a/b' });
    expect(parseTarget('/', 'my.bucket.store', 'store')).toMatchObject({ bucket: 'my.bucket', key: undefined });
    expect(parseTarget('/bucket', 'store', 'store')).toMatchObject({ bucket: 'bucket' });
  });

  it('reads the query, and tells an empty parameter from an absent one', () => {
    const target = parseTarget('/b?uploads&prefix=a%3Db%26', 'h', 'localhost');
    expect(queryValue(target, 'uploads')).toBe('');
    expect(queryValue(target, 'prefix')).toBe('a=b&');
    expect(queryValue(target, 'delimiter')).toBeUndefined();
  });

  it('refuses broken encoding', () => {
    expect(() => parseTarget('/b/%ff', 'h', 'localhost')).toThrow(
      expect.objectContaining({ code: 'InvalidURI' }) as Error,
    );
  });
});

describe('objectKey', () => {
  it.each(['a', 'a/b', '...', 'a..b', '.hidden', 'ü/🚗', 'dt=2026-01-01/x'])('accepts %s', (key) => {
    expect(objectKey('bucket', key)).toEqual({ bucket: 'bucket', key });
  });

  it.each(['..', '../a', 'a/..', 'a/../b', '.', 'a//b', '/a', 'a/', 'a\0b', 'n'.repeat(256)])('refuses %j', (key) => {
    expect(() => objectKey('bucket', key)).toThrow(expect.objectContaining({ code: 'NotImplemented' }) as Error);
  });

  it.each(['', 'ab', 'Upper', '.object-store', 'a..b', '../x', 'a/b', '-ab', 'x'.repeat(64)])(
    'refuses bucket %j',
    (name) => {
      expect(() => objectKey(name, 'a')).toThrow(expect.objectContaining({ code: 'InvalidBucketName' }) as Error);
    },
  );
});
