/** Small facts that travel with an object: lower-case names with hyphens, printable ASCII values, 2 KB at most together. */
export type ObjectMetadata = Readonly<Record<string, string>>;

/** What to store. */
export interface ObjectToPut {
  readonly body: Uint8Array;
  /** MIME type, for those who fetch the object by other means. */
  readonly contentType: string;
  readonly metadata: ObjectMetadata;
}

/** What is known of an object without its body. */
export interface ObjectHead {
  readonly bytes: number;
  readonly metadata: ObjectMetadata;
}

/** An object with its body. */
export interface StoredObject extends ObjectHead {
  readonly body: Uint8Array;
}

/** An object as listed. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Objects by key, as S3 has them. Keys are segments of letters, digits and `= . _ -`, separated by `/`; no segment begins with
 * a dot, and no object's key continues another's with `/`.
 *
 * Each method throws AffinityError: UNAVAILABLE when the store did not answer or failed, PERMISSION_DENIED when it refuses
 * these credentials, FAILED_PRECONDITION when the bucket does not exist, RESOURCE_EXHAUSTED when it throttles or is full.
 */
export interface ObjectStore {
  /**
   * Stores an object unless the key is taken. Of all that try, over all processes, exactly one ever gets `stored`; the others
   * get `exists` and change nothing. The object and its metadata appear as one and survive a power failure. When it throws,
   * the object may have been stored all the same.
   */
  putIfAbsent(key: string, object: ObjectToPut): Promise<'stored' | 'exists'>;
  /** Sees every put that was answered before. Undefined: there is no such object. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** As {@link head}, with the whole body in memory. */
  get(key: string): Promise<StoredObject | undefined>;
  /** All objects whose key begins with a prefix, ascending by key. */
  list(prefix: string): AsyncIterable<ListedObject>;
}
