import { parseExperiment } from './experiment';

describe('parseExperiment', () => {
  it('reads variants; the salt is the name unless told', () => {
    const text = `
      name: heavier-preference
      variants:
        - { name: control, share: 1 }
        - name: heavier
          share: 3
          preference_weight: 2
          campaign: "arn:aws:personalize:eu-central-1:1:campaign/x"
          ranking_campaign: "arn:aws:personalize:eu-central-1:1:campaign/y"`;
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
            rankingCampaign: 'arn:aws:personalize:eu-central-1:1:campaign/y',
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

  it('refuses what is no campaign, and one campaign for both questions', () => {
    const campaign = 'arn:aws:personalize:eu-central-1:1:campaign/x';
    const of = (second: string) => parseExperiment(`{ name: e, variants: [{ name: a, share: 1 }, { ${second} }] }`);
    const wrong = 'arn:aws:personalize:eu-central-1:1:solution/x';
    expect(of(`name: b, share: 1, campaign: x, ranking_campaign: "${wrong}"`)).toEqual({
      kind: 'invalid',
      problems: ['campaign', 'ranking_campaign'].map((field) => `variants.1.${field}: must be the ARN of a campaign`),
    });
    expect(of(`name: b, share: 1, campaign: "${campaign}", ranking_campaign: "${campaign}"`)).toEqual({
      kind: 'invalid',
      problems: [expect.stringContaining('variants.1.ranking_campaign: must not be its campaign as well')],
    });
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
