import { emptySurvey, surveyField } from './column-survey';
import { DatasetError } from './errors';
import { deriveSchema } from './schema-derivation';
import { schemaOfYaml, schemaYaml } from './schema-document';
import type { CatalogueSurvey, InteractionSurvey } from './survey';

function catalogue(columns: Readonly<Record<string, readonly string[]>>): CatalogueSurvey {
  const surveyed = Object.entries(columns).map(([column, fields]) => {
    const survey = emptySurvey();
    for (const field of fields) surveyField(survey, field);
    return [column, survey] as const;
  });
  return { itemCount: 100, columns: new Map(surveyed) };
}

const interactions: InteractionSurvey = {
  interactionCount: 10,
  eventTypes: ['park', 'unpark', 'view', 'wave'],
  days: { first: 9_000, last: 9_009 },
  busiestVisitorDay: 1_234,
};

const fields = (of: (i: number) => string): readonly string[] => Array.from({ length: 100 }, (_, i) => of(i));

describe('deriveSchema', () => {
  const survey = catalogue({
    'Price (EUR)': fields((i) => (i % 10 === 0 ? '' : String(i * 10.5))),
    doors: fields((i) => String(3 + (i % 3))),
    colour: fields((i) => ['red', 'blue'][i % 2]!),
    genres: fields((i) => (i === 3 ? 'drama|crime' : 'drama')),
    title: fields((i) => `title ${i}`),
    manufacturer_id: fields((i) => String(i % 7)),
    item: fields(() => 'x'),
    empty: fields(() => ''),
    story: fields(() => 'long '.repeat(100)),
  });
  const { document, notes } = deriveSchema(survey, interactions);

  it('makes dimensions by what the columns hold, with valid names', () => {
    expect(document.dimensions).toEqual([
      { name: 'price_eur_', source: 'Price_EUR_', kind: 'numeric', ranking_weight: 0 },
      {
        name: 'price_eur__range',
        source: 'Price_EUR_',
        kind: 'range',
        edges: [115.5, 220.5, 325.5, 430.5, 535.5, 640.5, 745.5, 850.5, 955.5],
      },
      { name: 'doors', kind: 'categorical', cap: 200 },
      { name: 'colour', kind: 'categorical', cap: 200 },
      { name: 'genres', kind: 'categorical', cap: 200 },
      { name: 'manufacturer_id', kind: 'categorical', cap: 200 },
      { name: 'item_2', source: 'item', kind: 'categorical', cap: 200 },
    ]);
  });

  it('says which columns give no dimension and why', () => {
    expect(notes).toEqual([
      'items column title gives no dimension: nearly every text is different',
      'items column empty gives no dimension: it is empty',
      'items column story gives no dimension: it has texts of more than 256 bytes',
    ]);
  });

  it('weighs well-known event types and gives others the weight of a view', () => {
    expect(document.event_types).toEqual({ park: 5, unpark: -5, view: 1, wave: 1 });
  });

  it('has a cap for items that the busiest day does not reach, and admits historical events', () => {
    expect(document).toMatchObject({ item_cap: 1_234, clock: 'newest-event', allowed_lateness_days: 36_500 });
  });

  it('prints as a schema file that says the same, and the same every time', () => {
    const text = schemaYaml(document);
    expect(schemaOfYaml(text, 'schema.yaml').dimensions).toHaveLength(8);
    expect(schemaYaml(deriveSchema(survey, interactions).document)).toBe(text);
  });

  it('refuses a catalogue without any usable column', () => {
    expect(() => deriveSchema(catalogue({ title: fields((i) => `title ${i}`) }), interactions)).toThrow(DatasetError);
  });
});
