import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawMarketplace, generateMarketplace, openDataset, type MarketplaceOptions } from '../../src/index';

const options: MarketplaceOptions = {
  seed: 3,
  users: 20,
  items: 100,
  events: 500,
  days: 5,
  endsAtMs: Date.UTC(2026, 0, 31),
};

describe('generateMarketplace', () => {
  it('writes a data set folder that reads back as the marketplace drawn, the same bytes each time', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'affinity-marketplace-'));
    try {
      await generateMarketplace(join(dir, 'one'), options);
      await generateMarketplace(join(dir, 'two'), options);
      for (const name of ['items.csv.gz', 'interactions.csv.gz', 'truth.csv.gz', 'schema.yaml']) {
        const [one, two] = await Promise.all(['one', 'two'].map((copy) => readFile(join(dir, copy, name))));
        expect(one?.equals(two!)).toBe(true);
      }
      const dataset = await openDataset(join(dir, 'one'));
      const market = drawMarketplace(options);
      const [vehicle] = market.vehicles;
      for await (const { itemId, attributes } of dataset.items()) {
        expect([itemId, attributes.get('make'), attributes.get('price')]).toEqual([
          vehicle!.itemId,
          vehicle!.make,
          vehicle!.price,
        ]);
        break;
      }
      const read = [];
      for await (const { eventId, ...event } of dataset.interactions()) read.push([eventId !== '', event]);
      expect(read).toEqual(market.events.map((event) => [true, event]));
      const truth = [];
      for await (const taste of dataset.truth()) truth.push(taste);
      expect(truth).toEqual(market.truth);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
