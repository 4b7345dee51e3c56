import { emptyTile, foldInteraction, type Interaction } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { evaluationTables } from './evaluation-tables';
import { evaluateProfiles, type KnownVisitor } from './profile-evaluation';

const dayMs = 86_400_000;
const schema = schemaOf({
  version: '1',
  event_types: { view: 1 },
  dimensions: [{ name: 'colour', kind: 'categorical' }],
});

function views(colours: readonly string[], firstDay: number): Interaction[] {
  return colours.map((colour, i) => ({
    eventId: `${firstDay}/${i}`,
    profileKey: 'u',
    eventType: 'view',
    occurredAtMs: firstDay * dayMs + i,
    receivedAtMs: 0,
    attributes: new Map([['colour', colour]]),
  }));
}

const truth = (values: Readonly<Record<string, number>>) => new Map([['colour', new Map(Object.entries(values))]]);

function planFor(visitor: KnownVisitor) {
  const population = emptyTile();
  for (const view of views(['red', 'blue', 'blue', 'blue'], 0)) foldInteraction(population, view, { schema });
  return {
    schema,
    population,
    visitors: [visitor],
    viewCounts: [1, 4],
    priorStrengths: [0, 2, Infinity],
    halfLivesDays: [1],
    viewsAfterChange: [1],
  };
}

describe('evaluateProfiles', () => {
  it('gives raw frequencies, the prior alone and what lies between their distances', () => {
    const { byViews } = evaluateProfiles(
      planFor({ views: views(['red', 'red', 'red', 'blue'], 10), taste: truth({ red: 0.75, blue: 0.25 }) }),
    );
    const at = (priorStrength: number, count: number): number | undefined =>
      byViews.find((row) => row.priorStrength === priorStrength && row.views === count)?.distance;
    expect(at(0, 1)).toBeCloseTo(0.25, 6);
    expect(at(0, 4)).toBeCloseTo(0, 6);
    // The prior keeps one part in five for what nobody has met: red 1/5, blue 3/5.
    expect(at(Infinity, 4)).toBeCloseTo((0.55 + 0.35) / 2, 6);
    expect(at(2, 4)).toBeGreaterThan(0);
    expect(at(2, 4)).toBeLessThan(at(Infinity, 4) ?? 0);
  });

  it('compares with the new taste after a change, where decay forgets the old one', () => {
    const visitor = {
      views: [...views(['red', 'red', 'red', 'red'], 10), ...views(['blue'], 20)],
      taste: truth({ red: 1 }),
      change: { atMs: 15 * dayMs, taste: truth({ blue: 1 }) },
    };
    const evaluation = evaluateProfiles(planFor(visitor));
    const [without, decayed] = evaluation.afterChange;
    expect([without?.halfLifeDays, decayed?.halfLifeDays]).toEqual([undefined, 1]);
    expect(decayed?.distance).toBeLessThan(without?.distance ?? 0);
    expect(evaluationTables(evaluation)).toContain('prior strength 2, half-life 1 days');
  });
});
