import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a signature is valid for: one day, region and service. */
export interface CredentialScope {
  /** `YYYYMMDD`, UTC. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** The scope as it appears in a string to sign. */
export const scopeText = (scope: CredentialScope): string =>
  `${scope.day}/${scope.region}/${scope.service}/aws4_request`;

/** Derives the key of one scope from a secret. Source: "Create a signed AWS API request", IAM User Guide. */
export function signingKey(secretKey: string, scope: CredentialScope): Buffer {
  const parts = [scope.day, scope.region, scope.service, 'aws4_request'];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretKey}`));
}

/** HMAC-SHA256. */
export const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** SHA-256 of a text, lower-case hex. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares two hex signatures in constant time, so that a signature cannot be guessed byte by byte. */
export function sameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
