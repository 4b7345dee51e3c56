import { type Operation, type Store, addressedBucket, addressedKey, xmlReply } from '../call';
import { writeCondition } from '../conditions';
import { S3Error } from '../errors';
import { objectKey } from '../object-key';
import { type XmlElement, type XmlNode, childText, readXml } from '../xml';

/** Room for 1,000 keys of 1,024 bytes, each byte escaped. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
/** Source: DeleteObjects, Amazon S3 API Reference. */
const MAX_KEYS = 1000;

/** DELETE /bucket/key: succeeds also when there is no such object. */
export const deleteObject: Operation = async (store, call) => {
  const key = await addressedKey(store, call);
  await store.objects.remove(key, writeCondition(call.headers));
  return { status: 204 };
};

/** POST /bucket?delete: up to 1,000 keys, each with its own outcome. */
export const deleteObjects: Operation = async (store, call) => {
  const bucket = await addressedBucket(store, call);
  const document = readXml(await call.body.text(MAX_DOCUMENT_BYTES));
  const listed = document.children.filter(({ name }) => name === 'Object');
  if (document.name !== 'Delete' || listed.length === 0 || listed.length > MAX_KEYS) {
    throw new S3Error('MalformedXML', `The body must be a Delete of 1 to ${MAX_KEYS} objects.`);
  }
  const quiet = childText(document, 'Quiet') === 'true';
  const outcomes: XmlElement[] = [];
  for (const object of listed) outcomes.push(await removeListed(store, bucket, object));
  const shown = outcomes.filter(([name]) => !quiet || name === 'Error');
  return xmlReply('DeleteResult', shown);
};

async function removeListed(store: Store, bucket: string, object: XmlNode): Promise<XmlElement> {
  const key = childText(object, 'Key') ?? '';
  try {
    if (childText(object, 'VersionId') !== undefined) throw new S3Error('NotImplemented', 'There are no versions.');
    const etag = childText(object, 'ETag');
    await store.objects.remove(objectKey(bucket, key), writeCondition(etag === undefined ? {} : { 'if-match': etag }));
    return ['Deleted', [['Key', key]]];
  } catch (error) {
    const { code, message } = S3Error.from(error);
    return [
      'Error',
      [
        ['Key', key],
        ['Code', code],
        ['Message', message],
      ],
    ];
  }
}
