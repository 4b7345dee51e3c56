import { dayOf } from '@affinity/domain';
import { drawMarketplace, type MarketplaceOptions } from './marketplace';

const options: MarketplaceOptions = {
  seed: 11,
  users: 60,
  items: 400,
  events: 4_000,
  days: 10,
  endsAtMs: Date.UTC(2026, 5, 1, 12),
};

describe('drawMarketplace', () => {
  const market = drawMarketplace(options);

  it('draws the same marketplace again from the same seed, and another from another', () => {
    expect(drawMarketplace(options)).toEqual(market);
    expect(drawMarketplace({ ...options, seed: 12 }).events).not.toEqual(market.events);
  });

  it('draws exactly as many items, visitors and events as asked for', () => {
    expect([market.vehicles.length, market.truth.length, market.events.length]).toEqual([400, 60, 4_000]);
  });

  it('orders events by time, on full seconds inside the period', () => {
    const times = market.events.map((event) => event.occurredAtMs);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(times.every((time) => time % 1_000 === 0)).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(options.endsAtMs - 10 * 86_400_000);
    expect(times.at(-1)).toBeLessThan(options.endsAtMs);
    expect(new Set(times.map(dayOf)).size).toBeGreaterThanOrEqual(9);
  });

  it('has anonymous visitors, who have a session of their own', () => {
    const anonymous = market.events.filter((event) => event.userId === '');
    expect(anonymous.length).toBeGreaterThan(100);
    expect(anonymous.every((event) => event.sessionId !== '')).toBe(true);
  });

  it('lets about a fifth of the visitors change their taste', () => {
    const many = drawMarketplace({ ...options, users: 500, events: 10 });
    const drifting = many.truth.filter((taste) => taste.drift !== undefined).length;
    expect(drifting).toBeGreaterThan(60);
    expect(drifting).toBeLessThan(140);
  });

  it('lets parking and unparking of a vehicle take turns', () => {
    const lastOf = new Map<string, string>();
    for (const { sessionId, itemId, eventType } of market.events) {
      if (eventType !== 'park' && eventType !== 'unpark') continue;
      const key = `${sessionId} ${itemId}`;
      expect(lastOf.get(key)).not.toBe(eventType);
      lastOf.set(key, eventType);
    }
    expect(new Set(lastOf.values())).toEqual(new Set(['park', 'unpark']));
  });

  it('lets visitors look at what their taste says', () => {
    const makeOf = new Map(market.vehicles.map((vehicle) => [vehicle.itemId, vehicle.make]));
    const steady = market.truth.filter((taste) => taste.drift === undefined);
    const distances = steady.flatMap(({ userId, taste }) => {
      const views = market.events.filter((event) => event.userId === userId && event.eventType === 'view');
      if (views.length < 60) return [];
      const shares = new Map<string, number>();
      for (const { itemId } of views) {
        const make = makeOf.get(itemId)!;
        shares.set(make, (shares.get(make) ?? 0) + 1 / views.length);
      }
      const makes = new Set([...shares.keys(), ...Object.keys(taste.categorical['make']!)]);
      const apart = [...makes].map((make) =>
        Math.abs((shares.get(make) ?? 0) - (taste.categorical['make']![make] ?? 0)),
      );
      return [apart.reduce((sum, distance) => sum + distance, 0) / 2];
    });
    expect(distances.length).toBeGreaterThan(3);
    for (const distance of distances) expect(distance).toBeLessThan(0.25);
  });

  it('makes older vehicles cheaper and further run', () => {
    const mean = (from: number, to: number, of: 'price' | 'mileage'): number => {
      const some = market.vehicles.filter((vehicle) => vehicle.year >= from && vehicle.year <= to);
      return some.reduce((sum, vehicle) => sum + vehicle[of], 0) / some.length;
    };
    expect(mean(2024, 2026, 'price')).toBeGreaterThan(2 * mean(2000, 2016, 'price'));
    expect(mean(2024, 2026, 'mileage')).toBeLessThan(mean(2000, 2016, 'mileage') / 2);
  });
});
