import { setImmediate } from 'node:timers/promises';
import { BoundedBuffer } from './bounded-buffer';

describe('BoundedBuffer', () => {
  it('hands over all that has come, in order', async () => {
    const buffer = new BoundedBuffer<number>(3);
    const taken = buffer.takeAll();
    buffer.push(1);
    buffer.push(2);
    expect(await taken).toEqual([1, 2]);
    expect(buffer.size).toBe(0);
  });

  it('keeps the producer waiting while it is full', async () => {
    const buffer = new BoundedBuffer<number>(2);
    buffer.push(1);
    buffer.push(2);
    let hasRoom = false;
    const room = buffer.room().then(() => (hasRoom = true));
    await setImmediate();
    expect({ hasRoom, full: buffer.full }).toEqual({ hasRoom: false, full: true });
    expect(() => buffer.push(3)).toThrow(RangeError);
    expect(await buffer.takeAll()).toEqual([1, 2]);
    await room;
    expect(buffer.full).toBe(false);
  });

  it('lets both sides go when it ends, and drops what is left', async () => {
    const full = new BoundedBuffer<number>(1);
    full.push(1);
    const room = full.room();
    full.end();
    await room;
    full.push(2);
    expect(await full.takeAll()).toEqual([]);
    const empty = new BoundedBuffer<number>(1);
    const taken = empty.takeAll();
    empty.end();
    expect(await taken).toEqual([]);
  });
});
