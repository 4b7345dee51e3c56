import { parseExperiment } from './experiment';

describe('parseExperiment', () => {
  it('reads variants; the salt is the name unless told', () => {
    const text = `
      name: heavier-preference
      variants:
        - { name: control, share: 1 }
        - { name: heavier, share: 3, preference_weight: 2, campaign: "arn:aws:personalize:eu-central-1:1:campaign/x" }`;
    expect(parseExperiment(text)).toEqual({
      kind: 'experiment',
      experiment: {
        name: 'heavier-preference',
        salt: 'heavier-preference',
        variants: [
          { name: 'control', share: 1 },
          {
            name: 'heavier',
            share: 3,
            preferenceWeight: 2,
            campaign: 'arn:aws:personalize:eu-central-1:1:campaign/x',
          },
        ],
      },
    });
  });

  it('names everything that is wrong with its place', () => {
    const text = `
      name: E!
      variants: [{ name: a, share: 0 }, { name: a, share: 1, weight: 3 }]`;
    const parsed = parseExperiment(text);
    const problems = parsed.kind === 'invalid' ? parsed.problems.join('\n') : '';
    for (const part of ['name: must be', 'variants.0.share', 'variants.1: Unrecognized key: "weight"'])
      expect(problems).toContain(part);
    expect(parseExperiment('variants: [')).toMatchObject({ kind: 'invalid' });
    expect(parseExperiment('')).toMatchObject({ kind: 'invalid' });
  });

  it('refuses names used twice and a single variant', () => {
    const of = (variants: string) => parseExperiment(`{ name: e, variants: [${variants}] }`);
    expect(of('{ name: a, share: 1 }, { name: a, share: 1 }')).toEqual({
      kind: 'invalid',
      problems: ['variants: names must differ'],
    });
    expect(of('{ name: a, share: 1 }')).toMatchObject({ kind: 'invalid' });
  });
});
