import { type Operation, addressedKey } from '../call';
import { checksumHeader } from '../checksum';
import { writeCondition } from '../conditions';
import { S3Error } from '../errors';
import { quoted, storedHeaders } from '../object-headers';

/** The largest body of one PUT. Source: "Uploading objects", Amazon S3 User Guide. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** PUT /bucket/key, with If-None-Match: * or If-Match. The object appears when all of it was received and verified. */
export const putObject: Operation = async (store, call) => {
  const key = await addressedKey(store, call);
  const condition = writeCondition(call.headers);
  const headers = storedHeaders(call.headers);
  const length = call.headers['x-amz-decoded-content-length'] ?? call.headers['content-length'];
  if (length === undefined) throw new S3Error('MissingContentLength', 'The length of the body must be given.');
  if (Number(length) > MAX_PUT_BYTES) throw new S3Error('EntityTooLarge', 'Use a multipart upload above 5 GiB.');
  return store.objects.withStaged(call.body.chunks(), async (staged) => {
    const checksum = call.body.checksum;
    const record = { key: key.key, etag: staged.md5, headers, checksum };
    await store.objects.commit(key, staged, { record, condition });
    const echoed = checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value } : {};
    return { status: 200, headers: { etag: quoted(staged.md5), ...echoed } };
  });
};
