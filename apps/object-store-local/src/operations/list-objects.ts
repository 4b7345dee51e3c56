import { type Call, type Operation, type Store, addressedBucket, queryInteger, xmlReply } from '../call';
import { S3Error } from '../errors';
import { type WalkEntry, walkKeys } from '../key-walk';
import { objectKey } from '../object-key';
import { quoted } from '../object-headers';
import { queryValue } from '../request-target';
import { type XmlElement } from '../xml';

/** The largest page. Source: ListObjectsV2, Amazon S3 API Reference. */
const MAX_KEYS = 1000;

interface ListRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly startAfter: string | undefined;
  readonly token: string | undefined;
  readonly maxKeys: number;
  /** How keys are written: as they are, or percent-encoded where asked. */
  readonly encode: (key: string) => string;
  readonly encoding: string | undefined;
}

/** GET /bucket?list-type=2: one page of keys in the order of their UTF-8 bytes. The only delimiter is `/`. */
export const listObjectsV2: Operation = async (store, call) => {
  const request = await parseListRequest(store, call);
  const { entries, truncated } = await readPage(store, request);
  const elements = await Promise.all(entries.map((entry) => entryElement(store, request, entry)));
  const last = entries.at(-1);
  return xmlReply('ListBucketResult', [
    ['Name', request.bucket],
    ['Prefix', request.encode(request.prefix)],
    request.delimiter === undefined ? undefined : ['Delimiter', request.encode(request.delimiter)],
    request.startAfter === undefined ? undefined : ['StartAfter', request.encode(request.startAfter)],
    request.token === undefined ? undefined : ['ContinuationToken', request.token],
    request.encoding === undefined ? undefined : ['EncodingType', request.encoding],
    ['MaxKeys', request.maxKeys],
    ['KeyCount', elements.length],
    ['IsTruncated', truncated],
    truncated && last ? ['NextContinuationToken', Buffer.from(nameOf(last)).toString('base64url')] : undefined,
    ...elements,
  ]);
};

async function parseListRequest(store: Store, call: Call): Promise<ListRequest> {
  const text = (name: string): string | undefined => queryValue(call.target, name);
  const delimiter = text('delimiter') === '' ? undefined : text('delimiter');
  if (text('list-type') !== '2') throw new S3Error('NotImplemented', 'Only version 2 of ListObjects is implemented.');
  if (delimiter !== undefined && delimiter !== '/') throw new S3Error('NotImplemented', 'The only delimiter is "/".');
  const encoding = text('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', 'encoding-type must be "url".');
  return {
    bucket: await addressedBucket(store, call),
    prefix: text('prefix') ?? '',
    delimiter,
    startAfter: text('start-after'),
    token: text('continuation-token'),
    // Larger pages may be asked for and are cut, as S3 does.
    maxKeys: Math.min(MAX_KEYS, queryInteger(call, 'max-keys', { min: 0, max: 2 ** 31 - 1, fallback: MAX_KEYS })),
    encoding,
    encode: encoding === undefined ? (key) => key : (key) => encodeURIComponent(key).replaceAll('%2F', '/'),
  };
}

async function readPage(store: Store, request: ListRequest): Promise<{ entries: WalkEntry[]; truncated: boolean }> {
  const after = request.token === undefined ? (request.startAfter ?? '') : decodeToken(request.token);
  const options = { prefix: request.prefix, after, rollUp: request.delimiter !== undefined };
  const entries: WalkEntry[] = [];
  if (request.maxKeys === 0) return { entries, truncated: false };
  for await (const entry of walkKeys(store.buckets.path(request.bucket), options)) {
    if (entries.length === request.maxKeys) return { entries, truncated: true };
    entries.push(entry);
  }
  return { entries, truncated: false };
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (Buffer.from(key).toString('base64url') === token && key !== '') return key;
  throw new S3Error('InvalidArgument', 'The continuation token is not one that this server gave.');
}

/** Undefined for an object that was deleted since the walk saw it. */
async function entryElement(store: Store, request: ListRequest, entry: WalkEntry): Promise<XmlElement | undefined> {
  if (entry.kind === 'prefix') return ['CommonPrefixes', [['Prefix', request.encode(entry.prefix)]]];
  const info = await store.objects.describe(objectKey(request.bucket, entry.key));
  if (!info) return undefined;
  return [
    'Contents',
    [
      ['Key', request.encode(entry.key)],
      ['LastModified', new Date(info.modifiedAtMs).toISOString()],
      ['ETag', quoted(info.etag)],
      ['Size', info.size],
      ['StorageClass', 'STANDARD'],
    ],
  ];
}

const nameOf = (entry: WalkEntry): string => (entry.kind === 'key' ? entry.key : entry.prefix);
