import { AwsError, invalidInput } from '../errors';
import { parseLocation } from '../objects/csv-objects';
import type { Operation } from '../operations/operation';
import { arnRule } from '../wire/shared-rules';
import { type DatasetType, parseDatasetSchema, type SchemaField, whyNoReplacement, whyUnfit } from './dataset-schema';
import { checkTags, nameRule } from './shared-members';

/** Source: "Service quotas", Amazon Personalize developer guide. */
const quotas = { datasetGroups: 5, schemas: 500, importJobsUnderWay: 5, deletionJobsPending: 5 };
const datasetTypes: readonly DatasetType[] = ['Interactions', 'Items', 'Users'];
const locationRule = { max: 256, pattern: /^s3:\/\/([a-z\d.-]+)(\/.*)?$/ };
const roleRule = { max: 256, pattern: /^arn:([a-z\d-]+):iam::\d{12}:role\/.+$/ };

/** CreateDatasetGroup. Domains and keys are refused: there are custom resources alone. */
export const createDatasetGroup: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const unsupported = ['domain', 'kmsKeyArn'].filter((member) => members.has(member));
  for (const member of unsupported) members.note(member, 'personalize-local has no such feature');
  members.text('roleArn', roleRule);
  checkTags(members);
  members.check();
  const arn = control.arn(`dataset-group/${name}`);
  const quota = { max: quotas.datasetGroups, counts: () => true };
  await control.make({ kind: 'datasetGroup', arn, name, dependsOn: [], members: {} }, quota);
  return { datasetGroupArn: arn };
};

/** CreateSchema. */
export const createSchema: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const schema = members.requiredText('schema', { max: 20_000 });
  if (members.has('domain')) members.note('domain', 'personalize-local has no such feature');
  members.check();
  const fields = parseDatasetSchema(schema);
  if (typeof fields === 'string') throw invalidInput([`Value at 'schema' is no schema: ${fields}`]);
  const arn = control.arn(`schema/${name}`);
  const toMake = { kind: 'schema', arn, name, dependsOn: [], members: { schema }, internal: { fields } } as const;
  await control.make({ ...toMake, status: 'ACTIVE' }, { max: quotas.schemas, counts: () => true });
  return { schemaArn: arn };
};

/** CreateDataset: one of each type in a dataset group. */
export const createDataset: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const schemaArn = members.requiredText('schemaArn', arnRule);
  const datasetGroupArn = members.requiredText('datasetGroupArn', arnRule);
  const given = members.requiredText('datasetType', { max: 256 });
  checkTags(members);
  members.check();
  const datasetType = datasetTypes.find((type) => type.toLowerCase() === given.toLowerCase());
  if (datasetType === undefined)
    throw invalidInput([`The dataset type ${given} is not one of ${datasetTypes.join(', ')}`]);
  const group = control.resources.getActive('datasetGroup', datasetGroupArn);
  const fields = (control.resources.get('schema', schemaArn).internal?.['fields'] ?? []) as readonly SchemaField[];
  const unfit = whyUnfit(fields, datasetType);
  if (unfit !== undefined) throw invalidInput([unfit]);
  const arn = control.arn(`dataset/${group.name}/${datasetType.toUpperCase()}`);
  const dependsOn = [datasetGroupArn, schemaArn];
  const own = { datasetGroupArn, datasetType, schemaArn };
  await control.make({ kind: 'dataset', arn, name, dependsOn, members: own });
  return { datasetArn: arn };
};

