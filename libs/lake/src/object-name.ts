const segmentPattern = /^[A-Za-z0-9=_-][A-Za-z0-9=._-]*$/;
const longestKeyBytes = 1_024;

/** Checks a key by the rules of ObjectStore, which every adapter can keep. Throws RangeError: a wrong key is a bug. */
export function requireObjectKey(key: string): void {
  const valid = key.length <= longestKeyBytes && key.split('/').every((segment) => segmentPattern.test(segment));
  if (!valid) throw new RangeError(`not an object key: ${JSON.stringify(key)}`);
}
