import { finish, fitting, train, training } from './ensemble-training';
import type { ModelEvent } from './recommender-model';

const dayMs = 86_400_000;
const limits = { maxItems: 1_000, maxVisitors: 1_000, maxVisitsPerVisitor: 50, popularityHalfLifeMs: 14 * dayMs };

/** Visitors who walk a ring of items one after the other, or who each come back, in any order, to ten of sixty. */
function walks(kind: 'ring' | 'repeat'): ModelEvent[] {
  const events: ModelEvent[] = [];
  for (let step = 0; step < 20; step += 1) {
    for (let user = 0; user < 30; user += 1) {
      const item =
        kind === 'ring' ? (user * 3 + step) % 90 : (user * 17 + ((step * step + user) % 10) * (7 + (user % 5))) % 60;
      events.push({ userId: `u${user}`, sessionId: `s${user}`, itemId: `i${item}`, atMs: step * 1_000 + user });
    }
  }
  return events;
}

describe('training', () => {
  it('learns what comes next, and what it knows of others', () => {
    const { model, parameters, validationNdcg, metrics } = train(walks('ring'), { limits });
    expect(validationNdcg).toBeGreaterThan(0.5);
    expect(parameters.weights.transitions).toBeGreaterThan(0);
    expect(metrics['normalized_discounted_cumulative_gain_at_10']).toBeGreaterThan(0.5);
    expect(metrics['coverage']).toBeLessThanOrEqual(1);
    const last = (1 * 3 + 19) % 90;
    expect(model.forVisitor('u1', { count: 3 }).map(({ itemId }) => itemId)).toContain(`i${last + 1}`);
  });

  it('speaks against what a visitor met before only where people do not repeat', () => {
    expect(train(walks('repeat'), { limits }).parameters.weights.ownHistory).toBeGreaterThanOrEqual(0);
    expect(train(walks('ring'), { limits }).parameters.weights.ownHistory).toBeLessThan(0);
  });

  it('takes untrained parameters where there is nothing to validate on', () => {
    const { model, validationNdcg } = train([{ userId: 'u', sessionId: 's', itemId: 'i', atMs: 1 }], { limits });
    expect(validationNdcg).toBe(0);
    expect(model.hasItem('i')).toBe(true);
  });

  it('gives the same model by fitting with the parameters it found', () => {
    const events = walks('ring');
    const { model, parameters } = train(events, { limits });
    const fitted = finish(fitting(events, limits, parameters));
    expect([...fitted.dump()]).toEqual([...model.dump()]);
  });

  it('yields, so that whoever runs it can serve meanwhile', () => {
    const steps = training(walks('ring'), { limits });
    let count = 0;
    while (steps.next().done !== true) count += 1;
    expect(count).toBeGreaterThan(10);
  });
});
