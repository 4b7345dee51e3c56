import { decodeReadToken, type ProfileRef } from '@affinity/contracts';
import { collidesWithSessionKeys } from '@affinity/domain';
import { type FieldViolation, invalidArgument } from '@affinity/service-kit';

/** Who is asked about, checked. */
export interface Visitor {
  readonly ref: ProfileRef;
  /** The user id, or the session id of an anonymous visitor: how the model knows them. */
  readonly modelId: string;
  /** A token of IngestService; empty when nothing has to be waited for. */
  readonly readToken: string;
}

/** What questions about a visitor have in common. */
export interface AskedVisitor {
  readonly profile?: ProfileRef | undefined;
  readonly readToken: string;
}

const maxIdLength = 256;

/** Violations found so far in one request. */
export class Violations {
  private readonly found: FieldViolation[] = [];

  /** Notes that a field breaks a rule. */
  add(field: string, description: string): void {
    this.found.push({ field, description });
  }

  /** Notes when an id is empty or longer than 256 characters. */
  checkId(field: string, id: string): void {
    if (id.length >= 1 && id.length <= maxIdLength) return;
    this.add(field, `must have 1 to ${maxIdLength} characters, has ${id.length}`);
  }

  /** @throws AffinityError INVALID_ARGUMENT that names every field that was noted */
  throwIfAny(): void {
    if (this.found.length > 0) throw invalidArgument(this.found);
  }
}

/** Reads whom a request is about. The result means something only when nothing was noted. */
export function parseVisitor({ profile, readToken }: AskedVisitor, violations: Violations): Visitor {
  const key = profile?.key;
  if (key === undefined) violations.add('profile', 'needs a user_id or a session_id');
  else checkKey(key, violations);
  if (decodeReadToken(readToken) === undefined) violations.add('read_token', 'is not a token of IngestService');
  return { ref: profile ?? { key: undefined }, modelId: key?.value ?? '', readToken };
}

function checkKey(key: NonNullable<ProfileRef['key']>, violations: Violations): void {
  const field = key.$case === 'userId' ? 'profile.user_id' : 'profile.session_id';
  violations.checkId(field, key.value);
  if (key.$case === 'userId' && collidesWithSessionKeys(key.value))
    violations.add(field, 'must not begin with "session:"');
}
