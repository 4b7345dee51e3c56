import { startPersonalize, type RunningPersonalize } from './running-personalize';

const account = 'arn:aws:personalize:eu-central-1:000000000000';
const group = `${account}:dataset-group/affinity`;
const dataset = `${account}:dataset/affinity/INTERACTIONS`;
const solution = `${account}:solution/affinity`;
const version = `${solution}/untrained`;
const campaign = `${account}:campaign/affinity-user-personalization`;
const recipe = 'arn:aws:personalize:::recipe/aws-user-personalization-v2';
const role = 'arn:aws:iam::000000000000:role/reader';
const location = { dataLocation: 's3://bucket/file.csv' };
const long = (length: number): string => 'x'.repeat(length);

const valid = {
  CreateDatasetGroup: { name: 'new' },
  CreateSchema: { name: 'new', schema: '{}' },
  CreateDataset: { name: 'new', schemaArn: `${account}:schema/s`, datasetGroupArn: group, datasetType: 'Items' },
  UpdateDataset: { datasetArn: dataset, schemaArn: `${account}:schema/s` },
  CreateDatasetImportJob: { jobName: 'new', datasetArn: dataset, dataSource: location, roleArn: role },
  CreateDataDeletionJob: { jobName: 'new', datasetGroupArn: group, dataSource: location, roleArn: role },
  CreateSolution: { name: 'new', datasetGroupArn: group, recipeArn: recipe },
  CreateSolutionVersion: { solutionArn: solution },
  CreateCampaign: { name: 'new', solutionVersionArn: version },
  UpdateCampaign: { campaignArn: campaign, solutionVersionArn: version },
  CreateEventTracker: { name: 'new', datasetGroupArn: group },
  CreateFilter: {
    name: 'new',
    datasetGroupArn: group,
    filterExpression: 'INCLUDE ItemID WHERE Items.COLOUR IN ("red")',
  },
};
type CreateOperation = keyof typeof valid;
type Case = [error: string, operation: string, body: object];

const invalid = (operation: CreateOperation, over: object): Case => [
  'InvalidInputException',
  operation,
  { ...valid[operation], ...over },
];
const missing = (operation: CreateOperation, over: object): Case => [
  'ResourceNotFoundException',
  operation,
  { ...valid[operation], ...over },
];

/** What is wrong with any name. */
const names = ['', long(64), '-starts', 'with space', 'ümlaut', 'dot.ted'];
const nameMembers: [CreateOperation, string][] = [
  ['CreateDatasetGroup', 'name'],
  ['CreateSchema', 'name'],
  ['CreateDataset', 'name'],
  ['CreateDatasetImportJob', 'jobName'],
  ['CreateDataDeletionJob', 'jobName'],
  ['CreateSolution', 'name'],
  ['CreateCampaign', 'name'],
  ['CreateEventTracker', 'name'],
  ['CreateFilter', 'name'],
];
const required: [CreateOperation, string][] = [
  ...nameMembers,
  ['CreateSchema', 'schema'],
  ['CreateDataset', 'schemaArn'],
  ['CreateDataset', 'datasetGroupArn'],
  ['CreateDataset', 'datasetType'],
  ['UpdateDataset', 'datasetArn'],
  ['UpdateDataset', 'schemaArn'],
  ['CreateDatasetImportJob', 'datasetArn'],
  ['CreateDatasetImportJob', 'dataSource'],
  ['CreateDataDeletionJob', 'datasetGroupArn'],
  ['CreateDataDeletionJob', 'dataSource'],
  ['CreateDataDeletionJob', 'roleArn'],
  ['CreateSolution', 'datasetGroupArn'],
  ['CreateSolution', 'recipeArn'],
  ['CreateSolutionVersion', 'solutionArn'],
  ['CreateCampaign', 'solutionVersionArn'],
  ['UpdateCampaign', 'campaignArn'],
  ['CreateEventTracker', 'datasetGroupArn'],
  ['CreateFilter', 'datasetGroupArn'],
  ['CreateFilter', 'filterExpression'],
];
const schemas = [
  'no json',
  '[]',
  '{}',
  '{"type":"enum"}',
  '{"type":"record","name":"I","namespace":"other","fields":[{"name":"A","type":"string"}]}',
  '{"type":"record","name":"I","namespace":"com.amazonaws.personalize.schema","fields":[]}',
  '{"type":"record","name":"I","namespace":"com.amazonaws.personalize.schema","fields":[{"type":"string"}]}',
  '{"type":"record","name":"I","namespace":"com.amazonaws.personalize.schema","fields":[{"name":"A","type":"bytes"}]}',
  long(20_001),
];
const expressions = [
  'nothing',
  'INCLUDE ItemID',
  'INCLUDE ItemID WHERE Items.A IN (x)',
  'INCLUDE ItemID WHERE Users.A IN ("x")',
  'INCLUDE ItemID WHERE Interactions.PRICE > 3',
  'INCLUDE ItemID WHERE Items.A IN ("x") AND Interactions.EVENT_TYPE IN ("y")',
  `INCLUDE ItemID WHERE Items.A IN ("${long(2_500)}")`,
];
const kinds = ['DatasetGroup', 'Schema', 'Dataset', 'Solution', 'Campaign', 'EventTracker', 'Filter'];
const jobs = ['DatasetImportJob', 'SolutionVersion', 'DataDeletionJob'];
const arnOf = (kind: string): string => `${kind.charAt(0).toLowerCase()}${kind.slice(1)}Arn`;

