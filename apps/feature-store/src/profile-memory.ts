import type { CacheableTile } from '@affinity/hot-cache';
import { LRUCache } from 'lru-cache';
import { FrequencySketch } from './frequency-sketch';
import { isNewer, tileSlot } from './tile-order';

/** A user's tiles in the memory of this process. The tiles are shared: never changed in place. */
export interface RememberedProfile {
  readonly tiles: readonly CacheableTile[];
  /** When the tiles were last known to be all there is, in epoch milliseconds. */
  readonly validatedAtMs: number;
  /** The stamp of the cached entry that it was read from; undefined when it was read from the store. */
  readonly stamp: string | undefined;
}

/** How much is remembered. */
export interface ProfileMemoryOptions {
  /** Bytes of tiles, about. */
  readonly maxBytes: number;
  readonly nowMs?: () => number;
}

const bytesPerTile = 4_000;
const bytesPerValueByte = 6;
const bytesPerProfile = 300;
/** A profile of this size is what the sketch is made for: it tells apart as many keys as would fill the memory. */
const typicalProfileBytes = 8_000;
const leastSketchedKeys = 4_096;

/**
 * The profiles asked for most, in the memory of this process. When it is full, a profile is admitted only if it was asked for
 * more often lately than the one it would push out, so that a scan over many users does not empty it.
 */
export class ProfileMemory {
  private readonly profiles: LRUCache<string, RememberedProfile>;
  private readonly frequencies: FrequencySketch;
  private readonly nowMs: () => number;

  constructor({ maxBytes, nowMs = Date.now }: ProfileMemoryOptions) {
    this.profiles = new LRUCache({ maxSize: maxBytes, sizeCalculation: sizeOf });
    this.frequencies = new FrequencySketch(Math.max(leastSketchedKeys, (4 * maxBytes) / typicalProfileBytes));
    this.nowMs = nowMs;
  }

  /** Profiles remembered. */
  get size(): number {
    return this.profiles.size;
  }

  /** Bytes remembered, about. */
  get bytes(): number {
    return this.profiles.calculatedSize;
  }

  /** The profile, if it is remembered; each question counts towards its admission. */
  get(profileKey: string): RememberedProfile | undefined {
    this.frequencies.count(profileKey);
    return this.profiles.get(profileKey);
  }

  /** Remembers a profile that was just read, if it is asked for often enough. */
  offer(profileKey: string, { tiles, stamp }: Pick<RememberedProfile, 'tiles' | 'stamp'>): void {
    const profile = { tiles, stamp, validatedAtMs: this.nowMs() };
    if (!this.profiles.has(profileKey) && !this.admits(profileKey, sizeOf(profile))) return;
    this.profiles.set(profileKey, profile);
  }

  /** Replaces a tile of a remembered profile by a newer one. Returns whether there was such a profile and tile. */
  refresh(profileKey: string, tile: CacheableTile): boolean {
    const profile = this.profiles.peek(profileKey);
    if (profile === undefined) return false;
    const slot = tileSlot(tile);
    const current = profile.tiles.find((candidate) => tileSlot(candidate) === slot);
    if (current !== undefined && !isNewer(tile.mark, current.mark)) return false;
    const others = profile.tiles.filter((candidate) => candidate !== current);
    this.profiles.set(profileKey, { ...profile, tiles: [...others, tile] });
    return true;
  }

  /** The cached entry that a remembered profile was read from has not changed: it counts as read again now. */
  confirm(profileKey: string): void {
    const profile = this.profiles.peek(profileKey);
    if (profile !== undefined) this.profiles.set(profileKey, { ...profile, validatedAtMs: this.nowMs() });
  }

  /** Forgets a profile. */
  forget(profileKey: string): void {
    this.profiles.delete(profileKey);
  }

  private admits(profileKey: string, size: number): boolean {
    if (this.profiles.calculatedSize + size <= this.profiles.maxSize) return true;
    const [victim] = this.profiles.rkeys();
    return victim === undefined || this.frequencies.estimate(profileKey) > this.frequencies.estimate(victim);
  }
}

function sizeOf({ tiles }: RememberedProfile): number {
  return tiles.reduce((total, { tile }) => total + bytesPerTile + tile.valueBytes * bytesPerValueByte, bytesPerProfile);
}
