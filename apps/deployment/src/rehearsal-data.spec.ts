import { renamed } from './rehearsal-data';

describe('renamed', () => {
  const interaction = { eventId: 'e', userId: 'u', sessionId: '', eventType: 'view', itemId: 'i', occurredAtMs: 1 };

  it('makes other events of other visitors, on the same items', () => {
    expect(renamed([interaction], 'run')).toEqual([{ ...interaction, eventId: 'run-e', userId: 'run-u' }]);
  });

  it('leaves anonymous visitors anonymous', () => {
    const [visitor] = renamed([{ ...interaction, userId: '', sessionId: 's' }], 'run');
    expect(visitor).toMatchObject({ userId: '', sessionId: 'run-s' });
  });
});
