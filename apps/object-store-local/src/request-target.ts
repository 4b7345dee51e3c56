import { S3Error } from './errors';

/** What a request addresses, decoded once; nothing in it has been normalised, so `..` is still to be refused. */
export interface RequestTarget {
  /** The path as sent, decoded: what a signature covers. */
  readonly path: string;
  /** Query parameters in the order sent; a parameter without `=` has the value ''. */
  readonly query: readonly (readonly [string, string])[];
  /** Undefined when the request addresses the service itself. */
  readonly bucket: string | undefined;
  /** Undefined when the request addresses a bucket or the service. */
  readonly key: string | undefined;
}

/**
 * Reads a request line's target and `Host` header: path style, and virtual-host style for `<bucket>.<baseHost>` (also
 * `<bucket>.localhost`). Throws `InvalidURI` when the encoding is broken.
 */
export function parseTarget(url: string, host: string, baseHost: string): RequestTarget {
  const mark = url.indexOf('?');
  const path = decode(mark < 0 ? url : url.slice(0, mark));
  const query = mark < 0 ? [] : parseQuery(url.slice(mark + 1));
  const hostBucket = bucketOfHost(host, baseHost);
  const addressed = path.replace(/^\//, '');
  if (hostBucket !== undefined)
    return { path, query, bucket: hostBucket, key: addressed === '' ? undefined : addressed };
  const slash = addressed.indexOf('/');
  const bucket = slash < 0 ? addressed : addressed.slice(0, slash);
  const key = slash < 0 ? '' : addressed.slice(slash + 1);
  return { path, query, bucket: bucket === '' ? undefined : bucket, key: key === '' ? undefined : key };
}

/** The value of a query parameter; undefined when it is absent. */
export function queryValue(target: Pick<RequestTarget, 'query'>, name: string): string | undefined {
  return target.query.find(([candidate]) => candidate === name)?.[1];
}

function parseQuery(text: string): [string, string][] {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
  });
}

function bucketOfHost(host: string, baseHost: string): string | undefined {
  const name = host.replace(/:\d+$/, '');
  const suffix = [`.${baseHost}`, '.localhost'].find((candidate) => name.endsWith(candidate));
  return suffix === undefined || name === baseHost ? undefined : name.slice(0, -suffix.length);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', 'The request line is not valid percent-encoded UTF-8.');
  }
}
