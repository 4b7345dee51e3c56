import { type IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors';

/** What must hold of the object that a write would replace. Source: "Conditional writes", Amazon S3 User Guide. */
export type WriteCondition =
  { readonly kind: 'always' } | { readonly kind: 'absent' } | { readonly kind: 'matches'; readonly etag: string };

/** The state of an object that a condition is about. */
export interface ObjectState {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAtMs: number;
}

/** Reads a write's condition. Throws `NotImplemented` for what S3 does not offer on writes either. */
export function writeCondition(headers: IncomingHttpHeaders): WriteCondition {
  const { 'if-none-match': noneMatch, 'if-match': match } = headers;
  if (noneMatch !== undefined && match !== undefined) {
    throw new S3Error('InvalidRequest', 'If-Match and If-None-Match exclude each other.');
  }
  if (match !== undefined) return { kind: 'matches', etag: unquote(match) };
  if (noneMatch === undefined) return { kind: 'always' };
  if (noneMatch !== '*') throw new S3Error('NotImplemented', 'If-None-Match of a write must be "*".');
  return { kind: 'absent' };
}

/** Throws `PreconditionFailed`, or `NoSuchKey` when something must match and there is nothing. */
export function checkWrite(condition: WriteCondition, current: ObjectState | undefined): void {
  if (condition.kind === 'absent' && current) {
    throw new S3Error('PreconditionFailed', 'If-None-Match: an object of this key exists.');
  }
  if (condition.kind !== 'matches') return;
  if (!current) throw new S3Error('NoSuchKey', 'If-Match: no object of this key exists.');
  if (condition.etag !== '*' && condition.etag !== current.etag) {
    throw new S3Error('PreconditionFailed', 'If-Match: the object has another ETag.');
  }
}

/**
 * Judges a read: true when the client's copy is still good (304). Throws `PreconditionFailed`.
 * ETags take precedence over dates. Source: RFC 9110, section 13.2.2.
 */
export function isNotModified(headers: IncomingHttpHeaders, current: ObjectState, prefix = ''): boolean {
  const given = (name: string): string | undefined => {
    const value = headers[`${prefix}${name}`];
    return typeof value === 'string' ? value : undefined;
  };
  const [match, unmodifiedSince] = [given('if-match'), given('if-unmodified-since')];
  const failed = match === undefined ? isAfter(current, unmodifiedSince) : !listHas(match, current.etag);
  if (failed) throw new S3Error('PreconditionFailed', 'The object has changed.');
  const [noneMatch, modifiedSince] = [given('if-none-match'), given('if-modified-since')];
  if (noneMatch !== undefined) return listHas(noneMatch, current.etag);
  return modifiedSince !== undefined && !isAfter(current, modifiedSince);
}

function isAfter(current: ObjectState, date: string | undefined): boolean {
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  // HTTP dates have whole seconds: an object from later in the same second counts as not modified.
  return Math.floor(current.modifiedAtMs / 1000) * 1000 > dateMs;
}

const listHas = (list: string, etag: string): boolean =>
  list.split(',').some((candidate) => ['*', etag].includes(unquote(candidate)));

const unquote = (etag: string): string =>
  etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
