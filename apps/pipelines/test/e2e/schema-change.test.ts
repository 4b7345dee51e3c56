import { toAttributes, type Event } from '@affinity/contracts';
import { dayOf } from '@affinity/domain';
import { until } from '@affinity/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { startRollingSystem, type RollingSystem } from './rolling-system';

const schemaText = (retentionDays: number, dimensions: readonly string[]): string => `
version: "${dimensions.length}"
event_types: { view: 1 }
retention_days: ${retentionDays}
allowed_lateness_days: 2
dimensions:
${dimensions.map((name) => `  - { name: ${name}, kind: categorical }`).join('\n')}
`;

const users = 20;
const colours = ['red', 'blue', 'green'];
const fuels = ['petrol', 'electric'];

/** Publishes and reads at a steady pace until it is told to end. */
class SteadyTraffic {
  readonly accepted: Event[] = [];
  readonly problems: string[] = [];
  reads = 0;
  private readonly ended = new AbortController();
  private readonly tasks: readonly Promise<void>[];

  constructor(private readonly system: RollingSystem) {
    this.tasks = [this.steadily(() => this.publishOne()), this.steadily(() => this.readOne())];
  }

  async end(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.tasks);
  }

  private async steadily(act: () => Promise<void>): Promise<void> {
    while (!this.ended.signal.aborted) {
      await act().catch((error: unknown) => this.problems.push(String(error)));
      await pause(20);
    }
  }

  private async publishOne(): Promise<void> {
    const number = this.accepted.length;
    const attributes = { colour: colours[number % colours.length] ?? '', fuel: fuels[number % fuels.length] ?? '' };
    const event: Event = {
      eventId: `e${number}`,
      userId: `u${number % users}`,
      sessionId: '',
      eventType: 'view',
      itemId: 'car',
      occurredAt: new Date(),
      attributes: toAttributes(new Map(Object.entries(attributes))),
      recommendationId: '',
      impression: [],
    };
    const outcome = await this.system.publish(event);
    if (outcome !== 'accepted') throw new Error(`event ${number} was ${outcome}`);
    this.accepted.push(event);
  }

  private async readOne(): Promise<void> {
    this.reads += 1;
    const { profile } = await this.system.readProfile(`u${this.reads % users}`);
    if (profile === undefined) throw new Error('an answer without a profile');
  }
}

describe('a new retention and one more dimension on a running system', () => {
  let system: RollingSystem;
  let traffic: SteadyTraffic;

  beforeAll(async () => {
    system = await startRollingSystem(schemaText(60, ['colour']));
    traffic = new SteadyTraffic(system);
  }, 180_000);

  afterAll(async () => {
    await traffic.end();
    await system.stop();
  }, 60_000);

  /** Weights of a dimension's values over all users' stored tiles. */
  async function stored(dimension: string): Promise<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const { key, tile } of await system.storedTiles()) {
      const state = tile.dimensions.get(dimension);
      if (key.owner.kind !== 'user' || state?.kind !== 'categorical') continue;
      for (const [value, weight] of state.weights) sums[value] = (sums[value] ?? 0) + weight;
    }
    return sums;
  }

  const counted = (events: readonly Event[], name: string): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { attributes } of events) {
      const kind = attributes.get(name)?.kind;
      if (kind?.$case === 'stringValue') sums[kind.value] = (sums[kind.value] ?? 0) + 1;
    }
    return sums;
  };

  const expiryDays = async (): Promise<readonly number[]> =>
    (await system.storedTiles()).map(({ key, expiresAtS }) => expiresAtS / 86_400 - key.day);

  it('fails no read, loses no event, and keeps what was stored before as long as what comes after', async () => {
    const hasSome = async (): Promise<boolean> => {
      expect(traffic.problems).toEqual([]);
      return Object.keys(await stored('colour')).length === colours.length;
    };
    await until(hasSome, 60_000, 'the first events to be stored');
    await system.roll(schemaText(120, ['colour', 'fuel']));
    const before = traffic.accepted.length;
    await until(() => traffic.accepted.length >= before + 60, 60_000, 'events after the roll');
    await traffic.end();

    const { accepted, problems, reads } = traffic;
    expect(problems).toEqual([]);
    expect(reads).toBeGreaterThan(50);
    const all = counted(accepted, 'colour');
    const isCounted = async (): Promise<boolean> => {
      expect(await stored('colour')).toEqual(all);
      return true;
    };
    await until(isCounted, 60_000, 'all events to be counted');
    const later = counted(accepted.slice(before), 'fuel');
    const fuel = await stored('fuel');
    for (const [value, weight] of Object.entries(later)) expect(fuel[value]).toBeGreaterThanOrEqual(weight);

    const { profile } = await system.readProfile('u1');
    expect(profile?.dimensions.map(({ name }) => name)).toEqual(expect.arrayContaining(['colour', 'fuel']));
  }, 240_000);

  it('keeps what nobody writes any more as long as the new retention says, once told to', async () => {
    const today = dayOf(Date.now());
    const tiles = await system.storedTiles();
    expect(tiles.every(({ key }) => today - key.day <= 1)).toBe(true);
    // What the roll left behind was written anew by later events, so another raise shows what the command does.
    await system.roll(schemaText(300, ['colour', 'fuel']));
    expect(Math.max(...(await expiryDays()))).toBeLessThan(300);
    const looked = JSON.parse(await system.affinity('retention', 'extend', '--dry-run')) as { extended: number };
    expect(looked.extended).toBe(tiles.length);
    expect(Math.max(...(await expiryDays()))).toBeLessThan(300);
    const done = JSON.parse(await system.affinity('retention', 'extend')) as { looked: number; extended: number };
    expect(done).toMatchObject({ looked: tiles.length, extended: tiles.length });
    expect(Math.min(...(await expiryDays()))).toBe(300 + 2 + 7);
    expect(JSON.parse(await system.affinity('retention', 'extend'))).toMatchObject({ extended: 0 });
  }, 240_000);
});
