import { BinaryReader } from '@bufbuild/protobuf/wire';
import { malformedText } from './malformed-text';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads protobuf as its base does, except that text which is not valid UTF-8 becomes a `malformedText` instead of being
 * repaired with replacement characters: the base would let two different ids become one.
 */
export class TextCheckingReader extends BinaryReader {
  override string(): string {
    const bytes = this.bytes();
    try {
      return decoder.decode(bytes);
    } catch {
      return malformedText(bytes);
    }
  }
}
