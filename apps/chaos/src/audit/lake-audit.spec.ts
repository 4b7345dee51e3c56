import { auditLake } from './lake-audit';
import type { LakeLine, LakeObject } from './lake-content';
import type { HeldMessage } from './stream-content';

const message = (sequence: number, timestampNs = BigInt(sequence)): HeldMessage => ({
  eventId: `e${sequence}`,
  profileKey: 'u1',
  partition: 3,
  position: { sequence, timestampNs },
});

const line = (sequence: number, timestampNs = sequence): LakeLine => ({
  kind: 'event',
  partition: 3,
  sequence,
  timestamp: `1970-01-01T00:00:00.${String(timestampNs).padStart(9, '0')}Z`,
  profile_key: 'u1',
  event_id: `e${sequence}`,
});

const object = (key: string, ...lines: readonly LakeLine[]): LakeObject => ({ key, lines, problems: [] });
const held = [message(1), message(2), message(3)];
const exact = { lost: 0, double: 0, wrongLines: 0, wrongObjects: 0, findings: [] };

describe('auditLake', () => {
  it('finds nothing where each message is one line of one object', async () => {
    const objects = [object('a', line(1), line(2)), object('b', line(3))];
    expect(await auditLake(objects, { held, saved: [] })).toEqual({ objects: 2, lines: 3, ...exact });
  });

  it('finds a message that no object holds', async () => {
    const { lost, findings } = await auditLake([object('a', line(1), line(3))], { held, saved: [] });
    expect({ lost, findings }).toEqual({ lost: 1, findings: ['e2 at 2 2 is in no object'] });
  });

  it('finds a message that two objects hold, or one twice', async () => {
    const twice = [object('a', line(1), line(2)), object('b', line(2), line(3), line(3))];
    const { double, findings } = await auditLake(twice, { held, saved: [] });
    expect(double).toBe(2);
    expect(findings[0]).toBe('e2 at 2 2 is in a and in b');
  });

  it('lets the lake hold what the stream lost, once', async () => {
    const saved = [message(3, 30n), message(4, 40n)];
    const objects = [object('a', line(1), line(2), line(3, 30)), object('b', line(3))];
    expect(await auditLake(objects, { held, saved })).toMatchObject(exact);
    expect(await auditLake([...objects, object('c', line(3, 30))], { held, saved })).toMatchObject({ double: 1 });
  });

  it.each<[string, Partial<LakeLine>]>([
    ['another event', { event_id: 'e9' }],
    ['another profile', { profile_key: 'u2' }],
    ['another partition', { partition: 4 }],
    ['another kind', { kind: 'erasure' }],
  ])('finds a line that says %s than the stream', async (_what, over) => {
    const objects = [object('a', line(1), line(2), { ...line(3), ...over })];
    expect(await auditLake(objects, { held, saved: [] })).toMatchObject({ wrongLines: 1, lost: 0 });
  });

  it('finds a line of a message that was never stored', async () => {
    const objects = [object('a', line(1), line(2), line(3), line(4))];
    expect(await auditLake(objects, { held, saved: [] })).toMatchObject({ wrongLines: 1, lost: 0, double: 0 });
  });

  it('passes on what objects get wrong of themselves', async () => {
    const broken = { ...object('a', line(1), line(2), line(3)), problems: ['its count is 3, its metadata says 2'] };
    const { wrongObjects, findings } = await auditLake([broken], { held, saved: [] });
    expect({ wrongObjects, findings }).toEqual({
      wrongObjects: 1,
      findings: ['a: its count is 3, its metadata says 2'],
    });
  });
});
