import type { MutableObjectStore } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';

/** The key of a folder's manifest. It is written last: without it what lies in the folder is not whole. */
export function manifestKeyOf(folder: string): string {
  return `${folder}_manifest.json`;
}

/** What an object of JSON says; undefined when there is none. Throws FAILED_PRECONDITION, naming the key, when it is no JSON. */
export async function readJsonObject<T>(store: MutableObjectStore, key: string): Promise<T | undefined> {
  const found = await store.get(key);
  if (found === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(found.body).toString()) as T;
  } catch (error) {
    throw new AffinityError('FAILED_PRECONDITION', `${key} is not JSON: remove it and run again what made it`, {
      cause: error,
    });
  }
}

/** Writes an object of JSON, to be read by people too. */
export async function writeJsonObject(store: MutableObjectStore, key: string, value: unknown): Promise<void> {
  const body = Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);
  await store.put(key, { body, contentType: 'application/json', metadata: {} });
}
