import type { ItemRanker } from '../item-ranker';
import type { Recommender } from '../recommender';
import type { Experiment, Variant } from './experiment';
import { assignVariant } from './variant-assignment';

/** Which variant of which experiment an answer belongs to. */
export interface Assignment {
  readonly experiment: string;
  readonly variant: string;
}

/** What answers the questions of the visitors of one variant. */
export interface Arm {
  /** Undefined when no experiment runs. */
  readonly assignment: Assignment | undefined;
  readonly recommender: Recommender;
  readonly ranker: ItemRanker;
}

/** Finds the arm of a profile key. */
export type ArmOf = (profileKey: string) => Arm;

/**
 * Builds an arm for each variant, or one for everybody when no experiment runs. `build` is given what the variant changes;
 * nothing for everybody's arm.
 */
export function createArms(
  experiment: Experiment | undefined,
  build: (changes: Partial<Variant>) => Omit<Arm, 'assignment'>,
): ArmOf {
  if (experiment === undefined) {
    const only: Arm = { assignment: undefined, ...build({}) };
    return () => only;
  }
  const arms = new Map<Variant, Arm>(
    experiment.variants.map((variant) => [
      variant,
      { assignment: { experiment: experiment.name, variant: variant.name }, ...build(variant) },
    ]),
  );
  return (profileKey) => {
    const arm = arms.get(assignVariant(experiment, profileKey));
    if (arm === undefined) throw new Error('every variant has an arm');
    return arm;
  };
}
