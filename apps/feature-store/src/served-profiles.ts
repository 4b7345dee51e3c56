import type { Schema } from '@affinity/domain';
import type { TileReader } from '@affinity/profile-storage';
import type { Population } from './population';
import type { ProfileReader } from './profile-reader';
import type { ProfileSource } from './profile-source';
import type { Watermarks } from './watermarks';

/** Everything that one answer is made from: all of the same generation. */
export interface ServedProfiles {
  readonly schema: Schema;
  readonly reader: ProfileReader;
  readonly population: Population;
  readonly watermarks: Watermarks;
  readonly source: ProfileSource;
  readonly store: TileReader;
}

/** What is served at this moment. Each answer asks once, and keeps to what it was given. */
export type Served<Part extends keyof ServedProfiles> = () => Pick<ServedProfiles, Part>;
