import { availabilityOf, isAvailable } from './availability';

const at = Date.UTC(2026, 0, 10);
const available = (attributes: Record<string, string | number | boolean>, days?: string): boolean => {
  const names = { from: 'available_from', until: 'available_until', days };
  return isAvailable(availabilityOf(new Map(Object.entries(attributes)), names), at);
};

describe('availability', () => {
  it('keeps to both ends, the first included and the last not', () => {
    expect(available({ available_from: '2026-01-10' })).toBe(true);
    expect(available({ available_from: '2026-01-10T00:00:00.001Z' })).toBe(false);
    expect(available({ available_until: '2026-01-10T00:00:00Z' })).toBe(false);
    expect(available({ available_from: at / 1_000 - 1, available_until: at / 1_000 + 1 })).toBe(true);
    expect(available({ available_from: at / 1_000 + 1 })).toBe(false);
  });

  it('takes an item for available when nothing readable says otherwise', () => {
    expect(isAvailable(availabilityOf(undefined), at)).toBe(true);
    expect(available({})).toBe(true);
    expect(available({ available_from: 'soon', available_until: false })).toBe(true);
  });

  it('counts days from the beginning where there is no end', () => {
    expect(available({ available_from: '2026-01-08', listed: 3 }, 'listed')).toBe(true);
    expect(available({ available_from: '2026-01-08', listed: 2 }, 'listed')).toBe(false);
    expect(available({ listed: 2 }, 'listed')).toBe(true);
    expect(available({ available_from: '2026-01-01', available_until: '2026-01-11', listed: 2 }, 'listed')).toBe(true);
  });
});
