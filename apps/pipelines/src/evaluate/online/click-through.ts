import { ratioInterval, wilsonInterval, type RatioPart, type ShareInterval } from './intervals';
import type { OnlineEvent } from './online-event';

/** How the visitors of one variant took what they were shown. */
export interface VariantResult {
  readonly experiment: string;
  readonly variant: string;
  readonly visitors: number;
  /** Answers that were shown. */
  readonly answers: number;
  readonly degradedAnswers: number;
  /** Answers of which at least one shown item was acted on. */
  readonly clickedAnswers: number;
  /** Clicked answers to answers; the interval takes visitors for independent, not answers. */
  readonly clickThrough: ShareInterval;
  /** Visitors who acted on anything that they were shown. */
  readonly clickingVisitors: ShareInterval;
}

interface Answer {
  readonly arm: string;
  readonly shown: Set<string>;
  degraded: boolean;
}

interface Visitor {
  readonly answers: Map<string, Answer>;
  /** Items acted on, by recommendation; an action may be stored before what was shown. */
  readonly actions: Map<string, Set<string>>;
}

/** Counts click-through by variant. Events come in any order. */
export class ClickThrough {
  private readonly visitors = new Map<string, Visitor>();
  private held = 0;

  /**
   * @param options.maxHeld answers and actions to keep, about 200 bytes each
   * @param options.countsAsClick which event types do
   */
  constructor(
    private readonly options: { readonly maxHeld: number; readonly countsAsClick: (eventType: string) => boolean },
  ) {}

  /** Takes an event. Throws RangeError when there are more than can be held. */
  add(event: OnlineEvent): void {
    if (event.kind === 'shown') this.show(event);
    else if (this.options.countsAsClick(event.eventType)) this.act(event);
  }

  /** The results, by experiment and variant. */
  results(): VariantResult[] {
    const arms = new Map<string, ArmTally>();
    for (const visitor of this.visitors.values()) tally(visitor, arms);
    return [...arms].sort(([left], [right]) => (left < right ? -1 : 1)).map(([arm, counts]) => resultOf(arm, counts));
  }

  private show({ visitor, recommendationId, itemIds, experiment, variant, degraded }: Shown): void {
    const { answers } = this.visitor(visitor);
    const answer = answers.get(recommendationId) ?? { arm: armKey(experiment, variant), shown: new Set(), degraded };
    if (!answers.has(recommendationId)) this.hold();
    answers.set(recommendationId, answer);
    for (const itemId of itemIds) answer.shown.add(itemId);
  }

  private act({ visitor, recommendationId, itemId }: Acted): void {
    const { actions } = this.visitor(visitor);
    const items = actions.get(recommendationId) ?? new Set();
    if (!actions.has(recommendationId)) this.hold();
    actions.set(recommendationId, items.add(itemId));
  }

  private visitor(key: string): Visitor {
    const visitor = this.visitors.get(key) ?? { answers: new Map(), actions: new Map() };
    this.visitors.set(key, visitor);
    return visitor;
  }

  private hold(): void {
    this.held += 1;
    if (this.held > this.options.maxHeld)
      throw new RangeError(`more than ${this.options.maxHeld} answers and clicks: evaluate fewer days at a time`);
  }
}

type Shown = Extract<OnlineEvent, { kind: 'shown' }>;
type Acted = Extract<OnlineEvent, { kind: 'acted' }>;

interface ArmTally {
  readonly parts: RatioPart[];
  degraded: number;
}

function tally({ answers, actions }: Visitor, arms: Map<string, ArmTally>): void {
  const own = new Map<string, { clicked: number; answers: number; degraded: number }>();
  for (const [recommendationId, { arm, shown, degraded }] of answers) {
    const counts = own.get(arm) ?? { clicked: 0, answers: 0, degraded: 0 };
    own.set(arm, counts);
    counts.answers += 1;
    if (degraded) counts.degraded += 1;
    if ([...(actions.get(recommendationId) ?? [])].some((itemId) => shown.has(itemId))) counts.clicked += 1;
  }
  for (const [arm, counts] of own) {
    const total = arms.get(arm) ?? { parts: [], degraded: 0 };
    arms.set(arm, total);
    total.parts.push({ numerator: counts.clicked, denominator: counts.answers });
    total.degraded += counts.degraded;
  }
}

function resultOf(arm: string, { parts, degraded }: ArmTally): VariantResult {
  const [experiment = '', variant = ''] = arm.split('/');
  return {
    experiment,
    variant,
    visitors: parts.length,
    answers: parts.reduce((sum, { denominator }) => sum + denominator, 0),
    degradedAnswers: degraded,
    clickedAnswers: parts.reduce((sum, { numerator }) => sum + numerator, 0),
    clickThrough: ratioInterval(parts),
    clickingVisitors: wilsonInterval(parts.filter(({ numerator }) => numerator > 0).length, parts.length),
  };
}

/** Names of experiments and variants have no slash. */
function armKey(experiment: string, variant: string): string {
  return `${experiment}/${variant}`;
}
