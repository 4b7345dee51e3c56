import { isNoLater, type Interaction } from '@affinity/domain';
import { unavailable } from '@affinity/service-kit';
import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { interactionsOf, type Message, type ModelStream } from './model-stream.fixture';
import { ModelWriter, partition, World } from './model-writer.fixture';
import { step, users } from './session-steps.fixture';

/*
 * The writer's own code under random schedules: messages come, sessions crash and live on as zombies, writes fail, succeed
 * unheard or arrive late, the stream loses its tail and hands the same numbers out again, clients repeat events. Each event
 * carries its own id as a value, so a tile shows how often each was counted.
 */

/** How often each event is counted, over the tiles of an owner kind, as a reader sees them. */
async function countsOf(world: World, kind: 'user' | 'population'): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const tombstones = await world.tombstones.read(users);
  for (const { key, tile, mark } of world.stored.all()) {
    if (key.owner.kind !== kind) continue;
    const tombstone = key.owner.kind === 'user' ? tombstones.get(key.owner.profileKey) : undefined;
    if (tombstone !== undefined && isNoLater(mark, tombstone.mark)) continue;
    const ids = tile.dimensions.get('id');
    for (const [id, weight] of ids?.kind === 'categorical' ? ids.weights : [])
      counts.set(id, (counts.get(id) ?? 0) + weight);
  }
  return counts;
}

/** How often each event stands in the messages. */
function times(messages: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { eventId } of interactionsOf(messages)) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return counts;
}

/** Whether an erasure among the messages covers an event. */
function erased(messages: readonly Message[], { profileKey, occurredAtMs }: Interaction): boolean {
  return messages.some(({ erasure }) => erasure?.profileKey === profileKey && erasure.requestedAtMs >= occurredAtMs);
}

/** How often a user's tile may count an event: once, if the stream holds it and no erasure covers it. */
function allowedCounts({ messages, lost }: ModelStream, interaction: Interaction): readonly number[] {
  if (erased(messages, interaction)) return [0];
  // What the stream lost may have been counted, or have erased, before it was lost.
  if (erased(lost, interaction) || !times(messages).has(interaction.eventId)) return [0, 1];
  return [1];
}

describe('PartitionSession', () => {
  it('counts every event of the stream exactly once, whatever crashes, lags, lies, is erased or rolled back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 100, size: 'max' }), async (steps) => {
        const world = new World();
        world.writer = await ModelWriter.start(world);
        for (const run of steps) await run(world);
        await world.tiles.arrive();
        world.tiles.fates.length = 0;
        await world.writer.settle();
        await world.writer.restart();
        await world.writer.settle();

        const { stream } = world;
        const user = await countsOf(world, 'user');
        for (const interaction of interactionsOf([...stream.messages, ...stream.lost])) {
          const counted = user.get(interaction.eventId) ?? 0;
          expect([interaction.eventId, allowedCounts(stream, interaction)]).toEqual([
            interaction.eventId,
            expect.arrayContaining([counted]) as unknown,
          ]);
        }
        const [stored, lost, population] = [
          times(stream.messages),
          times(stream.lost),
          await countsOf(world, 'population'),
        ];
        for (const id of new Set([...stored.keys(), ...population.keys()])) {
          const counted = population.get(id) ?? 0;
          expect(counted).toBeGreaterThanOrEqual(stored.get(id) ?? 0);
          expect(counted).toBeLessThanOrEqual((stored.get(id) ?? 0) + (lost.get(id) ?? 0));
        }
      }),
      { numRuns: 3_000 },
    );
  }, 120_000);

  it('writes nothing when a restart meets only events that are counted already', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of users) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(3);
    await world.writer.attempt('flushUsers');
    await world.writer.attempt('flushPopulation');
    const before = world.stored.all().map(({ version }) => version);
    await world.writer.restart();
    await world.writer.settle();
    expect(world.stored.all().map(({ version }) => version)).toEqual(before);
  });

  it('keeps population events when users are flushed faster', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const what of [1, 2]) {
      await world.publish(() => world.stream.publish('a'));
      await world.writer.fold(1);
      await world.writer.attempt('flushUsers');
      if (what === 1) await world.writer.attempt('flushPopulation');
    }
    await world.writer.attempt('saveCheckpoint');
    await world.writer.restart();
    await world.writer.settle();
    expect(await countsOf(world, 'population')).toEqual(times(world.stream.messages));
  });

  it('keeps what it counted when a read that was given up is answered late', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    await world.publish(() => world.stream.publish('a'));
    const read = world.tiles.read.bind(world.tiles);
    const late = { answer: (): void => undefined };
    jest.spyOn(world.tiles, 'read').mockImplementationOnce(async (keys) => {
      const found = await read(keys);
      await new Promise<void>((resolve) => (late.answer = resolve));
      return found;
    });
    jest.spyOn(world.tiles, 'read').mockRejectedValueOnce(unavailable('the users’ tiles are away'));
    const folding = world.writer.fold(1);
    await delay(300); // Time enough to try again.
    late.answer();
    await Promise.all([folding, delay(10)]);

    await world.publish(() => world.stream.publish('b'));
    await world.writer.settle();
    expect(await countsOf(world, 'population')).toEqual(times(world.stream.messages));
  });

  it('moves the checkpoint only past events whose tiles are all stored', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    await world.publish(() => world.stream.publish('a'));
    await world.writer.fold(1);
    await world.writer.attempt('flushUsers');
    await world.writer.attempt('saveCheckpoint');
    expect(await world.checkpoints.read(partition)).toBeUndefined();
    await world.writer.attempt('flushPopulation');
    await world.writer.attempt('saveCheckpoint');
    expect((await world.checkpoints.read(partition))?.mark.sequence).toBe(1);
  });

  it('moves an idle checkpoint past no message that took the number of one that was lost', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.settle();
    await world.rollBack(1);
    await world.publish(() => world.stream.publish('c'));
    for (let i = 0; i < 3; i += 1) await world.publish(() => world.stream.publishForeign());
    world.writer.look();
    await world.writer.attempt('moveWhileIdle');
    await world.writer.restart();
    await world.writer.settle();
    expect(await countsOf(world, 'user')).toEqual(
      new Map([
        ['e1', 1],
        ['e2', 1],
        ['e3', 1],
      ]),
    );
  });

  it('announces with the next flush what was stored while another tile failed', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(2);
    world.tiles.fates.push('done', 'failed');
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([]);
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 2, users: ['a', 'b'] }]);
  });

  it('announces what came before an erasure while the erasure waits, and nothing that was erased', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.publish(() => world.stream.erase('a'));
    let away = true;
    const write = world.tombstones.write.bind(world.tombstones);
    jest.spyOn(world.tombstones, 'write').mockImplementation((...written) => {
      if (away) throw unavailable('the store is away');
      return write(...written);
    });
    const folding = world.writer.fold(3);
    while (world.writer.announced.length === 0) await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 2, users: ['a', 'b'] }]);
    away = false;
    await folding;
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced.slice(1)).toEqual([{ upTo: 3, users: [] }]);
  });

  it('announces nothing of a profile that was erased before its tile was announced', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(2);
    world.tiles.fates.push('done', 'failed');
    await world.writer.attempt('flushUsers');
    await world.publish(() => world.stream.erase('a'));
    await world.writer.fold(1);
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 3, users: ['b'] }]);
  });
});
