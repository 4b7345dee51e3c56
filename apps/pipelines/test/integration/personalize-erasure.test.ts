import { PersonalizeEventsClient, PutEventsCommand } from '@aws-sdk/client-personalize-events';
import { createManualClock, systemClock } from '@affinity/service-kit';
import { until } from '@affinity/testing';
import { eraseFromPersonalize } from '../../src/forget/personalize-erasure';
import { startPersonalizeFixture, type PersonalizeFixture } from './personalize-fixture';

const group = 'affinity';

describe('eraseFromPersonalize', () => {
  let fixture: PersonalizeFixture;

  beforeAll(async () => {
    fixture = await startPersonalizeFixture();
  }, 120_000);

  afterAll(() => fixture.close());

  const files = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of fixture.store.list('downstream/')) keys.push(key);
    return keys;
  };

  const jobs = async () => {
    const { arn } = (await fixture.control.lists.datasetGroup(group))!;
    return (await fixture.control.lists.dataDeletionJobs(arn)).map(({ name, state }) => [name, state]);
  };

  function erase(
    userId: string,
    sequence: number,
    over: { readonly datasetGroup?: string; readonly patient?: boolean },
  ) {
    const { datasetGroup = group, patient = true } = over;
    return eraseFromPersonalize({
      control: fixture.control,
      store: fixture.store,
      access: { datasetGroup, roleArn: 'arn:aws:iam::000000000000:role/reader', bucket: fixture.bucket },
      userId,
      erasure: { partition: 3, sequence },
      progress: () => undefined,
      ...(patient
        ? { clock: systemClock, deadlineAt: systemClock.now() + 60_000 }
        : { clock: createManualClock(), deadlineAt: 0 }),
    });
  }

  it('deletes a user, names the job and not the user, and leaves no file', async () => {
    const events = new PersonalizeEventsClient(fixture.clientOptions);
    const event = { eventType: 'view', itemId: 'i1', sentAt: new Date(), eventId: 'e1' };
    const members = { trackingId: 'affinity-tracker', sessionId: 's', userId: 'ann, "the first"', eventList: [event] };
    await events.send(new PutEventsCommand(members));
    events.destroy();
    expect(await erase('ann, "the first"', 7, {})).toEqual({ job: 'affinity-forget-3-7', state: 'completed' });
    expect(await jobs()).toEqual([['affinity-forget-3-7', 'ready']]);
    expect(await files()).toEqual([]);
  });

  it('can be said again', async () => {
    expect(await erase('ann', 8, {})).toEqual({ job: 'affinity-forget-3-8', state: 'completed' });
    expect(await files()).toEqual([]);
  });

  it('goes on with what a run that was cut off or impatient began, and removes the files of jobs that have ended', async () => {
    expect(await erase('bob', 9, { patient: false })).toEqual({ job: 'affinity-forget-3-9', state: 'under way' });
    expect(await files()).toEqual(['downstream/erasure/affinity-forget-3-9.csv']);
    expect(await erase('eve', 10, { patient: false })).toEqual({ job: 'affinity-forget-3-10', state: 'under way' });
    expect(await files()).toContain('downstream/erasure/affinity-forget-3-10.csv');
    const again = await erase('eve', 11, {});
    expect(again).toMatchObject({ state: 'completed' });
    const done = async () => (await jobs()).every(([, state]) => state === 'ready');
    await until(done, 30_000, 'all deletions to end');
    await erase('zoe', 12, {});
    expect(await files()).toEqual([]);
  });

  it('has nothing to do where nothing was ever trained', async () => {
    expect(await erase('ann', 13, { datasetGroup: 'nowhere' })).toBe('there is no dataset group');
  });
});