const cases: Case[] = [
  ...nameMembers.flatMap(([operation, member]) => names.map((name) => invalid(operation, { [member]: name }))),
  ...required.map(([operation, member]) => invalid(operation, { [member]: undefined })),
  ...required
    .filter(([, member]) => member.endsWith('Arn') && member !== 'roleArn')
    .map(([operation, member]) => invalid(operation, { [member]: 'no arn' })),
  ...schemas.map((schema) => invalid('CreateSchema', { schema })),
  ...expressions.map((filterExpression) => invalid('CreateFilter', { filterExpression })),
  invalid('CreateDatasetGroup', { domain: 'ECOMMERCE' }),
  invalid('CreateDatasetGroup', { roleArn: 'no role' }),
  invalid('CreateDatasetGroup', { tags: [{}] }),
  invalid('CreateDatasetGroup', { tags: Array(201).fill({ tagKey: 'k', tagValue: 'v' }) }),
  invalid('CreateDataset', { datasetType: 'Actors' }),
  invalid('CreateDatasetImportJob', { dataSource: {} }),
  invalid('CreateDatasetImportJob', { dataSource: { dataLocation: 'http://elsewhere/file.csv' } }),
  invalid('CreateDatasetImportJob', { dataSource: { dataLocation: `s3://bucket/${long(256)}` } }),
  invalid('CreateDatasetImportJob', { importMode: 'SOME' }),
  invalid('CreateDatasetImportJob', { importMode: 'INCREMENTAL' }),
  invalid('CreateDatasetImportJob', { roleArn: 'no role' }),
  invalid('CreateDataDeletionJob', { dataSource: { dataLocation: 'file.csv' } }),
  invalid('CreateSolution', { performAutoML: true }),
  invalid('CreateSolution', { performHPO: true }),
  invalid('CreateSolution', { eventType: long(257) }),
  invalid('CreateSolution', { solutionConfig: { eventValueThreshold: 'much' } }),
  invalid('CreateSolution', { solutionConfig: { hpoConfig: {} } }),
  invalid('CreateSolutionVersion', { trainingMode: 'HALF' }),
  invalid('CreateSolutionVersion', { trainingMode: 'UPDATE' }),
  invalid('CreateSolutionVersion', { name: long(64) }),
  invalid('CreateCampaign', { minProvisionedTPS: 0 }),
  invalid('CreateCampaign', { campaignConfig: { enableMetadataWithRecommendations: true } }),
  invalid('CreateCampaign', { campaignConfig: { itemExplorationConfig: { explorationWeight: '0.3' } } }),
  invalid('UpdateCampaign', { minProvisionedTPS: -1 }),
  missing('CreateDataset', {}),
  missing('CreateDataset', { datasetGroupArn: `${group}-2` }),
  missing('UpdateDataset', {}),
  missing('UpdateDataset', { datasetArn: `${dataset}-2` }),
  missing('CreateDatasetImportJob', { datasetArn: `${dataset}-2` }),
  missing('CreateDataDeletionJob', { datasetGroupArn: `${group}-2` }),
  missing('CreateSolution', { datasetGroupArn: `${group}-2` }),
  missing('CreateSolution', { recipeArn: `${recipe}-2` }),
  missing('CreateSolutionVersion', { solutionArn: `${solution}-2` }),
  missing('CreateCampaign', { solutionVersionArn: `${version}-2` }),
  missing('CreateCampaign', { solutionVersionArn: `${solution}-2/$LATEST` }),
  missing('UpdateCampaign', { campaignArn: `${campaign}-2` }),
  missing('CreateEventTracker', { datasetGroupArn: `${group}-2` }),
  missing('CreateFilter', { datasetGroupArn: `${group}-2` }),
  ['ResourceAlreadyExistsException', 'CreateDatasetGroup', { name: 'affinity' }],
  ['ResourceAlreadyExistsException', 'CreateSolution', { ...valid.CreateSolution, name: 'affinity' }],
  ['ResourceAlreadyExistsException', 'CreateEventTracker', valid.CreateEventTracker],
  ['ResourceInUseException', 'DeleteDatasetGroup', { datasetGroupArn: group }],
  ['ResourceInUseException', 'DeleteSolution', { solutionArn: solution }],
  ['ResourceInUseException', 'StopSolutionVersionCreation', { solutionVersionArn: version }],
  ['ResourceNotFoundException', 'GetSolutionMetrics', { solutionVersionArn: `${version}-2` }],
  ['ResourceNotFoundException', 'DescribeRecipe', { recipeArn: `${recipe}-2` }],
  ...[...kinds, ...jobs].flatMap((kind): Case[] => [
    ['InvalidInputException', `Describe${kind}`, {}],
    ['InvalidInputException', `Describe${kind}`, { [arnOf(kind)]: long(257) }],
    ['ResourceNotFoundException', `Describe${kind}`, { [arnOf(kind)]: `${account}:nothing/at-all` }],
  ]),
  ...kinds.map((kind): Case => [
    'ResourceNotFoundException',
    `Delete${kind}`,
    { [arnOf(kind)]: `${account}:no/thing` },
  ]),
  ...kinds.map((kind): Case => ['InvalidInputException', `Delete${kind}`, {}]),
  ['InvalidInputException', 'ListCampaigns', { maxResults: 0 }],
  ['InvalidInputException', 'ListCampaigns', { maxResults: 101 }],
  ['InvalidNextTokenException', 'ListCampaigns', { nextToken: 'made-up' }],
  ['SerializationException', 'ListCampaigns', { maxResults: 'ten' }],
  ['SerializationException', 'CreateSolution', { ...valid.CreateSolution, performAutoTraining: 'yes' }],
  ['SerializationException', 'CreateDatasetImportJob', { ...valid.CreateDatasetImportJob, dataSource: 's3://b/f' }],
  ['SerializationException', 'CreateFilter', { ...valid.CreateFilter, tags: {} }],
  ...[
    'CreateBatchInferenceJob',
    'CreateRecommender',
    'CreateMetricAttribution',
    'DeleteSolutionVersion',
    'Nothing',
    '',
  ].map((operation): Case => ['UnknownOperationException', operation, {}]),
];

