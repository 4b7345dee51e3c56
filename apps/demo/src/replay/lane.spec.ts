import { Lane } from './lane';

describe('Lane', () => {
  it('hands over what has gathered, in order, until the end', async () => {
    const lane = new Lane<number>(10);
    for (const element of [1, 2, 3]) await lane.put(element);
    lane.end();
    expect([await lane.take(2), await lane.take(2), await lane.take(2)]).toEqual([[1, 2], [3], []]);
  });

  it('lets the writer wait for room and the reader for the first element', async () => {
    const lane = new Lane<number>(2);
    const taken = lane.take(5);
    await lane.put(1);
    expect(await taken).toEqual([1]);
    await lane.put(2);
    await lane.put(3);
    let written = false;
    const waiting = lane.put(4).then(() => (written = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(false);
    expect(await lane.take(1)).toEqual([2]);
    await waiting;
    expect(await lane.take(5)).toEqual([3, 4]);
  });
});
