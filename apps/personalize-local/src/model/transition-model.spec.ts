import type { ModelRecord } from './recommender-model';
import { TransitionModel } from './transition-model';

const minuteMs = 60_000;
const limits = {
  maxItems: 1_000,
  maxVisitors: 1_000,
  maxVisitsPerVisitor: 50,
  popularityHalfLifeMs: 14 * 86_400_000,
  transitionHalfLifeMs: 90 * 86_400_000,
};

function createModel(over: Partial<typeof limits> = {}) {
  const model = new TransitionModel({ ...limits, ...over });
  let atMs = 1_700_000_000_000;
  const visit = (userId: string, ...itemIds: string[]): void => {
    for (const itemId of itemIds)
      model.learn({ userId, sessionId: `${userId}-session`, itemId, atMs: (atMs += minuteMs) });
  };
  return { model, visit };
}

const ids = (items: readonly { readonly itemId: string }[]): string[] => items.map(({ itemId }) => itemId);

describe('TransitionModel', () => {
  it('names popular items, most popular first, to a visitor it does not know', () => {
    const { model, visit } = createModel();
    visit('a', 'x', 'y');
    visit('b', 'x');
    expect(ids(model.forVisitor('stranger', 10))).toEqual(['x', 'y']);
    expect(model.forVisitor('stranger', 1)).toHaveLength(1);
  });

  it('changes the very next answer with each interaction', () => {
    const { model, visit } = createModel();
    for (const user of ['a', 'b', 'c']) visit(user, 'tent', 'stove');
    for (const user of ['d', 'e', 'f', 'g']) visit(user, 'piano', 'stool');
    expect(ids(model.forVisitor('me', 1))[0]).toMatch(/piano|stool/);
    visit('me', 'tent');
    expect(ids(model.forVisitor('me', 1))).toEqual(['stove']);
    visit('me', 'piano');
    expect(ids(model.forVisitor('me', 1))).toEqual(['stool']);
  });

  it('relates items that are met together, without the item itself', () => {
    const { model, visit } = createModel();
    visit('a', 'tent', 'stove');
    visit('b', 'piano', 'stool', 'piano');
    expect(ids(model.relatedTo('tent', 5))[0]).toBe('stove');
    expect(ids(model.relatedTo('tent', 5))).not.toContain('tent');
    expect(ids(model.relatedTo('never seen', 2))).toHaveLength(2);
  });

  it('ranks a list, unknown items last and without a score', () => {
    const { model, visit } = createModel();
    visit('a', 'tent', 'stove');
    visit('me', 'tent');
    model.knowItem('new');
    const ranked = model.rank('me', ['unknown 1', 'new', 'unknown 2', 'stove']);
    expect(ids(ranked)).toEqual(['stove', 'new', 'unknown 1', 'unknown 2']);
    expect(ranked.map(({ score }) => score !== undefined)).toEqual([true, true, false, false]);
  });

  it('joins what an anonymous session did to the user it turns out to be', () => {
    const { model, visit } = createModel();
    visit('a', 'tent', 'stove');
    visit('b', 'piano', 'stool', 'piano', 'stool');
    model.learn({ sessionId: 's', itemId: 'tent', atMs: 1_700_000_500_000 });
    expect(ids(model.forVisitor('s', 1))).toEqual(['stove']);
    model.learn({ userId: 'me', sessionId: 's', atMs: 1_700_000_600_000 });
    expect(ids(model.forVisitor('me', 1))).toEqual(['stove']);
    expect(model.forVisitor('s', 5)).toEqual(model.forVisitor('me', 5));
    model.learn({ sessionId: 's', itemId: 'piano', atMs: 1_700_000_700_000 });
    expect(ids(model.forVisitor('me', 1))).toEqual(['stool']);
  });

  it('lets popularity fade', () => {
    const { model } = createModel();
    const at = (itemId: string, atMs: number) => model.learn({ sessionId: `${itemId} ${atMs}`, itemId, atMs });
    for (let i = 0; i < 3; i += 1) at('old', i);
    at('new', limits.popularityHalfLifeMs * 2);
    expect(ids(model.forVisitor('stranger', 2))).toEqual(['new', 'old']);
  });

  it('gives the same answers after its state was dumped and restored', () => {
    const { model, visit } = createModel();
    for (let i = 0; i < 300; i += 1) visit(`u${i % 17}`, `i${(i * 7) % 23}`);
    model.learn({ sessionId: 'anonymous', itemId: 'i3', atMs: 1_700_100_000_000 });
    const restored = createModel().model;
    for (const record of model.dump()) restored.restore(JSON.parse(JSON.stringify(record)) as ModelRecord);
    for (const visitor of ['u1', 'u5', 'u5-session', 'anonymous', 'stranger']) {
      expect(ids(restored.forVisitor(visitor, 20))).toEqual(ids(model.forVisitor(visitor, 20)));
    }
    expect([...restored.dump()]).toEqual([...model.dump()]);
  });

  it('stays within its limits, and keeps what is popular', () => {
    const { model, visit } = createModel({ maxItems: 32, maxVisitors: 10, maxVisitsPerVisitor: 4 });
    for (let i = 0; i < 400; i += 1) visit(`u${i}`, 'evergreen', `i${i}`);
    const kinds: Record<string, number> = {};
    for (const [kind] of model.dump()) kinds[kind] = (kinds[kind] ?? 0) + 1;
    expect(kinds['item']).toBeLessThanOrEqual(32);
    expect(kinds['visitor']).toBeLessThanOrEqual(10);
    expect(kinds['owner']).toBeLessThanOrEqual(10);
    expect(ids(model.forVisitor('stranger', 1))).toEqual(['evergreen']);
  });
});
