import { type IncomingHttpHeaders } from 'node:http';
import { type Readable } from 'node:stream';
import { type Buckets } from './buckets';
import { S3Error } from './errors';
import { type IncomingBody } from './incoming-body';
import { type MultipartUploads } from './multipart-uploads';
import { type ObjectFiles } from './object-files';
import { type ObjectKey, objectKey } from './object-key';
import { type RequestTarget, queryValue } from './request-target';
import { type XmlContent, writeXml } from './xml';

/** What operations work on. */
export interface Store {
  readonly buckets: Buckets;
  readonly objects: ObjectFiles;
  readonly uploads: MultipartUploads;
  readonly region: string;
}

/** A request whose signature is verified; its body is verified as it is read. */
export interface Call {
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingBody;
}

/** An answer. The server closes a body that it could not send to the end. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

/** An S3 operation. Throws `S3Error` to refuse. */
export type Operation = (store: Store, call: Call) => Promise<Reply>;

/** A 200 with an XML document. */
export function xmlReply(name: string, content: XmlContent): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: writeXml(name, content) };
}

/** The object that a call addresses, in a bucket that exists. Throws `NoSuchBucket` or the errors of `objectKey`. */
export async function addressedKey(store: Store, call: Call): Promise<ObjectKey> {
  const bucket = await addressedBucket(store, call);
  return objectKey(bucket, call.target.key ?? '');
}

/** The bucket that a call addresses. Throws `NoSuchBucket`. */
export function addressedBucket(store: Store, call: Call): Promise<string> {
  return store.buckets.require(call.target.bucket ?? '');
}

/** A header that occurs once; undefined when absent. */
export function headerValue(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** A query parameter that must be there. Throws `InvalidArgument`. */
export function requiredQuery(call: Call, name: string): string {
  const value = queryValue(call.target, name);
  if (value === undefined) throw new S3Error('InvalidArgument', `The query parameter ${name} is missing.`);
  return value;
}

/** A whole number in a query parameter. Throws `InvalidArgument` when it is malformed or out of bounds. */
export function queryInteger(
  call: Call,
  name: string,
  bounds: { min: number; max: number; fallback?: number },
): number {
  const text = queryValue(call.target, name) ?? String(bounds.fallback ?? '');
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new S3Error('InvalidArgument', `${name} must be a whole number from ${bounds.min} to ${bounds.max}.`);
  }
  return value;
}
