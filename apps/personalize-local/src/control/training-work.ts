import type { EventSequence, TrainedModel } from '@affinity/domain';
import { training } from '@affinity/domain';
import type { InteractionSelection } from '../data/interaction-log';
import type { Recommender } from '../recommender';

/** Source: "Service quotas", Amazon Personalize developer guide. */
const leastInteractions = 1_000;
const leastUsers = 25;

/**
 * Trains a solution version while others are served: a few milliseconds at a time. The model then learns what came
 * meanwhile, and from then on every event. Rejects when there is too little to train on, or when it is called off.
 */
export async function trainVersion(
  recommender: Recommender,
  { versionArn, selection, signal, isStopping }: TrainingPlan,
): Promise<Omit<TrainedModel, 'model'>> {
  const events = recommender.interactions(selection);
  requireEnough(events);
  // Events that come while it trains are learned at the end, in the same turn in which the model is adopted.
  const arrivals = recommender.gatherChanges();
  const steps = training(events, { limits: recommender.limits });
  try {
    for (;;) {
      const step = steps.next();
      signal.throwIfAborted();
      if (isStopping()) throw new Error('the training was stopped');
      if (step.done === true) {
        const { model, ...rest } = step.value;
        for (const change of arrivals.stop()) change(model);
        recommender.adopt(versionArn, model);
        return rest;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    arrivals.stop();
  }
}

/** What is trained. */
export interface TrainingPlan {
  readonly versionArn: string;
  readonly selection: InteractionSelection;
  readonly signal: AbortSignal;
  /** Whether somebody called it off. */
  readonly isStopping: () => boolean;
}

function requireEnough(events: EventSequence): void {
  if (events.length < leastInteractions) {
    throw new Error(`there are ${events.length} interactions, at least ${leastInteractions} are needed`);
  }
  const counts = new Map<string, number>();
  for (let i = 0; i < events.length; i += 1) {
    const userId = events.at(i)?.userId;
    if (userId !== undefined) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  }
  const active = [...counts.values()].filter((count) => count >= 2).length;
  if (active < Math.max(leastUsers, counts.size / 100)) {
    throw new Error(`${active} users have two interactions or more, at least ${leastUsers} are needed`);
  }
}
