/** How much less an older day counts. Ages are whole days from the end of the range. */
export type Decay =
  | { readonly kind: 'none' }
  /** 2^(-age / halfLifeDays). */
  | { readonly kind: 'exponential'; readonly halfLifeDays: number }
  /** max(0, 1 - age / windowDays). */
  | { readonly kind: 'linear'; readonly windowDays: number }
  /** The weight of the first step that covers the age, else 0. Steps rise in `maxAgeDays`. */
  | { readonly kind: 'step'; readonly steps: readonly DecayStep[] };

/** One step of a step decay. */
export interface DecayStep {
  readonly maxAgeDays: number;
  readonly weight: number;
}

/** Every day counts fully. */
export const noDecay: Decay = { kind: 'none' };

/** The factor, 0 or more, of a day that is `ageDays` (0 or more) older than the end of the range. */
export function decayFactor(decay: Decay, ageDays: number): number {
  switch (decay.kind) {
    case 'none':
      return 1;
    case 'exponential':
      return 2 ** (-ageDays / decay.halfLifeDays);
    case 'linear':
      return Math.max(0, 1 - ageDays / decay.windowDays);
    case 'step':
      return decay.steps.find((step) => ageDays <= step.maxAgeDays)?.weight ?? 0;
  }
}
