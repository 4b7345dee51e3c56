import type { CandidateList } from '@affinity/personalize';
import { silentLogger, unavailable } from '@affinity/service-kit';
import { AnswerParts } from './answer-parts';
import type { Candidates } from './candidates/candidates';
import type { Attributes, ItemAttributes } from './catalogue/item-attributes';
import { FallbackItems } from './popularity/fallback-items';
import { type ItemPopularity, popularItemsOf } from './popularity/item-popularity';
import { PopularityTable } from './popularity/popularity-table';
import type { PreferenceSource } from './preferences/preference-source';
import { createReasonWriter } from './ranking/reasons';
import { type CallLimits, within } from './time-budget';

/** What the parts around a recommender know; `away` makes a part fail, `silent` makes it never answer. */
export interface Knowledge {
  readonly model?: CandidateList | 'away' | 'silent';
  readonly seen?: readonly string[];
  /** log(posterior / population) of each item's colour, which is `red`. */
  readonly likings?: Readonly<Record<string, number>> | 'away' | 'silent';
  readonly attributes?: Readonly<Record<string, Attributes>> | 'away';
  readonly popular?: readonly string[];
  /** Most popular first, over the retention; popularity counts as much as the model where it is given. */
  readonly alwaysPopular?: readonly string[] | 'away';
}

/** In-memory parts of a recommender, and the limits of a call of 300 ms. */
export function createParts(knowledge: Knowledge) {
  const nowMs = (): number => 0;
  const table = () => new PopularityTable({ halfLifeMs: 1_000, maxItems: 1_000, nowMs });
  const events = table();
  (knowledge.popular ?? []).forEach((itemId, i, all) => events.add(itemId, all.length - i, 0));
  const controller = new AbortController();
  const meter = { askedModel: () => undefined, missed: () => undefined, answered: () => undefined };
  return {
    candidates: candidateSource(knowledge.model),
    preferences: preferenceSource(knowledge),
    attributes: itemAttributes(knowledge.attributes),
    fallback: new FallbackItems({ events, answers: table(), nowMs }),
    popularity: itemPopularity(knowledge.alwaysPopular),
    rules: {
      weights: { base: 1, popularity: knowledge.alwaysPopular === undefined ? 0 : 1, preference: 1 },
      reasonOf: createReasonWriter([]),
    },
    candidateCount: 100,
    nowMs: Date.now,
    limits: (): CallLimits => ({ deadlineAt: Date.now() + 300, signal: controller.signal }),
    answer: new AnswerParts({ meter, logger: silentLogger(), signal: controller.signal, assignment: undefined }),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function answerOf<T extends object>(known: T | 'away' | 'silent'): Promise<T> {
  if (known === 'silent') return never();
  return known === 'away' ? Promise.reject(unavailable('away')) : Promise.resolve(known);
}

function candidateSource(model: Knowledge['model'] = { candidates: [] }): Candidates {
  const answer = (limits: CallLimits): Promise<CandidateList> => within(limits, () => answerOf(model));
  return { propose: (_, limits) => answer(limits), rank: (_, limits) => answer(limits) };
}

function preferenceSource({ likings = {}, seen = [] }: Knowledge): PreferenceSource {
  const asked = (): Promise<Readonly<Record<string, number>>> => answerOf(likings === 'silent' ? 'away' : likings);
  return {
    seen: async () => {
      await asked();
      return new Set(seen);
    },
    score: async (_, { itemIds }) => {
      const known = Object.entries(await asked()).filter(([itemId]) => itemIds.includes(itemId));
      const part = { dimension: 'colour', value: 'red', posterior: 0.4, population: 0.2 };
      return new Map(known.map(([itemId, contribution]) => [itemId, [{ ...part, contribution }]]));
    },
  };
}

function itemPopularity(known: Knowledge['alwaysPopular'] = []): ItemPopularity {
  const popular =
    known === 'away' ? undefined : popularItemsOf(known.map((itemId, i) => ({ itemId, weight: 1 / (i + 1) })));
  return { current: () => popular };
}

function itemAttributes(known: Knowledge['attributes'] = {}): ItemAttributes {
  return {
    attributesOf: (itemIds) => {
      if (known === 'away') return Promise.resolve({ attributes: new Map(), failure: unavailable('away') });
      const found = itemIds.map((itemId) => [itemId, known[itemId] ?? new Map<string, never>()] as const);
      return Promise.resolve({ attributes: new Map(found) });
    },
  };
}
