import { compareTiles, countNaively, type DatasetInteraction } from '@affinity/datasets';
import type { AttributeValue, Schema } from '@affinity/domain';
import { DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import { until } from '@affinity/testing';
import type { RebuildSystem } from './rebuild-system';

const dayMs = 86_400_000;
const colours = ['red', 'blue', 'green'];
const brands = ['one', 'other'];

/** Days before today that events are of. */
export const days = 10;

/** Whose events they are. */
export const users: readonly string[] = Array.from({ length: 40 }, (_, i) => `user${i}`);

const items: ReadonlyMap<string, ReadonlyMap<string, AttributeValue>> = new Map(
  Array.from({ length: 30 }, (_, i) => [
    `item${i}`,
    new Map<string, AttributeValue>([
      ['colour', colours[i % colours.length] ?? ''],
      ['brand', brands[Math.floor(i / 10) % brands.length] ?? ''],
      ['price', 100 * (i + 1)],
    ]),
  ]),
);

/** The events that were published, and what the generations of a system have made of them. */
export class RebuildHistory {
  /** Everything published, in the order in which that began. */
  readonly published: DatasetInteraction[] = [];

  constructor(private readonly system: RebuildSystem) {}

  /** Publishes the next event: of each user in turn, over all days. */
  async publishOne(): Promise<void> {
    const i = this.published.length;
    const event: DatasetInteraction = {
      eventId: `e${i}`,
      userId: users[(i * 7) % users.length] ?? '',
      sessionId: '',
      eventType: i % 9 === 0 ? 'park' : 'view',
      itemId: `item${(i * 11) % 30}`,
      occurredAtMs: Date.now() - ((i * 13 + Math.floor(i / users.length)) % days) * dayMs,
    };
    this.published.push(event);
    await this.system.publish(event, items.get(event.itemId) ?? new Map());
  }

  /** Publishes until there are so many. */
  async publishUpTo(count: number): Promise<void> {
    while (this.published.length < count) await Promise.all(Array.from({ length: 50 }, () => this.publishOne()));
  }

  /** Events of a user. */
  eventsOf(userId: string): number {
    return this.published.filter((event) => event.userId === userId).length;
  }

  /** All tiles of a generation. */
  async tilesOf(generation: number): Promise<readonly StoredTile[]> {
    const tiles: StoredTile[] = [];
    const table = tableNames(this.system.tablePrefix).tiles;
    const store = new DynamoTileStore({ client: this.system.dynamo, table, generation });
    for await (const tile of store.scan()) tiles.push(tile);
    return tiles;
  }

  /** Resolves when a generation has counted everything, of users and of the population. */
  async untilCounted(generation: number): Promise<void> {
    for (const kind of ['user', 'population'] as const)
      await until(
        async () => (await this.counted(generation, kind)) >= this.published.length,
        60_000,
        `all events in the ${kind} tiles of generation ${generation}`,
      );
  }

  /** Resolves when the lake holds everything. */
  async untilInLake(): Promise<void> {
    const isThere = async (): Promise<boolean> => (await this.system.linesInLake()) >= this.published.length;
    await until(isThere, 60_000, 'all events in the lake');
  }

  /** How a generation's user tiles differ from a plain loop over everything published. */
  async differences(generation: number, schema: Schema): Promise<readonly string[]> {
    const stored = (await this.tilesOf(generation)).flatMap(({ key, tile }) =>
      key.owner.kind === 'user' ? [{ key: key.owner.profileKey, day: key.day, tile }] : [],
    );
    // Events of one moment may reach the stream in another order than they were made.
    const expected = countNaively(this.published, { items, schema });
    return (await compareTiles(expected, stored, { schema, order: 'any' })).differences;
  }

  private async counted(generation: number, kind: 'user' | 'population'): Promise<number> {
    const own = (await this.tilesOf(generation)).filter(({ key }) => key.owner.kind === kind);
    return own.reduce((sum, { tile }) => sum + tile.eventCount, 0);
  }
}
