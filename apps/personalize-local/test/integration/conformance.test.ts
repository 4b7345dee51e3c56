import {
  CreateCampaignCommand,
  CreateDataDeletionJobCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateEventTrackerCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DeleteCampaignCommand,
  DeleteDatasetGroupCommand,
  DeleteFilterCommand,
  DescribeCampaignCommand,
  DescribeDataDeletionJobCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeDatasetImportJobCommand,
  DescribeEventTrackerCommand,
  DescribeFilterCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  GetSolutionMetricsCommand,
  ListDatasetImportJobsCommand,
  ListFiltersCommand,
  ListSolutionVersionsCommand,
  UpdateCampaignCommand,
} from '@aws-sdk/client-personalize';
import { PutEventsCommand } from '@aws-sdk/client-personalize-events';
import { GetPersonalizedRankingCommand, GetRecommendationsCommand } from '@aws-sdk/client-personalize-runtime';
import { until } from '@affinity/testing';
import { openConformanceTarget, type ConformanceTarget } from './conformance-target';

const interactionsSchema = JSON.stringify({
  type: 'record',
  name: 'Interactions',
  namespace: 'com.amazonaws.personalize.schema',
  fields: [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'EVENT_TYPE', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
  ],
  version: '1.0',
});
const itemsSchema = JSON.stringify({
  type: 'record',
  name: 'Items',
  namespace: 'com.amazonaws.personalize.schema',
  fields: [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'COLOUR', type: ['string', 'null'], categorical: true },
    { name: 'PRICE', type: 'float' },
  ],
  version: '1.0',
});

const items = 60;

/** Visitors who walk a ring of items, so that what comes next is there to be learned. */
function interactionsCsv(): string {
  const rows = Array.from({ length: 1_500 }, (_, n) => {
    const [user, step] = [n % 50, Math.floor(n / 50)];
    return `u${user},i${(user * 5 + step) % items},${n % 7 === 0 ? 'park' : 'view'},${1_700_000_000 + n * 60}`;
  });
  return ['USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP', ...rows, ''].join('\n');
}

function itemsCsv(): string {
  const rows = Array.from({ length: items }, (_, i) => `i${i},${i % 2 === 0 ? 'red' : 'blue'},${i * 10}`);
  return ['ITEM_ID,COLOUR,PRICE', ...rows, ''].join('\n');
}

