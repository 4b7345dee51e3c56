import type { PopularItem } from '@affinity/domain';
import { silentLogger, unavailable } from '@affinity/service-kit';
import { until } from '@affinity/testing';
import { ReadPopularity } from './item-popularity';

async function started(readings: readonly (readonly PopularItem[] | 'away')[]) {
  let read = 0;
  const popularity = new ReadPopularity({
    fetchItems: () => {
      const reading = readings[Math.min(read, readings.length - 1)] ?? [];
      read += 1;
      return reading === 'away' ? Promise.reject(unavailable('away')) : Promise.resolve(reading);
    },
    refreshMs: 1,
    logger: silentLogger(),
  });
  await popularity.start();
  const nextReading = async (): Promise<void> => {
    const before = read;
    await until(() => read > before + 1, 5_000, 'another reading');
  };
  return { popularity, nextReading };
}

describe('ReadPopularity', () => {
  it('is known once it is started, and read again', async () => {
    const { popularity, nextReading } = await started([[{ itemId: 'a', weight: 2 }], [{ itemId: 'b', weight: 3 }]]);
    expect(popularity.current()?.weightOf('a')).toBe(2);
    await nextReading();
    expect(popularity.current()?.items).toEqual([{ itemId: 'b', weight: 3 }]);
    expect(popularity.current()?.weightOf('a')).toBeUndefined();
    await popularity.stop();
  });

  it('keeps the last reading while it cannot be read', async () => {
    const { popularity, nextReading } = await started([[{ itemId: 'a', weight: 2 }], 'away']);
    await nextReading();
    expect(popularity.current()?.weightOf('a')).toBe(2);
    await popularity.stop();
  });

  it('is not known while it was never read, and starts all the same', async () => {
    const { popularity, nextReading } = await started(['away', 'away', [{ itemId: 'a', weight: 2 }]]);
    expect(popularity.current()).toBeUndefined();
    await nextReading();
    await nextReading();
    expect(popularity.current()?.weightOf('a')).toBe(2);
    await popularity.stop();
  });
});
