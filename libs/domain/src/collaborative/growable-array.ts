/** The array if it is long enough, else a copy at least twice as long. */
export function grown<A extends Uint8Array | Uint32Array | Float64Array>(array: A, length: number): A {
  if (array.length >= length) return array;
  const Type = array.constructor as new (length: number) => A;
  const copy = new Type(Math.max(length, 2 * array.length, 8));
  copy.set(array);
  return copy;
}
