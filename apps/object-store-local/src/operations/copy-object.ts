import { type Call, type Operation, addressedKey, headerValue, xmlReply } from '../call';
import { isNotModified, writeCondition } from '../conditions';
import { S3Error } from '../errors';
import { type ObjectKey, objectKey } from '../object-key';
import { quoted, storedHeaders } from '../object-headers';
import { type ObjectInfo } from '../object-files';
import { type ObjectRecord } from '../object-record';

/** PUT /bucket/key with x-amz-copy-source: copies one version of the source, with its metadata or with new metadata. */
export const copyObject: Operation = async (store, call) => {
  const key = await addressedKey(store, call);
  const source = copySource(call);
  await store.buckets.require(source.bucket);
  const opened = await store.objects.open(source);
  if (!opened) throw new S3Error('NoSuchKey', 'The source of the copy does not exist.');
  try {
    if (isNotModified(call.headers, opened.info, 'x-amz-copy-source-')) {
      throw new S3Error('PreconditionFailed', 'The source of the copy does not meet the condition.');
    }
    const record = copiedRecord(call, key, opened.info);
    const chunks: AsyncIterable<Buffer> = opened.handle.createReadStream({ autoClose: false });
    return await store.objects.withStaged(chunks, async (staged) => {
      await store.objects.commit(key, staged, { record, condition: writeCondition(call.headers) });
      return xmlReply('CopyObjectResult', [
        ['ETag', quoted(record.etag)],
        ['LastModified', new Date().toISOString()],
      ]);
    });
  } finally {
    await opened.handle.close();
  }
};

function copySource(call: Call): ObjectKey {
  const header = headerValue(call, 'x-amz-copy-source') ?? '';
  if (header.includes('?')) throw new S3Error('NotImplemented', 'There are no versions to copy from.');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodeSource(header));
  if (!match) throw new S3Error('InvalidArgument', 'x-amz-copy-source must be bucket/key, percent-encoded.');
  return objectKey(match[1] ?? '', match[2] ?? '');
}

function decodeSource(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new S3Error('InvalidArgument', 'x-amz-copy-source is not valid percent-encoded UTF-8.');
  }
}

function copiedRecord(call: Call, key: ObjectKey, source: ObjectInfo): ObjectRecord {
  const directive = headerValue(call, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'x-amz-metadata-directive must be COPY or REPLACE.');
  }
  const headers = directive === 'REPLACE' ? storedHeaders(call.headers) : source.headers;
  return { key: key.key, etag: source.etag, headers, checksum: source.checksum };
}