/** The training loop and the calls around it, by the AWS clients alone: the same against the stand-in and against AWS. */
describe('the AWS clients, from an import to a recommendation', () => {
  let target: ConformanceTarget;
  const made: Record<string, string> = {};
  const arn = (name: string): string => made[name] ?? '';

  beforeAll(async () => {
    target = await openConformanceTarget();
    await target.put('interactions.csv', interactionsCsv());
    await target.put('items.csv', itemsCsv());
    await target.put('delete.csv', 'USER_ID\nu1\nu2\n');
  });

  afterAll(async () => {
    await target.close(made['group']);
  });

  const becomes = (status: string, read: () => Promise<string | undefined>, what: string) =>
    until(async () => (await read()) === status, target.patienceMs, `${what} to become ${status}`);

  it('makes a dataset group, schemas and datasets', async () => {
    const { control, name } = target;
    const group = await control.send(new CreateDatasetGroupCommand({ name: name('group') }));
    made['group'] = group.datasetGroupArn ?? '';
    const groupStatus = async () =>
      (await control.send(new DescribeDatasetGroupCommand({ datasetGroupArn: arn('group') }))).datasetGroup?.status;
    await becomes('ACTIVE', groupStatus, 'the dataset group');
    for (const [kind, schema] of [
      ['Interactions', interactionsSchema],
      ['Items', itemsSchema],
    ] as const) {
      const { schemaArn } = await control.send(new CreateSchemaCommand({ name: name(kind), schema }));
      const own = { name: name(kind), schemaArn, datasetGroupArn: arn('group'), datasetType: kind };
      made[kind] = (await control.send(new CreateDatasetCommand(own))).datasetArn ?? '';
      const status = async () =>
        (await control.send(new DescribeDatasetCommand({ datasetArn: arn(kind) }))).dataset?.status;
      await becomes('ACTIVE', status, kind);
    }
    await expect(control.send(new CreateDatasetGroupCommand({ name: name('group') }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });

  it('imports, in full first', async () => {
    const { control, name, roleArn } = target;
    const importing = (kind: string, file: string) => ({
      jobName: name(`import-${file}`),
      datasetArn: arn(kind),
      dataSource: { dataLocation: target.location(`${file}.csv`) },
      roleArn,
    });
    const incremental = { ...importing('Interactions', 'interactions'), importMode: 'INCREMENTAL' as const };
    await expect(control.send(new CreateDatasetImportJobCommand(incremental))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    for (const [kind, file] of [
      ['Interactions', 'interactions'],
      ['Items', 'items'],
    ] as const) {
      const { datasetImportJobArn } = await control.send(new CreateDatasetImportJobCommand(importing(kind, file)));
      const status = async () =>
        (await control.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }))).datasetImportJob?.status;
      await becomes('ACTIVE', status, `the import of ${file}`);
    }
    const { datasetImportJobs = [] } = await control.send(
      new ListDatasetImportJobsCommand({ datasetArn: arn('Items') }),
    );
    expect(datasetImportJobs.map(({ status }) => status)).toEqual(['ACTIVE']);
  });

  it('trains versions and tells how good they are', async () => {
    const { control, name } = target;
    for (const recipe of ['aws-user-personalization-v2', 'aws-personalized-ranking-v2']) {
      const recipeArn = `arn:aws:personalize:::recipe/${recipe}`;
      const own = { name: name(recipe), datasetGroupArn: arn('group'), recipeArn, performAutoTraining: false };
      const { solutionArn } = await control.send(new CreateSolutionCommand(own));
      const solutionStatus = async () =>
        (await control.send(new DescribeSolutionCommand({ solutionArn }))).solution?.status;
      await becomes('ACTIVE', solutionStatus, 'the solution');
      const { solutionVersionArn } = await control.send(new CreateSolutionVersionCommand({ solutionArn }));
      made[`${recipe} solution`] = solutionArn ?? '';
      made[recipe] = solutionVersionArn ?? '';
    }
    for (const recipe of ['aws-user-personalization-v2', 'aws-personalized-ranking-v2']) {
      const status = async () =>
        (await control.send(new DescribeSolutionVersionCommand({ solutionVersionArn: arn(recipe) }))).solutionVersion
          ?.status;
      await becomes('ACTIVE', status, `the version of ${recipe}`);
    }
    const solutionVersionArn = arn('aws-user-personalization-v2');
    const { metrics = {} } = await control.send(new GetSolutionMetricsCommand({ solutionVersionArn }));
    for (const key of ['coverage', 'mean_reciprocal_rank_at_25', 'precision_at_5'])
      expect(metrics[key]).toBeGreaterThan(0);
    expect(metrics['normalized_discounted_cumulative_gain_at_10']).toBeLessThanOrEqual(1);
    const solutionArn = arn('aws-user-personalization-v2 solution');
    const { solutionVersions } = await control.send(new ListSolutionVersionsCommand({ solutionArn }));
    expect(solutionVersions).toHaveLength(1);
  });

  it('makes campaigns, a tracker and filters', async () => {
    const { control, name } = target;
    for (const recipe of ['aws-user-personalization-v2', 'aws-personalized-ranking-v2']) {
      const own = { name: name(`${recipe}-c`), solutionVersionArn: arn(recipe), minProvisionedTPS: 1 };
      const { campaignArn } = await control.send(new CreateCampaignCommand(own));
      made[`${recipe} campaign`] = campaignArn ?? '';
      const status = async () => (await control.send(new DescribeCampaignCommand({ campaignArn }))).campaign?.status;
      await becomes('ACTIVE', status, 'the campaign');
    }
    const tracker = await control.send(
      new CreateEventTrackerCommand({ name: name('tracker'), datasetGroupArn: arn('group') }),
    );
    made['trackingId'] = tracker.trackingId ?? '';
    const { eventTrackerArn } = tracker;
    const trackerStatus = async () =>
      (await control.send(new DescribeEventTrackerCommand({ eventTrackerArn }))).eventTracker?.status;
    await becomes('ACTIVE', trackerStatus, 'the tracker');
    for (const [filter, filterExpression] of [
      ['colour', 'INCLUDE ItemID WHERE Items.COLOUR IN ($COLOUR)'],
      ['parked', 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("park")'],
    ] as const) {
      const own = { name: name(filter), datasetGroupArn: arn('group'), filterExpression };
      const { filterArn } = await control.send(new CreateFilterCommand(own));
      made[filter] = filterArn ?? '';
      const status = async () => (await control.send(new DescribeFilterCommand({ filterArn }))).filter?.status;
      await becomes('ACTIVE', status, `the filter ${filter}`);
    }
    const { Filters = [] } = await control.send(new ListFiltersCommand({ datasetGroupArn: arn('group') }));
    expect(Filters).toHaveLength(2);
  });

  const recommend = async (over: object = {}): Promise<string[]> => {
    const asked = { campaignArn: arn('aws-user-personalization-v2 campaign'), userId: 'u3', numResults: 20, ...over };
    const { itemList = [] } = await target.runtime.send(new GetRecommendationsCommand(asked));
    return itemList.map(({ itemId = '' }) => itemId);
  };

  it('recommends, and ranks a list', async () => {
    expect(await recommend({ numResults: 5 })).toHaveLength(5);
    const command = new GetPersonalizedRankingCommand({
      campaignArn: arn('aws-personalized-ranking-v2 campaign'),
      userId: 'u3',
      inputList: ['i4', 'never seen', 'i9'],
    });
    const { personalizedRanking = [] } = await target.runtime.send(command);
    expect(personalizedRanking.at(-1)?.itemId).toBe('never seen');
    expect(personalizedRanking).toHaveLength(3);
  });

  it('filters, with values at the time of the request', async () => {
    const red = await recommend({ filterArn: arn('colour'), filterValues: { COLOUR: '"red"' } });
    expect(red.length).toBeGreaterThan(0);
    for (const itemId of red) expect(Number(itemId.slice(1)) % 2).toBe(0);
    await expect(recommend({ filterArn: arn('colour') })).rejects.toMatchObject({ name: 'InvalidInputException' });
    await expect(recommend({ filterArn: `${arn('colour')}-2` })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('reflects events', async () => {
    const command = new PutEventsCommand({
      trackingId: arn('trackingId'),
      userId: 'newcomer',
      sessionId: 'session',
      eventList: [{ eventType: 'view', itemId: 'i30', sentAt: new Date() }],
    });
    const before = await recommend({ userId: 'newcomer' });
    await target.events.send(command);
    await until(
      async () => (await recommend({ userId: 'newcomer' })).join() !== before.join(),
      target.patienceMs,
      'the recommendations to change',
    );
  });

  it('moves a campaign to another version while it serves', async () => {
    const { control } = target;
    const solutionArn = arn('aws-user-personalization-v2 solution');
    const { solutionVersionArn } = await control.send(new CreateSolutionVersionCommand({ solutionArn }));
    const status = async () =>
      (await control.send(new DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion?.status;
    await until(
      async () => {
        expect(await recommend()).not.toHaveLength(0);
        return (await status()) === 'ACTIVE';
      },
      target.patienceMs,
      'the second version to become ACTIVE',
    );
    const campaignArn = arn('aws-user-personalization-v2 campaign');
    await control.send(new UpdateCampaignCommand({ campaignArn, solutionVersionArn }));
    const describe = async () => (await control.send(new DescribeCampaignCommand({ campaignArn }))).campaign;
    await becomes('ACTIVE', async () => (await describe())?.latestCampaignUpdate?.status, 'the update');
    expect((await describe())?.solutionVersionArn).toBe(solutionVersionArn);
    expect(await recommend()).not.toHaveLength(0);
  });

  it('deletes the data of users', async () => {
    const { control, name, roleArn } = target;
    const own = { jobName: name('deletion'), datasetGroupArn: arn('group'), roleArn };
    const dataSource = { dataLocation: target.location('delete.csv') };
    const { dataDeletionJobArn } = await control.send(new CreateDataDeletionJobCommand({ ...own, dataSource }));
    const job = async () =>
      (await control.send(new DescribeDataDeletionJobCommand({ dataDeletionJobArn }))).dataDeletionJob;
    await becomes('COMPLETED', async () => (await job())?.status, 'the deletion');
    expect((await job())?.numDeleted).toBeGreaterThanOrEqual(2);
  });

  it('keeps what is in use, and deletes what is not', async () => {
    const { control } = target;
    await expect(control.send(new DeleteDatasetGroupCommand({ datasetGroupArn: arn('group') }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await control.send(new DeleteFilterCommand({ filterArn: arn('parked') }));
    const campaignArn = arn('aws-personalized-ranking-v2 campaign');
    await control.send(new DeleteCampaignCommand({ campaignArn }));
    await until(
      async () =>
        control.send(new DescribeCampaignCommand({ campaignArn })).then(
          () => false,
          (error: unknown) => error instanceof Error && error.name === 'ResourceNotFoundException',
        ),
      target.patienceMs,
      'the campaign to be gone',
    );
  });
});
