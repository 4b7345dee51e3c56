import { type IncomingHttpHeaders } from 'node:http';
import { type ChunkSeed } from './chunk-signature';
import { S3Error } from './errors';
import { type RequestTarget } from './request-target';
import { type CredentialScope, hmac, sameSignature, scopeText, sha256Hex, signingKey } from './signing-key';

/** Requests older or newer than this are refused, so that a recorded one cannot be replayed later. Source: S3's limit. */
const MAX_SKEW_MS = 15 * 60_000;

/** The one account this server knows. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
}

/** A request whose header signature was found right. */
export interface VerifiedSignature {
  /** The value of `x-amz-content-sha256`: a hex digest of the body or the name of a streaming mode. */
  readonly payload: string;
  /** What the signatures of a chunked body build upon. */
  readonly seed: ChunkSeed;
}

/**
 * Verifies an AWS Signature Version 4 `Authorization` header. Source: "Create a signed AWS API request", IAM User Guide,
 * with S3's exception that the path is encoded once and never normalised.
 * Throws `AccessDenied`, `AuthorizationHeaderMalformed`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`,
 * `SignatureDoesNotMatch`, or `NotImplemented` for presigned URLs.
 */
export function verifySignature(request: SignedRequest, credentials: Credentials, nowMs: number): VerifiedSignature {
  const { accessKey, scope, signedHeaders, signature } = parseAuthorization(request);
  checkScope(accessKey, scope, credentials);
  const timestamp = header(request, 'x-amz-date');
  checkTime(timestamp, scope.day, nowMs);
  const payload = header(request, 'x-amz-content-sha256');
  const canonical = canonicalRequest(request, signedHeaders, payload);
  const stringToSign = ['AWS4-HMAC-SHA256', timestamp, scopeText(scope), sha256Hex(canonical)].join('\n');
  const key = signingKey(credentials.secretKey, scope);
  if (!sameSignature(hmac(key, stringToSign).toString('hex'), signature)) {
    throw new S3Error('SignatureDoesNotMatch', 'The request signature does not match: check the secret access key.');
  }
  return {
    payload,
    seed: { key, timestamp, scope: scopeText(scope), signature, trailers: payload.endsWith('-TRAILER') },
  };
}

interface Authorization {
  readonly accessKey: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: string[];
  readonly signature: string;
}

function parseAuthorization(request: SignedRequest): Authorization {
  const text = request.headers.authorization;
  if (text === undefined) {
    const presigned = request.target.query.some(([name]) => name === 'X-Amz-Signature');
    if (presigned) throw new S3Error('NotImplemented', 'Presigned URLs are not implemented.');
    throw new S3Error('AccessDenied', 'The request is not signed.');
  }
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/;
  const [, accessKey, day, region, service, names, signature] = pattern.exec(text) ?? [];
  if (!accessKey || !day || !region || !service || !names || !signature) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The Authorization header is not a Signature Version 4.');
  }
  return { accessKey, scope: { day, region, service }, signedHeaders: names.split(';'), signature };
}

function checkScope(accessKey: string, scope: CredentialScope, credentials: Credentials): void {
  if (accessKey !== credentials.accessKey) throw new S3Error('InvalidAccessKeyId', 'The access key is not known here.');
  if (scope.region !== credentials.region || scope.service !== 's3') {
    throw new S3Error('AuthorizationHeaderMalformed', `Sign for service s3 in region ${credentials.region}.`);
  }
}

function checkTime(timestamp: string, day: string, nowMs: number): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (!parts || !timestamp.startsWith(day)) throw new S3Error('AccessDenied', 'The x-amz-date header is malformed.');
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const signedAtMs = Date.UTC(year, month - 1, date, hour, minute, second);
  if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS) {
    throw new S3Error('RequestTimeTooSkewed', 'The time of the request differs too much from the time of the server.');
  }
}

function canonicalRequest(request: SignedRequest, signedHeaders: string[], payload: string): string {
  if (!signedHeaders.includes('host')) throw new S3Error('AccessDenied', 'The host header must be signed.');
  const unsigned = Object.keys(request.headers).find(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned) throw new S3Error('AccessDenied', `The header ${unsigned} must be signed.`);
  const headerLines = signedHeaders.map((name) => `${name}:${header(request, name).trim().replace(/ +/g, ' ')}\n`);
  const query = request.target.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const path = request.target.path.split('/').map(encode).join('/');
  return [request.method, path, query.join('&'), headerLines.join(''), signedHeaders.join(';'), payload].join('\n');
}

function header(request: SignedRequest, name: string): string {
  const value = request.headers[name];
  if (value === undefined) throw new S3Error('AccessDenied', `The header ${name} is missing.`);
  return Array.isArray(value) ? value.join(',') : value;
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
