import { dayOf, type Day, type Interaction } from '@affinity/domain';
import type { TileKey } from '../tile-store';

/** The tiles in which interactions are counted, each of them once however many interactions it counts. */
export class WantedTiles {
  readonly userKeys: TileKey[] = [];
  readonly populationKeys: TileKey[] = [];
  /** Where the key of the n-th interaction's tile stands. */
  readonly userOf: number[] = [];
  readonly populationOf: number[] = [];
  private readonly days = new Map<Day, { readonly population: number; readonly users: Map<string, number> }>();

  constructor(private readonly place: { readonly partition: number; readonly region: string }) {}

  /** Wants the tiles of an interaction. */
  add({ profileKey, occurredAtMs }: Interaction): void {
    const day = dayOf(occurredAtMs);
    const { population, users } = this.days.get(day) ?? this.addDay(day);
    let user = users.get(profileKey);
    if (user === undefined) {
      user = this.userKeys.push({ owner: { kind: 'user', profileKey }, day, region: this.place.region }) - 1;
      users.set(profileKey, user);
    }
    this.userOf.push(user);
    this.populationOf.push(population);
  }

  private addDay(day: Day) {
    const { partition, region } = this.place;
    const population = this.populationKeys.push({ owner: { kind: 'population', partition }, day, region }) - 1;
    const added = { population, users: new Map<string, number>() };
    this.days.set(day, added);
    return added;
  }
}
