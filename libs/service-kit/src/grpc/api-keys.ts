import { createHash, timingSafeEqual } from 'node:crypto';
import { type Metadata } from '@grpc/grpc-js';
import { AffinityError } from '../errors';

/** Says who calls, or throws UNAUTHENTICATED. */
export type Authenticate = (metadata: Metadata) => string;

interface KnownKey {
  readonly name: string;
  readonly digest: Buffer;
}

/**
 * Checks the bearer token of a call against a list of keys.
 * @param keyFile lines of `name key`; empty lines and those that start with # are ignored; a key has 16 characters or more
 * @throws TypeError naming the line (not its contents) when the file is malformed or has no key
 */
export function createApiKeyAuthentication(keyFile: string): Authenticate {
  const known = parseKeys(keyFile);
  return (metadata) => {
    const [header] = metadata.get('authorization');
    const token = typeof header === 'string' && /^bearer /i.test(header) ? header.slice('bearer '.length) : '';
    const name = nameOf(token, known);
    if (name === undefined) throw new AffinityError('UNAUTHENTICATED', 'a valid API key is needed as bearer token');
    return name;
  };
}

function parseKeys(keyFile: string): readonly KnownKey[] {
  const keys = keyFile.split('\n').flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [name, key, ...rest] = line.trim().split(/\s+/);
    if (name === undefined || key === undefined || key.length < 16 || rest.length > 0) {
      throw new TypeError(`API keys, line ${index + 1}: must be "name key" with a key of 16 characters or more`);
    }
    return [{ name, digest: digestOf(key) }];
  });
  if (keys.length === 0) throw new TypeError('API keys: the file holds none');
  return keys;
}

/** Compares with every key, and digests instead of keys, so that the time taken tells nothing about any of them. */
function nameOf(token: string, known: readonly KnownKey[]): string | undefined {
  const digest = digestOf(token);
  let found: string | undefined;
  for (const key of known) {
    if (timingSafeEqual(key.digest, digest)) found = key.name;
  }
  return found;
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
