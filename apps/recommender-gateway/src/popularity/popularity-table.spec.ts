import { FallbackItems } from './fallback-items';
import { PopularityTable } from './popularity-table';

const halfLifeMs = 1_000;

function createTable(maxItems = 100) {
  const clock = { nowMs: 0 };
  return { clock, table: new PopularityTable({ halfLifeMs, maxItems, nowMs: () => clock.nowMs }) };
}

describe('PopularityTable', () => {
  it('orders by weight, which halves as time passes', () => {
    const { clock, table } = createTable();
    table.add('old', 3, 0);
    clock.nowMs = 2_000;
    table.add('new', 1, 2_000);
    expect(table.top(2)).toEqual([
      { itemId: 'new', weight: 1 },
      { itemId: 'old', weight: 0.75 },
    ]);
    expect(table.top(1)).toHaveLength(1);
  });

  it('adds what comes late as if it had come in time', () => {
    const { clock, table } = createTable();
    table.add('x', 1, 2_000);
    table.add('x', 4, 0);
    clock.nowMs = 2_000;
    expect(table.weightOf('x')).toBe(2);
  });

  it('takes away for negative weights, and names nothing that has none left', () => {
    const { table } = createTable();
    table.add('x', 5, 0);
    table.add('x', -5, 0);
    expect(table.top(1)).toEqual([]);
    expect(table.weightOf('x')).toBe(0);
  });

  it('keeps the most popular of too many', () => {
    const { table } = createTable(100);
    for (let i = 0; i < 1_000; i += 1) table.add(`i${i}`, i === 3 ? 50 : 1, 0);
    expect(table.top(1_000).length).toBeLessThanOrEqual(100);
    expect(table.top(1)[0]?.itemId).toBe('i3');
  });
});

describe('FallbackItems', () => {
  it('names what people met before what the model proposed, with the place of each', () => {
    const events = createTable().table;
    const fallback = new FallbackItems({ events, answers: createTable().table, nowMs: () => 0 });
    fallback.noteAnswer(['proposed', 'met']);
    events.add('met', 1, 0);
    expect(fallback.top(5)).toMatchObject([
      { itemId: 'met', origin: 'popular', rank: 1 },
      { itemId: 'proposed', origin: 'answered', rank: 2 },
    ]);
    expect(fallback.top(1)).toHaveLength(1);
    expect(fallback.among(['unknown', 'proposed'])).toMatchObject([{ itemId: 'proposed', rank: 1 }]);
  });
});
