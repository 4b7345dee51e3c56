import { type Dimension, type ScoreContribution } from '@affinity/domain';
import type { BaseItem } from './base-list';

/** What a reason is made from. */
export interface ReasonFacts {
  readonly item: BaseItem;
  /** What the dimensions say, unscaled; undefined when that is not known. */
  readonly preference: readonly ScoreContribution[] | undefined;
  /** The item that related ones were asked for. */
  readonly relatedTo: string | undefined;
}

/** Says why an item is recommended. */
export type ReasonWriter = (facts: ReasonFacts) => string;

/** How much more likely than others a visitor must be, as a factor, before it is said that they are. */
const worthTelling = 1.01;
const toldDimensions = 2;

/**
 * Writes one short English sentence, the same for the same facts, and true: it names up to two dimensions that speak most
 * for the item, each only where the visitor favours the item's value more than the population does (the posterior
 * exceeds the population's probability or density by at least 1 %); without any it says where the item comes from.
 */
export function createReasonWriter(dimensions: readonly Dimension[]): ReasonWriter {
  const kinds = new Map(dimensions.map(({ name, kind }) => [name, kind]));
  return ({ item, preference = [], relatedTo }) => {
    const told = preference
      .filter(({ contribution, posterior, population }) => contribution > 0 && posterior > worthTelling * population)
      .sort((left, right) => right.contribution - left.contribution)
      .slice(0, toldDimensions)
      .map((part) => phrase(part, kinds.get(part.dimension)));
    if (told.length === 0) return originSentence(item, relatedTo);
    return `You favour ${told.join(' and ')} more than others do, and this one has ${told.length === 1 ? 'that' : 'both'}.`;
  };
}

function phrase({ dimension, value }: ScoreContribution, kind: Dimension['kind'] | undefined): string {
  const label = dimension.replaceAll('_', ' ');
  if (kind === 'numeric') return `a ${label} around ${value}`;
  if (kind === 'range') return `a ${label} ${intervalText(value)}`;
  const values = value.split('|');
  return values.length === 1 ? `${label} ${value}` : `the mix of ${label} ${values.join(', ')}`;
}

const interval = /^[[(](.+),(.+)\)$/;

/** `[5000,10000)` as words; the upper end is not included. */
function intervalText(label: string): string {
  const [, from = '-inf', to = 'inf'] = interval.exec(label) ?? [];
  if (from === '-inf') return `below ${to}`;
  return to === 'inf' ? `from ${from}` : `from ${from} to below ${to}`;
}

function originSentence({ origin, rank }: BaseItem, relatedTo: string | undefined): string {
  switch (origin) {
    case 'model':
      return relatedTo === undefined
        ? `The recommendation model has it at place ${rank ?? 'unknown'}.`
        : `The recommendation model relates it to item ${relatedTo}, at place ${rank ?? 'unknown'}.`;
    case 'popular':
      return 'Popular with visitors lately.';
    case 'answered':
      return 'Recommended to visitors lately.';
    case 'asked':
      return 'Nothing speaks for it more than for others.';
  }
}
