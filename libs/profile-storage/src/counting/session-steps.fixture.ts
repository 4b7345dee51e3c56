import fc from 'fast-check';
import type { WriteFate } from './faulty-tile-store.fixture';
import { chores, ModelWriter, type World } from './model-writer.fixture';

/** Whose events there are. */
export const users = ['a', 'b', 'c'];

/** Something that happens. */
export type Step = (world: World) => Promise<void>;

/** Anything that may happen to a writer, its stream and its stores. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...users).map(
      (user): Step =>
        (world) =>
          world.publish(() => world.stream.publish(user)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(50).map(
      (index): Step =>
        (world) =>
          world.publish(() => world.stream.repeat(index)),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 5 }).map(
      (count): Step =>
        (world) =>
          world.writer.fold(count),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((world) => world.writer.attempt('flushUsers')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('flushPopulation')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('saveCheckpoint')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.catchUp()) },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.publish(() => world.stream.publishForeign())) },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.writer.moveWhileIdle()) },
  { weight: 2, arbitrary: fc.constant<Step>(async (world) => world.writer.look()) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('moveWhileIdle')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...users).map(
      (user): Step =>
        (world) =>
          world.publish(() => world.stream.erase(user)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.writer.restart()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(async (world) => {
      world.zombie = world.writer;
      world.writer = await ModelWriter.start(world);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 5 }).map(
      (count): Step =>
        async (world) =>
          world.zombie?.fold(count),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...chores).map(
      (what): Step =>
        async (world) =>
          world.zombie?.attempt(what),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>(async (world) => world.zombie?.moveWhileIdle()) },
  { weight: 1, arbitrary: fc.constant<Step>(async (world) => world.zombie?.look()) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(
      (by): Step =>
        (world) =>
          world.rollBack(by),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom<WriteFate>('done', 'failed', 'unheard', 'late'), { minLength: 1, maxLength: 4 })
      .map((fates): Step => async (world) => {
        world.tiles.fates.push(...fates);
      }),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.tiles.arrive()) },
);
