import { parseSchema } from './schema-parse';

const valid = { version: '1', event_types: { view: 1 }, dimensions: [{ name: 'colour', kind: 'categorical' }] };

describe('parseSchema', () => {
  it('completes a schema with its defaults and the built-in dimension of items', () => {
    const parsed = parseSchema(valid);
    expect(parsed).toMatchObject({
      kind: 'schema',
      schema: {
        retentionDays: 90,
        clock: 'wall',
        dimensions: [{ name: 'colour', source: 'colour', cap: 200 }, { kind: 'item' }],
      },
    });
  });

  it('reports every problem with its path', () => {
    const parsed = parseSchema({
      version: '1',
      event_types: { 'View!': 1 },
      dimensions: [
        { name: 'price', kind: 'range', edges: [2, 1] },
        { name: 'item', kind: 'categorical' },
      ],
      clok: 'wall',
    });
    const problems = parsed.kind === 'invalid' ? parsed.problems.join('\n') : '';
    for (const part of ['event_types', 'dimensions.0.edges: must rise', '"item" is built in', 'clok'])
      expect(problems).toContain(part);
  });

  it('refuses names used twice and dimensions that cannot read their attribute', () => {
    const parsed = parseSchema({
      ...valid,
      attributes: { colour: 'number' },
      dimensions: [...valid.dimensions, { name: 'colour', kind: 'numeric' }],
    });
    expect(parsed).toEqual({
      kind: 'invalid',
      problems: [
        'dimensions.1.name: "colour" is used twice',
        'dimensions.0.source: a categorical dimension cannot read "colour", which is declared as number',
      ],
    });
  });
});
