import { isMalformedText } from '../wire/malformed-text';
import type { Violations } from './violations';

/** A field that holds an identifier. */
export interface IdField {
  readonly field: string;
  readonly value: string;
  readonly maxCharacters: number;
}

const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

/** An identifier must be valid UTF-8, without control characters, and not too long. Empty is left to the caller. */
export function checkId(violations: Violations, { field, value, maxCharacters }: IdField): void {
  if (value.length > maxCharacters) {
    violations.add(field, `must be at most ${maxCharacters} characters, has ${value.length}`);
  } else if (isMalformedText(value)) {
    violations.add(field, 'must be valid UTF-8');
  } else if (controlCharacter.test(value)) {
    violations.add(field, 'must not contain control characters');
  }
}
