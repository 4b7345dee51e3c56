import { type Operation } from './call';
import { S3Error } from './errors';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/bucket-operations';
import { copyObject } from './operations/copy-object';
import { deleteObject, deleteObjects } from './operations/delete-objects';
import { listObjectsV2 } from './operations/list-objects';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
} from './operations/multipart-operations';
import { putObject } from './operations/put-object';
import { getObject, headObject } from './operations/read-object';
import { type SignedRequest } from './signature';

interface Entry {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there. */
  readonly requires?: readonly string[];
  /** Further query parameters that the operation understands. */
  readonly allows?: readonly string[];
  /** A header that must be there. */
  readonly header?: string;
  readonly run: Operation;
}

const LIST_PARAMETERS = [
  'prefix',
  'delimiter',
  'start-after',
  'continuation-token',
  'max-keys',
  'encoding-type',
  'fetch-owner',
];

/** In order of precedence: an entry that requires more comes before one that requires less. */
const ENTRIES: readonly Entry[] = [
  { method: 'GET', level: 'service', run: listBuckets },
  { method: 'PUT', level: 'bucket', run: createBucket },
  { method: 'HEAD', level: 'bucket', run: headBucket },
  { method: 'DELETE', level: 'bucket', run: deleteBucket },
  { method: 'GET', level: 'bucket', requires: ['location'], run: getBucketLocation },
  { method: 'GET', level: 'bucket', requires: ['list-type'], allows: LIST_PARAMETERS, run: listObjectsV2 },
  { method: 'POST', level: 'bucket', requires: ['delete'], run: deleteObjects },
  { method: 'PUT', level: 'object', header: 'x-amz-copy-source', run: copyObject },
  { method: 'PUT', level: 'object', requires: ['partNumber', 'uploadId'], run: uploadPart },
  { method: 'PUT', level: 'object', run: putObject },
  {
    method: 'GET',
    level: 'object',
    requires: ['uploadId'],
    allows: ['max-parts', 'part-number-marker'],
    run: listParts,
  },
  { method: 'GET', level: 'object', run: getObject },
  { method: 'HEAD', level: 'object', run: headObject },
  { method: 'DELETE', level: 'object', requires: ['uploadId'], run: abortMultipartUpload },
  { method: 'DELETE', level: 'object', run: deleteObject },
  { method: 'POST', level: 'object', requires: ['uploads'], run: createMultipartUpload },
  { method: 'POST', level: 'object', requires: ['uploadId'], run: completeMultipartUpload },
];

/** Headers that ask for something this server does not do; to ignore them would be to lie. */
const REFUSED_HEADERS = [
  'x-amz-tagging',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
  'x-amz-rename-source',
  /^x-amz-server-side-encryption/,
  /^x-amz-copy-source-(range|server-side-encryption)/,
  /^x-amz-object-lock-/,
  /^x-amz-grant-/,
];

/** Finds the operation that a request asks for. Throws `NotImplemented` when it is none of ours, or asks it for more. */
export function findOperation({ method, target, headers }: SignedRequest): Operation {
  const level = target.key !== undefined ? 'object' : target.bucket !== undefined ? 'bucket' : 'service';
  const parameters = target.query.map(([name]) => name).filter((name) => name !== 'x-id');
  const entry = ENTRIES.find(
    ({ requires = [], allows = [], ...candidate }) =>
      candidate.method === method &&
      candidate.level === level &&
      requires.every((name) => parameters.includes(name)) &&
      parameters.every((name) => requires.includes(name) || allows.includes(name)) &&
      (candidate.header === undefined || headers[candidate.header] !== undefined),
  );
  if (!entry) {
    const asked = parameters.length === 0 ? '' : ` with ${parameters.join(', ')}`;
    throw new S3Error('NotImplemented', `${method} of ${article(level)}${asked} is not implemented.`);
  }
  refuseHeaders(Object.keys(headers));
  return entry.run;
}

function refuseHeaders(names: readonly string[]): void {
  const refused = names.find((name) =>
    REFUSED_HEADERS.some((rule) => (typeof rule === 'string' ? rule === name : rule.test(name))),
  );
  if (refused) throw new S3Error('NotImplemented', `What the header ${refused} asks for is not implemented.`);
}

const article = (level: Entry['level']): string => (level === 'object' ? 'an object' : `a ${level}`);
