import { createReadStream } from 'node:fs';
import { type Call, type Operation, type Store, addressedKey, queryInteger, requiredQuery, xmlReply } from '../call';
import { type Checksum, checksumHeader, declaredChecksums, startChecksum } from '../checksum';
import { writeCondition } from '../conditions';
import { S3Error } from '../errors';
import { type PartRecord, type UploadAddress, multipartEtag } from '../multipart-uploads';
import { quoted, storedHeaders } from '../object-headers';
import { MAX_PART_NUMBER, elementName, selectParts } from '../part-selection';
import { readXml } from '../xml';

/** Room for 10,000 parts with their checksums. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** POST /bucket/key?uploads. */
export const createMultipartUpload: Operation = async (store, call) => {
  const key = await addressedKey(store, call);
  const uploadId = await store.uploads.create(key, storedHeaders(call.headers));
  return xmlReply('InitiateMultipartUploadResult', [
    ['Bucket', key.bucket],
    ['Key', key.key],
    ['UploadId', uploadId],
  ]);
};

/** PUT /bucket/key?partNumber=N&uploadId=ID. */
export const uploadPart: Operation = async (store, call) => {
  const address = await addressedUpload(store, call);
  const number = queryInteger(call, 'partNumber', { min: 1, max: MAX_PART_NUMBER });
  await store.uploads.require(address);
  return store.objects.withStaged(call.body.chunks(), async (staged) => {
    const checksum = call.body.checksum;
    const part = await store.uploads.storePart(address, staged, { number, checksum });
    const echoed = checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value } : {};
    return { status: 200, headers: { etag: quoted(part.etag), ...echoed } };
  });
};

/** POST /bucket/key?uploadId=ID, with If-None-Match: * or If-Match: the object appears as a whole, or not at all. */
export const completeMultipartUpload: Operation = async (store, call) => {
  const address = await addressedUpload(store, call);
  const { headers } = await store.uploads.require(address);
  const document = readXml(await call.body.text(MAX_DOCUMENT_BYTES, { checksumsOfObject: true }));
  const parts = selectParts(document, await store.uploads.parts(address));
  const record = { key: address.key.key, etag: multipartEtag(parts), headers };
  const condition = writeCondition(call.headers);
  await store.objects.withStaged(joinParts(store, call, { address, parts }), (staged) =>
    store.objects.commit(address.key, staged, { record, condition }),
  );
  await store.uploads.remove(address);
  const { bucket, key } = address.key;
  return xmlReply('CompleteMultipartUploadResult', [
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', quoted(record.etag)],
  ]);
};

/** DELETE /bucket/key?uploadId=ID. */
export const abortMultipartUpload: Operation = async (store, call) => {
  const address = await addressedUpload(store, call);
  await store.uploads.require(address);
  await store.uploads.remove(address);
  return { status: 204 };
};

/** GET /bucket/key?uploadId=ID: the stored parts, paged by `part-number-marker`. */
export const listParts: Operation = async (store, call) => {
  const address = await addressedUpload(store, call);
  const maxParts = queryInteger(call, 'max-parts', { min: 1, max: 1000, fallback: 1000 });
  const marker = queryInteger(call, 'part-number-marker', { min: 0, max: MAX_PART_NUMBER, fallback: 0 });
  const remaining = (await store.uploads.parts(address)).filter(({ number }) => number > marker);
  const page = remaining.slice(0, maxParts);
  return xmlReply('ListPartsResult', [
    ['Bucket', address.key.bucket],
    ['Key', address.key.key],
    ['UploadId', address.uploadId],
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
    ['MaxParts', maxParts],
    ['IsTruncated', remaining.length > page.length],
    ...page.map((part) => ['Part', partContent(part)] as const),
  ]);
};

async function addressedUpload(store: Store, call: Call): Promise<UploadAddress> {
  return { key: await addressedKey(store, call), uploadId: requiredQuery(call, 'uploadId') };
}

function partContent({ number, etag, size, storedAtMs, checksum }: PartRecord) {
  return [
    ['PartNumber', number],
    ['LastModified', new Date(storedAtMs).toISOString()],
    ['ETag', quoted(etag)],
    ['Size', size],
    checksum ? ([elementName(checksum.algorithm), checksum.value] as const) : undefined,
  ] as const;
}

/** Yields the parts' bytes in order; at the end, checks them against a checksum of the whole object if one was declared. */
async function* joinParts(
  store: Store,
  call: Call,
  { address, parts }: { address: UploadAddress; parts: readonly PartRecord[] },
): AsyncGenerator<Buffer> {
  const declared = declaredChecksums(call.headers).filter(isOfWholeObject);
  const running = declared.map(({ algorithm, value }) => ({ checksum: startChecksum(algorithm), value }));
  for (const part of parts) {
    const chunks: AsyncIterable<Buffer> = createReadStream(store.uploads.partPath(address, part));
    for await (const chunk of chunks) {
      for (const { checksum } of running) checksum.update(chunk);
      yield chunk;
    }
  }
  if (running.some(({ checksum, value }) => checksum.digest() !== value)) {
    throw new S3Error('BadDigest', 'The checksum of the whole object does not match.');
  }
}

/** A composite checksum ends in `-` and the number of parts. */
const isOfWholeObject = ({ value }: Checksum): boolean => !/-\d+$/.test(value);
