import type { MutableObjectStore } from '@affinity/lake';
import type { ControlResource, PersonalizeControl } from '@affinity/personalize';
import { fromUnknown } from '@affinity/service-kit';
import { csvLine } from '../lake/export/csv-file';
import type { PersonalizeAccess } from '../personalize-access';
import { reach, type Patience } from '../train/reach';

/** Whom Personalize is to forget, and with what. */
export interface PersonalizeErasureOptions extends Patience {
  readonly control: PersonalizeControl;
  readonly store: MutableObjectStore;
  readonly access: PersonalizeAccess;
  readonly userId: string;
  /** Where the erasure stands in the stream: the job is named after it, not after the user. */
  readonly erasure: { readonly partition: number; readonly sequence: number };
}

/**
 * What became of a user in Personalize. `under way`: the service takes up to a day; saying the command again then removes the
 * file that names the user.
 */
export type PersonalizeErasure =
  | { readonly job: string; readonly state: 'completed' | 'under way' }
  | 'no Personalize is configured'
  | 'there is no dataset group'
  | 'not in a dry run';

const folder = 'downstream/erasure/';
const header = 'USER_ID\n';

/**
 * Lets Personalize delete all that it knows of a user: individual events, imported rows, and the user's own row. The file that
 * names the user stays only until the job is done. Throws FAILED_PRECONDITION with the reason when the job fails.
 */
export async function eraseFromPersonalize(options: PersonalizeErasureOptions): Promise<PersonalizeErasure> {
  const { control, store, access, userId, erasure } = options;
  const group = await control.lists.datasetGroup(access.datasetGroup);
  if (group === undefined) return 'there is no dataset group';
  const find = async (name: string): Promise<ControlResource | undefined> =>
    (await control.lists.dataDeletionJobs(group.arn)).find((job) => job.name === name);
  const begun = await sweepFiles(options, await control.lists.dataDeletionJobs(group.arn));
  const name = begun ?? `${access.datasetGroup}-forget-${erasure.partition}-${erasure.sequence}`;
  const key = `${folder}${name}.csv`;
  const body = Buffer.from(`${header}${csvLine([userId])}`);
  if (begun === undefined) await store.put(key, { body, contentType: 'text/csv', metadata: {} });
  const job = { name, location: `s3://${access.bucket}/${key}`, roleArn: access.roleArn };
  const make = () => control.createDataDeletionJob(group.arn, job);
  try {
    await reach({ what: `deletion ${name}`, find: () => find(name), make, quotaPasses: true }, options);
  } catch (thrown) {
    if (fromUnknown(thrown).code === 'DEADLINE_EXCEEDED') return { job: name, state: 'under way' };
    // A job that failed does not read its file again; what was not begun is begun by the next run.
    if ((await find(name))?.state === 'failed') await store.remove(key);
    throw thrown;
  }
  await store.remove(key);
  return { job: name, state: 'completed' };
}

/** Removes the files of jobs that have ended, whoever began them. Returns this user's job that an earlier run began. */
async function sweepFiles(
  { store, userId }: PersonalizeErasureOptions,
  jobs: readonly ControlResource[],
): Promise<string | undefined> {
  let own: string | undefined;
  for await (const { key } of store.list(folder)) {
    const name = key.slice(folder.length).replace(/\.csv$/, '');
    const state = jobs.find((job) => job.name === name)?.state;
    if (state === 'ready' || state === 'failed') await store.remove(key);
    else if (await names(store, key, userId)) own = name;
  }
  return own;
}

async function names(store: MutableObjectStore, key: string, userId: string): Promise<boolean> {
  const found = await store.get(key);
  return found !== undefined && Buffer.from(found.body).toString() === `${header}${csvLine([userId])}`;
}
