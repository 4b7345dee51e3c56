import { emptyTile, type DayTile } from './day-tile';
import { defaultFeatures, parseFeature, type Feature } from './feature-name';
import { featureValues, featureVersion } from './feature-vector';
import { addNumber, emptyNumeric } from './numeric-state';
import { parseSchema } from './schema-parse';
import type { Schema } from './schema';

const schema = ((): Schema => {
  const parsed = parseSchema({
    version: '3',
    event_types: { view: 1 },
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'price', kind: 'numeric' },
    ],
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

function tile(colours: Readonly<Record<string, number>>, prices: readonly number[]): DayTile {
  const made = emptyTile();
  made.eventCount = 1;
  made.dimensions.set('colour', { kind: 'categorical', weights: new Map(Object.entries(colours)), otherWeight: 0 });
  const price = emptyNumeric();
  for (const value of prices) addNumber(price, value, 1);
  made.dimensions.set('price', price);
  made.dimensions.set('item', {
    kind: 'item',
    items: new Map([['i', { weight: 1, lastAtMs: 86_400_000 * 98 }]]),
    otherWeight: 0,
  });
  return made;
}

const source = {
  tiles: [
    { day: 80, tile: tile({ red: 1 }, [10]) },
    { day: 98, tile: tile({ red: 2, blue: 1, green: 1 }, [20, 40]) },
  ],
  today: 100,
  userFeatures: { age: 31, vector: [0.5, 0.25], premium: true, name: 'x' },
};

function valuesOf(...names: readonly string[]): readonly number[] {
  const features = names.map((name) => parseFeature(name, schema));
  const bad = features.find((feature) => feature.kind === 'invalid');
  if (bad !== undefined) throw new Error(JSON.stringify(bad));
  return featureValues(features as Feature[], source);
}

describe('feature vectors', () => {
  it('tell statistics of a dimension over the last days', () => {
    expect(valuesOf('price.mean@7d', 'price.deviation@7d', 'price.max@30d')).toEqual([30, 10, 40]);
    expect(valuesOf('price.mean@30d')[0]).toBeCloseTo(70 / 3, 12);
    expect(valuesOf('colour.top1@7d', 'colour.top3@7d', 'colour.share[red]@30d', 'colour.distinct@7d')).toEqual([
      0.5, 1, 0.6, 3,
    ]);
    expect(valuesOf('colour.entropy@7d')[0]).toBeCloseTo(1.5 * Math.log(2), 12);
    expect(valuesOf('item.recency@30d', 'item.distinct@30d', 'events@30d', 'recency')).toEqual([2, 1, 2, 2]);
  });

  it('tell numbers of the user’s own features', () => {
    expect(valuesOf('user_features.age', 'user_features.vector.1', 'user_features.premium')).toEqual([31, 0.25, 1]);
    expect(valuesOf('user_features.name', 'user_features.missing.path')).toEqual([Number.NaN, Number.NaN]);
  });

  it('say so when there is nothing to tell', () => {
    expect(valuesOf('price.mean@1d', 'colour.top1@1d', 'colour.distinct@1d')).toEqual([Number.NaN, Number.NaN, 0]);
  });

  it('have names that are all understood by default, and a version that changes with them', () => {
    const names = defaultFeatures(schema);
    expect(names).toContain('price.mean@7d');
    expect(names.map((name) => parseFeature(name, schema)).filter(({ kind }) => kind === 'invalid')).toEqual([]);
    expect(featureVersion(names, '3')).not.toBe(featureVersion(names.slice(1), '3'));
  });

  it.each(['size.mean@7d', 'price.entropy@7d', 'price.mean', 'price.mean@0d', 'colour.top0@7d', ''])(
    'refuse the name %j',
    (name) => {
      expect(parseFeature(name, schema)).toMatchObject({ kind: 'invalid' });
    },
  );
});