/** UpdateDataset: another schema, with the fields of the one before and more. */
export const updateDataset: Operation = async (members, { control, nowMs }) => {
  const arn = members.requiredText('datasetArn', arnRule);
  const schemaArn = members.requiredText('schemaArn', arnRule);
  members.check();
  const dataset = control.resources.getActive('dataset', arn);
  const { datasetGroupArn, datasetType, schemaArn: before } = dataset.members;
  const fieldsOf = (schema: string): readonly SchemaField[] =>
    (control.resources.get('schema', schema).internal?.['fields'] ?? []) as readonly SchemaField[];
  const unfit = whyNoReplacement(fieldsOf(schemaArn), {
    before: before === undefined ? [] : fieldsOf(before as string),
    datasetType: datasetType as DatasetType,
  });
  if (unfit !== undefined) throw invalidInput([unfit]);
  const nowS = nowMs() / 1_000;
  const latestDatasetUpdate = { schemaArn, status: 'ACTIVE', creationDateTime: nowS, lastUpdatedDateTime: nowS };
  await control.change(dataset, {
    dependsOn: [datasetGroupArn as string, schemaArn],
    members: { ...dataset.members, schemaArn, latestDatasetUpdate },
  });
  return { datasetArn: arn };
};

/** CreateDatasetImportJob: the first import of a dataset must be FULL. */
export const createDatasetImportJob: Operation = async (members, { control, nowMs }) => {
  const name = members.requiredText('jobName', nameRule);
  const datasetArn = members.requiredText('datasetArn', arnRule);
  const dataLocation = members.requiredStructure('dataSource').requiredText('dataLocation', locationRule);
  const roleArn = members.text('roleArn', roleRule);
  const importMode = members.choice('importMode', ['FULL', 'INCREMENTAL'] as const) ?? 'FULL';
  if (members.truth('publishAttributionMetricsToS3') === true)
    members.note('publishAttributionMetricsToS3', 'personalize-local has no metric attributions');
  checkTags(members);
  members.check();
  requireLocation(dataLocation);
  const dataset = control.resources.getActive('dataset', datasetArn);
  const done = control.resources.dependants(datasetArn).filter(({ kind }) => kind === 'datasetImportJob');
  const isFirst = !done.some(({ status }) => status === 'ACTIVE');
  if (importMode === 'INCREMENTAL' && isFirst) throw invalidInput(['The first import of a dataset must be FULL']);
  const arn = control.arn(`dataset-import-job/${name}`);
  await control.make(
    {
      kind: 'datasetImportJob',
      arn,
      name,
      dependsOn: [datasetArn],
      members: { datasetArn, dataSource: { dataLocation }, importMode, ...(roleArn === undefined ? {} : { roleArn }) },
      internal: {
        group: dataset.members['datasetGroupArn'],
        datasetType: dataset.members['datasetType'],
        importNumber: nowMs(),
      },
    },
    {
      max: quotas.importJobsUnderWay,
      counts: ({ status }) => status.startsWith('CREATE') && status !== 'CREATE FAILED',
    },
  );
  return { datasetImportJobArn: arn };
};

/** CreateDataDeletionJob. */
export const createDataDeletionJob: Operation = async (members, { control }) => {
  const name = members.requiredText('jobName', nameRule);
  const datasetGroupArn = members.requiredText('datasetGroupArn', arnRule);
  const dataLocation = members.requiredStructure('dataSource').requiredText('dataLocation', locationRule);
  const roleArn = members.requiredText('roleArn', roleRule);
  checkTags(members);
  members.check();
  requireLocation(dataLocation);
  control.resources.getActive('datasetGroup', datasetGroupArn);
  const arn = control.arn(`data-deletion-job/${name}`);
  await control.make(
    {
      kind: 'dataDeletionJob',
      arn,
      name,
      status: 'PENDING',
      dependsOn: [datasetGroupArn],
      members: { datasetGroupArn, dataSource: { dataLocation }, roleArn, numDeleted: 0 },
    },
    { max: quotas.deletionJobsPending, counts: ({ status }) => status === 'PENDING' },
  );
  return { dataDeletionJobArn: arn };
};

function requireLocation(location: string): void {
  if (parseLocation(location) === undefined) throw new AwsError('InvalidInputException', `${location} is no location`);
}
