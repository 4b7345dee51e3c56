import { PutItemsCommand, PutUsersCommand } from '@aws-sdk/client-personalize-events';
import { GetPersonalizedRankingCommand, GetRecommendationsCommand } from '@aws-sdk/client-personalize-runtime';
import { arns, startPersonalize, type RunningPersonalize, view } from './running-personalize';

describe('personalize-local with the unmodified AWS clients', () => {
  let running: RunningPersonalize;

  beforeAll(async () => {
    running = await startPersonalize();
    for (const user of ['a', 'b', 'c']) await running.view(user, 'tent', 'stove');
    for (const user of ['d', 'e', 'f', 'g']) await running.view(user, 'piano', 'stool');
  });

  afterAll(() => running.close());

  it('recommends popular items to a stranger, with falling scores and an id that events can carry back', async () => {
    const command = new GetRecommendationsCommand({ campaignArn: arns.visitor, userId: 'stranger', numResults: 3 });
    const { itemList = [], recommendationId = '', $metadata } = await running.runtime.send(command);
    const scores = itemList.map(({ score }) => score ?? Number.NaN);
    expect(itemList).toHaveLength(3);
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    expect(recommendationId.length).toBe(40);
    expect($metadata.requestId).toMatch(/^[\da-f-]{36}$/);
    await running.putEvents([view('piano', { recommendationId })], 'd');
  });

  it('reflects an event in the very next answer', async () => {
    await running.view('me', 'tent');
    expect((await running.recommend('me'))[0]).toBe('stove');
    await running.view('me', 'piano');
    expect((await running.recommend('me'))[0]).toBe('stool');
  });

  it('gives 25 items unless told, and as many as told', async () => {
    await running.putEvents(
      Array.from({ length: 10 }, (_, i) => view(`filler-${i}`)),
      'x',
    );
    for (let k = 1; k < 4; k += 1)
      await running.putEvents(
        Array.from({ length: 10 }, (_, i) => view(`filler-${k}${i}`)),
        'x',
      );
    const command = new GetRecommendationsCommand({ campaignArn: arns.visitor, userId: 'stranger' });
    expect((await running.runtime.send(command)).itemList).toHaveLength(25);
    expect(await running.recommend('stranger', 1)).toHaveLength(1);
    expect((await running.recommend('stranger', 500)).length).toBeGreaterThan(40);
  });

  it('relates items to an item', async () => {
    const command = new GetRecommendationsCommand({ campaignArn: arns.related, itemId: 'tent', numResults: 5 });
    const { itemList = [] } = await running.runtime.send(command);
    expect(itemList[0]?.itemId).toBe('stove');
    expect(itemList.map(({ itemId }) => itemId)).not.toContain('tent');
  });

  it('ranks a list, unknown items last', async () => {
    await running.view('camper', 'tent');
    expect(await running.rank('camper', ['unknown', 'stool', 'stove'])).toEqual(['stove', 'stool', 'unknown']);
    const command = new GetPersonalizedRankingCommand({
      campaignArn: arns.ranking,
      userId: 'camper',
      inputList: ['stove'],
    });
    expect((await running.runtime.send(command)).recommendationId?.length).toBe(40);
  });

  it('knows an anonymous visitor by session, and joins the history once an event carries both', async () => {
    await running.putEvents([view('tent')]);
    expect((await running.recommend('session of a stranger'))[0]).toBe('stove');
    await running.putEvents([view('', { itemId: undefined, eventType: 'login' })], 'joined');
    expect(await running.recommend('session of joined')).toEqual(await running.recommend('joined'));
  });

  it('takes items and users, and ranks a new item among the known', async () => {
    const items = [{ itemId: 'brand-new', properties: JSON.stringify({ colour: 'red' }) }];
    await running.events.send(new PutItemsCommand({ datasetArn: arns.items, items }));
    const users = [{ userId: 'me', properties: JSON.stringify({ age: 30 }) }];
    await running.events.send(new PutUsersCommand({ datasetArn: arns.users, users }));
    expect(await running.rank('camper', ['never-put', 'brand-new'])).toEqual(['brand-new', 'never-put']);
  });
});
