import {
  CreateCampaignCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeCampaignCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { GetRecommendationsCommand } from '@aws-sdk/client-personalize-runtime';
import { until } from '@affinity/testing';
import { startPersonalize, type RunningPersonalize, view } from './running-personalize';

const group = 'arn:aws:personalize:eu-central-1:000000000000:dataset-group/affinity';
const recipeArn = 'arn:aws:personalize:::recipe/aws-user-personalization-v2';
const patienceMs = 60_000;

function controlOf({ endpoint }: RunningPersonalize): PersonalizeClient {
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'anything' };
  return new PersonalizeClient({ endpoint, region: 'eu-central-1', credentials });
}

describe('a solution version', () => {
  let running: RunningPersonalize;

  beforeAll(async () => {
    running = await startPersonalize();
    // Enough to train on: fifty visitors who walk a ring of items.
    for (let step = 0; step < 3; step += 1) {
      await Promise.all(
        Array.from({ length: 50 }, (_, user) =>
          running.putEvents(
            Array.from({ length: 10 }, (_unused, i) => view(`i${(user * 5 + step * 10 + i) % 60}`)),
            `u${user}`,
          ),
        ),
      );
    }
  });

  afterAll(async () => {
    await running.close();
  });

  it('is trained from events, survives a kill while it trains and afterwards, and goes on learning', async () => {
    const first = controlOf(running);
    const own = { name: 'ring', datasetGroupArn: group, recipeArn, performAutoTraining: false };
    const { solutionArn } = await first.send(new CreateSolutionCommand(own));
    const solution = async () => (await first.send(new DescribeSolutionCommand({ solutionArn }))).solution?.status;
    await until(async () => (await solution()) === 'ACTIVE', patienceMs, 'the solution to become ACTIVE');
    const { solutionVersionArn } = await first.send(new CreateSolutionVersionCommand({ solutionArn }));

    running = await running.killAndRestart();
    const second = controlOf(running);
    const version = async () =>
      (await second.send(new DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion?.status;
    await until(async () => (await version()) === 'ACTIVE', patienceMs, 'the version to become ACTIVE after a kill');
    const { campaignArn } = await second.send(new CreateCampaignCommand({ name: 'ring', solutionVersionArn }));
    const campaign = async () => (await second.send(new DescribeCampaignCommand({ campaignArn }))).campaign?.status;
    await until(async () => (await campaign()) === 'ACTIVE', patienceMs, 'the campaign to become ACTIVE');
    const recommend = async (userId: string): Promise<string[]> => {
      const command = new GetRecommendationsCommand({ campaignArn, userId, numResults: 10 });
      return ((await running.runtime.send(command)).itemList ?? []).map(({ itemId = '' }) => itemId);
    };
    const before = await recommend('u7');
    expect(before).toHaveLength(10);

    running = await running.killAndRestart();
    expect(await recommend('u7')).toEqual(before);
    const asStranger = await recommend('newcomer');
    await running.view('newcomer', 'i30');
    expect(await recommend('newcomer')).not.toEqual(asStranger);
  });
});