const statusOf: Readonly<Record<string, number>> = {
  InvalidInputException: 400,
  ResourceNotFoundException: 404,
  ResourceInUseException: 409,
  ResourceAlreadyExistsException: 403,
  InvalidNextTokenException: 400,
  SerializationException: 400,
  UnknownOperationException: 404,
};
const authorization = `AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/personalize/aws4_request, SignedHeaders=host, Signature=${'a'.repeat(64)}`;

describe('what the control plane refuses', () => {
  let running: RunningPersonalize;

  beforeAll(async () => {
    running = await startPersonalize();
  });

  afterAll(async () => {
    await running.close();
  });

  const call = async (operation: string, body: object) => {
    const headers = {
      authorization,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonPersonalize.${operation}`,
    };
    const response = await fetch(`${running.endpoint}/`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Readonly<Record<string, unknown>> };
  };

  it('is more than a hundred and fifty requests, beside those of runtime and events', () => {
    expect(cases.length).toBeGreaterThan(150);
  });

  it.each(cases)('%s: %s %j', async (error, operation, body) => {
    const { status, answer } = await call(operation, body);
    expect(answer['__type']).toBe(error);
    expect(status).toBe(statusOf[error]);
    expect(answer['message']).toEqual(expect.stringMatching(/.+/));
  });

  it('refuses a sixth dataset group', async () => {
    for (let i = 0; i < 4; i += 1) expect((await call('CreateDatasetGroup', { name: `g${i}` })).status).toBe(200);
    const { status, answer } = await call('CreateDatasetGroup', { name: 'one-more' });
    expect([status, answer['__type']]).toEqual([409, 'LimitExceededException']);
  });

  it('still answers', async () => {
    await running.view('survivor', 'i');
    expect(await running.recommend('survivor')).toEqual(['i']);
  });
});
