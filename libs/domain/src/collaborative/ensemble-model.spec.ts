import { EnsembleModel } from './ensemble-model';
import type { ModelRecord } from './recommender-model';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const limits = { maxItems: 1_000, maxVisitors: 1_000, maxVisitsPerVisitor: 50, popularityHalfLifeMs: 14 * dayMs };

function createModel(over: Partial<typeof limits> = {}) {
  const model = new EnsembleModel({ ...limits, ...over });
  let atMs = 1_700_000_000_000;
  const visit = (userId: string, ...itemIds: string[]): void => {
    for (const itemId of itemIds)
      model.learn({ userId, sessionId: `${userId}-session`, itemId, atMs: (atMs += minuteMs) });
  };
  const recommend = (visitorId: string, count: number) => ids(model.forVisitor(visitorId, { count }));
  return { model, visit, recommend };
}

const ids = (items: readonly { readonly itemId: string }[]): string[] => items.map(({ itemId }) => itemId);

describe('EnsembleModel', () => {
  it('names popular items, most popular first, to a visitor it does not know', () => {
    const { visit, recommend } = createModel();
    visit('a', 'x', 'y');
    visit('b', 'x');
    expect(recommend('stranger', 10)).toEqual(['x', 'y']);
    expect(recommend('stranger', 1)).toEqual(['x']);
  });

  it('knows nothing before the first event', () => {
    const { model, recommend } = createModel();
    expect(recommend('stranger', 10)).toEqual([]);
    expect(model.rank('stranger', ['x'])).toEqual([{ itemId: 'x' }]);
  });

  it('changes the very next answer with each event', () => {
    const { visit, recommend } = createModel();
    for (const user of ['a', 'b', 'c']) visit(user, 'tent', 'stove');
    for (const user of ['d', 'e', 'f', 'g']) visit(user, 'piano', 'stool');
    expect(recommend('me', 1)[0]).toMatch(/piano|stool/);
    visit('me', 'tent');
    expect(recommend('me', 1)).toEqual(['stove']);
    visit('me', 'piano');
    expect(recommend('me', 1)).toEqual(['stool']);
  });

  it('finds by neighbours what no step leads to', () => {
    const { visit, recommend } = createModel();
    for (const user of ['a', 'b', 'c']) {
      visit(user, 'tent', ...Array.from({ length: 12 }, (_, i) => `${user}-${i}`), 'stove');
      visit(`${user}2`, 'piano', 'stool');
    }
    visit('me', 'tent');
    expect(recommend('me', 20)).toContain('stove');
    expect(recommend('me', 50).indexOf('stove')).toBeLessThan(recommend('me', 50).indexOf('stool'));
  });

  it('gives shares as scores, falling', () => {
    const { model, visit } = createModel();
    for (const user of ['a', 'b', 'c']) visit(user, 'tent', 'stove', 'lamp');
    const scores = model.forVisitor('a', { count: 10 }).map(({ score }) => score ?? 0);
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 9);
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    expect(Math.min(...scores)).toBeGreaterThan(0);
  });

  it('proposes only what is admitted, anything rather than nothing', () => {
    const { model, visit } = createModel();
    for (const user of ['a', 'b', 'c']) visit(user, 'tent', 'stove');
    for (let i = 0; i < 600; i += 1) model.knowItem(`new-${i}`);
    visit('me', 'tent');
    expect(ids(model.forVisitor('me', { count: 2, admits: (id) => id === 'new-599' }))).toEqual(['new-599']);
  });

  it('relates items that are met together, without the item itself', () => {
    const { model, visit } = createModel();
    visit('a', 'tent', 'stove');
    visit('b', 'piano', 'stool', 'piano');
    expect(ids(model.relatedTo('tent', { count: 5 }))[0]).toBe('stove');
    expect(ids(model.relatedTo('tent', { count: 5 }))).not.toContain('tent');
    expect(ids(model.relatedTo('never seen', { count: 2 }))).toHaveLength(2);
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
    const { model, visit, recommend } = createModel();
    visit('a', 'tent', 'stove');
    visit('b', 'piano', 'stool', 'piano', 'stool');
    model.learn({ sessionId: 's', itemId: 'tent', atMs: 1_700_000_500_000 });
    expect(recommend('s', 1)).toEqual(['stove']);
    model.learn({ userId: 'me', sessionId: 's', atMs: 1_700_000_600_000 });
    expect(recommend('me', 1)).toEqual(['stove']);
    expect(recommend('s', 5)).toEqual(recommend('me', 5));
    model.learn({ sessionId: 's', itemId: 'piano', atMs: 1_700_000_700_000 });
    expect(recommend('me', 1)).toEqual(['stool']);
  });

  it('lets popularity fade', () => {
    const { model, recommend } = createModel();
    const at = (itemId: string, atMs: number) => model.learn({ sessionId: `${itemId} ${atMs}`, itemId, atMs });
    for (let i = 0; i < 3; i += 1) at('old', i);
    for (let i = 0; i < 2; i += 1) at('new', limits.popularityHalfLifeMs * 4 + i);
    expect(recommend('stranger', 2)).toEqual(['new', 'old']);
  });

  it('forgets a user, and the sessions that were theirs', () => {
    const { model, visit, recommend } = createModel();
    for (const user of ['a', 'b', 'c']) visit(user, 'tent', 'stove');
    for (const user of ['d', 'e', 'f', 'g']) visit(user, 'piano', 'stool');
    visit('me', 'tent');
    expect(model.forgetVisitor('me')).toBe(true);
    expect(recommend('me', 4)).toEqual(recommend('stranger', 4));
    expect(recommend('me-session', 4)).toEqual(recommend('stranger', 4));
    expect(model.forgetVisitor('me')).toBe(false);
  });

  it('gives the same answers after its state was dumped and restored', () => {
    const { model, visit } = createModel();
    for (let i = 0; i < 300; i += 1) visit(`u${i % 17}`, `i${(i * 7) % 23}`);
    model.learn({ sessionId: 'anonymous', itemId: 'i3', atMs: 1_700_100_000_000 });
    const restored = createModel().model;
    for (const record of model.dump()) restored.restore(JSON.parse(JSON.stringify(record)) as ModelRecord);
    for (const visitor of ['u1', 'u5', 'u5-session', 'anonymous', 'stranger']) {
      expect(ids(restored.forVisitor(visitor, { count: 20 }))).toEqual(ids(model.forVisitor(visitor, { count: 20 })));
    }
    expect([...restored.dump()]).toEqual([...model.dump()]);
    expect(() => restored.restore(['what'])).toThrow(TypeError);
  });

  it('stays within its limits, and keeps what is popular', () => {
    const { model, visit, recommend } = createModel({ maxItems: 32, maxVisitors: 10, maxVisitsPerVisitor: 4 });
    for (let i = 0; i < 400; i += 1) visit(`u${i}`, 'evergreen', `i${i}`);
    const kinds: Record<string, number> = {};
    for (const [kind] of model.dump()) kinds[kind] = (kinds[kind] ?? 0) + 1;
    expect(kinds['item']).toBeLessThanOrEqual(32);
    expect(kinds['visitor']).toBeLessThanOrEqual(10);
    expect(kinds['owner']).toBeLessThanOrEqual(10);
    expect(recommend('stranger', 1)).toEqual(['evergreen']);
  });
});
