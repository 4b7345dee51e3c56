import { parseDestination } from './lake-destination';

describe('parseDestination', () => {
  it('reads a bucket or a folder', () => {
    expect(parseDestination('s3://my-lake.eu')).toEqual({ kind: 's3', bucket: 'my-lake.eu' });
    expect(parseDestination('file:///var/lake%20one')).toEqual({ kind: 'folder', folder: '/var/lake one' });
  });

  it.each(['', 's3://', 's3://Bucket', 's3://bucket/path', 'file://host/x', 'relative', '/abs', 'https://x'])(
    'refuses %s',
    (text) => {
      expect(parseDestination(text)).toBeUndefined();
    },
  );
});
