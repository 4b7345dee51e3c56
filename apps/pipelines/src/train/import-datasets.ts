import type { ControlDataset, ControlResource } from '@affinity/personalize';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { fieldChange } from './dataset-fields';
import type { FileToImport } from './exported-files';
import { reach, waitFor } from './reach';
import type { ImportReport, TrainOptions } from './train-options';

/** The dataset group's ARN, once it is ready. */
export async function reachDatasetGroup(options: TrainOptions): Promise<string> {
  const { control, datasetGroup: name } = options;
  const find = () => control.lists.datasetGroup(name);
  return (await reach({ what: `dataset group ${name}`, find, make: () => control.createDatasetGroup(name) }, options))
    .arn;
}

/** What is imported where, in which run. */
export interface ImportPlan {
  readonly datasetGroupArn: string;
  readonly files: readonly FileToImport[];
  readonly label: string;
}

/** Imports all files, each into its dataset, which is made where it is missing. Throws FAILED_PRECONDITION when an import fails. */
export function importFiles(options: TrainOptions, plan: ImportPlan): Promise<readonly ImportReport[]> {
  return Promise.all(plan.files.map((file) => importFile(options, plan, file)));
}

async function importFile(options: TrainOptions, plan: ImportPlan, file: FileToImport): Promise<ImportReport> {
  const { control, bucket, roleArn } = options;
  const dataset = await reachDataset(options, plan, file);
  const jobs = await control.lists.importJobs(dataset.arn);
  const plain = `${options.datasetGroup}-${file.kind.toLowerCase()}-${plan.label}`;
  const adopted = adoptableJob(jobs, plain);
  const attempt = jobs.filter(({ name }) => isAttempt(name, plain)).length + 1;
  const name = adopted?.name ?? (attempt === 1 ? plain : `${plain}-${attempt}`);
  const wasDone = adopted?.state === 'ready';
  const find = async () => (await control.lists.importJobs(dataset.arn)).find((job) => job.name === name);
  const job = { name, location: `s3://${bucket}/${file.key}`, roleArn };
  const make = () => control.createImportJob(dataset.arn, job);
  const reached = await reach({ what: `import ${name} of ${file.rows} rows`, find, make, quotaPasses: true }, options);
  return {
    dataset: dataset.arn,
    key: file.key,
    rows: file.rows,
    job: reached.arn,
    outcome: wasDone ? 'imported before' : 'imported',
  };
}

/** An earlier attempt of this run, unless it failed or another import replaced its data since. */
export function adoptableJob(jobs: readonly ControlResource[], plain: string): ControlResource | undefined {
  const newest = newestOf(jobs.filter(({ state }) => state !== 'failed'));
  return newest !== undefined && isAttempt(newest.name, plain) ? newest : undefined;
}

/** The resource that was made last. */
export function newestOf<T extends ControlResource>(resources: readonly T[]): T | undefined {
  return resources.reduce<T | undefined>(
    (newest, one) => (newest === undefined || one.createdAtMs >= newest.createdAtMs ? one : newest),
    undefined,
  );
}

/** Jobs cannot be deleted, and their names are taken for ever: a further attempt has a number. */
function isAttempt(name: string, plain: string): boolean {
  return name === plain || (name.startsWith(`${plain}-`) && /^\d+$/.test(name.slice(plain.length + 1)));
}

async function reachDataset(
  options: TrainOptions,
  { datasetGroupArn }: ImportPlan,
  file: FileToImport,
): Promise<ControlDataset> {
  const { control, datasetGroup } = options;
  const { kind, schema } = file;
  const find = async () => (await control.lists.datasets(datasetGroupArn)).find((dataset) => dataset.kind === kind);
  const name = `${datasetGroup}-${kind.toLowerCase()}`;
  const make = async (): Promise<void> => {
    const schemaArn = await ensureSchema(options, file);
    await control.createDataset({ name, kind, datasetGroupArn, schemaArn });
  };
  const dataset = await reach({ what: `dataset ${name}`, find, make }, options);
  const { text } = await control.lists.schemaOf(dataset.arn);
  const change = text === undefined ? 'same' : fieldChange(kind, { has: text, wanted: schema });
  if (change === 'wider') await widen(options, dataset, file);
  else if (change !== 'same')
    throw new AffinityError('FAILED_PRECONDITION', `${dataset.arn} does not fit ${file.key}: ${change.refused}`);
  return dataset;
}

/** Schemas never change, so the name holds a digest. */
async function ensureSchema({ control, datasetGroup }: TrainOptions, { kind, schema }: FileToImport): Promise<string> {
  const digest = createHash('sha256').update(schema).digest('hex').slice(0, 8);
  const name = `${datasetGroup}-${kind.toLowerCase()}-${digest}`;
  return (await control.lists.schema(name))?.arn ?? (await control.createSchema(name, schema));
}

async function widen(options: TrainOptions, { arn }: ControlDataset, file: FileToImport): Promise<void> {
  const { control, progress } = options;
  const schemaArn = await ensureSchema(options, file);
  progress(`${arn}: further columns`);
  await control.updateDataset(arn, schemaArn);
  await waitFor(`${arn} to have its new schema`, options, async () => {
    const { update } = await control.lists.schemaOf(arn);
    if (update?.toArn !== schemaArn || update.state === 'making') return undefined;
    if (update.state === 'ready') return true;
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `${arn} keeps its schema: ${update.failureReason ?? 'no reason given'}`,
    );
  });
}
