import { createHash } from 'node:crypto';
import type { Experiment, Variant } from './experiment';

/** 48 bits of the digest: exact in a double, and finer than any share. */
const digestBytes = 6;
const digestRange = 2 ** (8 * digestBytes);

/**
 * The variant of a visitor: always the same for the same salt, variants and profile key, in every replica, and independent
 * of other experiments. The key's place on a line from 0 to 1 is the SHA-256 of salt and key, length-prefixed so that no
 * two pairs read the same; the variants divide the line by their shares. Source: Kohavi, Tang, Xu, "Trustworthy Online
 * Controlled Experiments", 2020, chapter 4 (variant assignment by hash).
 */
export function assignVariant({ salt, variants }: Experiment, profileKey: string): Variant {
  const total = variants.reduce((sum, { share }) => sum + share, 0);
  let left = placeOf(salt, profileKey) * total;
  for (const variant of variants) {
    left -= variant.share;
    if (left < 0) return variant;
  }
  // Rounding may leave a hair's breadth after the last.
  return lastOf(variants);
}

function placeOf(salt: string, profileKey: string): number {
  const digest = createHash('sha256').update(`${salt.length}:${salt}${profileKey}`).digest();
  return digest.readUIntBE(0, digestBytes) / digestRange;
}

function lastOf(variants: readonly Variant[]): Variant {
  const last = variants.at(-1);
  if (last === undefined) throw new Error('an experiment has variants');
  return last;
}
