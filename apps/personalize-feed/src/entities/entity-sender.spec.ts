import type { Entity } from '@affinity/personalize';
import { AffinityError, resourceExhausted } from '@affinity/service-kit';
import type { EntityOutcome } from './entity-meter';
import { EntitySender } from './entity-sender';

const signal = new AbortController().signal;

function setUp({
  put = () => Promise.resolve(),
  stored = (id: string) => id !== 'gone',
  clock = () => 0,
}: {
  put?: (entities: readonly Entity[], call: number) => Promise<void>;
  stored?: (id: string) => boolean;
  clock?: () => number;
} = {}) {
  const calls: string[][] = [];
  const ended: Record<EntityOutcome, number> = { sent: 0, gone: 0, refused: 0 };
  let reads = 0;
  const sender = new EntitySender({
    source: {
      kind: 'item',
      current: (ids) => {
        reads += 1;
        const version = reads;
        return Promise.resolve(ids.filter(stored).map((id) => ({ id, properties: `{"version":${version}}` })));
      },
    },
    writer: {
      put: async (entities) => {
        calls.push(entities.map(({ id }) => id));
        await put(entities, calls.length);
      },
    },
    quota: { take: () => Promise.resolve() },
    meter: { ended: (_, outcome, count) => (ended[outcome] += count), called: () => undefined, idle: () => undefined },
    staleAfterMs: 1_000,
    nowMs: clock,
  });
  return { sender, calls, ended };
}

describe('EntitySender', () => {
  it('sends each entity once, ten a call, and passes over those that are gone', async () => {
    const { sender, calls, ended } = setUp();
    const ids = Array.from({ length: 23 }, (_, i) => `i${i}`);
    await sender.send([...ids, 'i1', 'gone'], signal);
    expect(calls.map((call) => call.length)).toEqual([10, 10, 3]);
    expect(calls.flat()).toEqual(ids);
    expect(ended).toEqual({ sent: 23, gone: 1, refused: 0 });
  });

  it('reads anew for each attempt, so that what is sent late is not old', async () => {
    const sent: (string | undefined)[] = [];
    const { sender } = setUp({
      put: ([entity], call) => {
        if (call < 3) return Promise.reject(resourceExhausted('slow down', 0));
        sent.push(entity?.properties);
        return Promise.resolve();
      },
    });
    await sender.send(['a'], signal);
    expect(sent).toEqual(['{"version":3}']);
  });

  it('finds what is refused and tells why, and sends the others', async () => {
    const { sender, ended } = setUp({
      put: (entities) =>
        entities.some(({ id }) => id === 'bad')
          ? Promise.reject(new AffinityError('INVALID_ARGUMENT', 'no such column'))
          : Promise.resolve(),
    });
    expect(await sender.send(['a', 'bad', 'b'], signal)).toEqual([{ id: 'bad', reason: 'no such column' }]);
    expect(ended).toEqual({ sent: 2, gone: 0, refused: 1 });
  });

  it('sends again what took so long that another replica may have sent a newer state', async () => {
    const times = [0, 5_000, 6_000, 6_010];
    const { sender, calls } = setUp({ clock: () => times.shift() ?? 7_000 });
    await sender.send(['a'], signal);
    expect(calls).toEqual([['a'], ['a']]);
  });
});
