import { type ByteRange, parseRange } from '../byte-range';
import { type Call, type Operation, type Reply, type Store, addressedKey, headerValue } from '../call';
import { isNotModified } from '../conditions';
import { S3Error } from '../errors';
import { type ObjectInfo, type OpenObject } from '../object-files';
import { describingHeaders } from '../object-headers';

/** GET /bucket/key, with ranges and conditions. The bytes are of one version, whatever happens meanwhile. */
export const getObject: Operation = async (store, call) => {
  const opened = await openAddressed(store, call);
  try {
    const reply = describe(call, opened.info);
    if (reply.status === 304 || opened.info.size === 0) {
      await opened.handle.close();
      return reply;
    }
    const range = requestedRange(call, opened.info);
    return { ...reply, body: opened.handle.createReadStream({ ...range, highWaterMark: 256 * 1024 }) };
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
};

/** HEAD /bucket/key: the headers that GET would give. */
export const headObject: Operation = async (store, call) => {
  const opened = await openAddressed(store, call);
  await opened.handle.close();
  return describe(call, opened.info);
};

async function openAddressed(store: Store, call: Call): Promise<OpenObject> {
  const opened = await store.objects.open(await addressedKey(store, call).catch(asAbsent));
  if (!opened) throw new S3Error('NoSuchKey', 'The key does not exist.');
  return opened;
}

/** A key that cannot be stored cannot be there. */
function asAbsent(error: unknown): never {
  if (error instanceof S3Error && error.code === 'NotImplemented')
    throw new S3Error('NoSuchKey', 'The key does not exist.');
  throw error;
}

function describe(call: Call, info: ObjectInfo): Reply {
  const range = requestedRange(call, info);
  // A client compares the checksum with what it receives, so a part must not carry that of the whole.
  const checksum = headerValue(call, 'x-amz-checksum-mode') === 'ENABLED' && range === undefined;
  const headers = describingHeaders(info, { checksum });
  if (isNotModified(call.headers, info)) return { status: 304, headers };
  if (!range) return { status: 200, headers: { ...headers, 'content-length': String(info.size) } };
  const { start, end } = range;
  const rangeHeaders = {
    'content-range': `bytes ${start}-${end}/${info.size}`,
    'content-length': String(end - start + 1),
  };
  return { status: 206, headers: { ...headers, ...rangeHeaders } };
}

function requestedRange(call: Call, info: ObjectInfo): ByteRange | undefined {
  return parseRange(headerValue(call, 'range'), info.size);
}
