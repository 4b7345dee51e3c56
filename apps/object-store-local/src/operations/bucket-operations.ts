import { type Operation, addressedBucket, xmlReply } from '../call';

/** GET /: all buckets, in one page. */
export const listBuckets: Operation = async (store) => {
  const buckets = await store.buckets.list();
  const elements = buckets.map(
    ({ name, createdAtMs }) =>
      [
        'Bucket',
        [
          ['Name', name],
          ['CreationDate', new Date(createdAtMs).toISOString()],
          ['BucketRegion', store.region],
        ],
      ] as const,
  );
  return xmlReply('ListAllMyBucketsResult', [
    ['Owner', [['ID', 'local']]],
    ['Buckets', elements],
  ]);
};

/** PUT /bucket. The body (a location constraint) is verified and has no effect: there is one region. */
export const createBucket: Operation = async (store, call) => {
  await call.body.text(64 * 1024);
  const name = call.target.bucket ?? '';
  await store.buckets.create(name);
  return { status: 200, headers: { location: `/${name}` } };
};

/** HEAD /bucket. */
export const headBucket: Operation = async (store, call) => {
  await addressedBucket(store, call);
  return { status: 200, headers: { 'x-amz-bucket-region': store.region } };
};

/** GET /bucket?location. */
export const getBucketLocation: Operation = async (store, call) => {
  await addressedBucket(store, call);
  return xmlReply('LocationConstraint', store.region === 'us-east-1' ? '' : store.region);
};

/** DELETE /bucket: it must be empty. */
export const deleteBucket: Operation = async (store, call) => {
  await store.buckets.remove(call.target.bucket ?? '');
  return { status: 204 };
};
