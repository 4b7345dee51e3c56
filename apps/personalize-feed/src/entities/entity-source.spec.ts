import { toAttributes } from '@affinity/contracts';
import { itemSource, userSource } from './entity-source';

describe('itemSource', () => {
  it('gives the chosen attributes of the items that exist, in the chosen order', async () => {
    const attributes = new Map<string, string | number | readonly string[]>([
      ['note', 'not chosen'],
      ['body_type', 'van'],
      ['equipment', ['abs', 'radio']],
      ['price', 900],
    ]);
    const getItems = () => Promise.resolve(new Map([['car', { itemId: 'car', attributes: toAttributes(attributes) }]]));
    const source = itemSource({ getItems }, ['price', 'body_type', 'equipment', 'absent']);
    expect(await source.current(['car', 'gone'])).toEqual([
      { id: 'car', properties: '{"price":900,"bodyType":"van","equipment":"abs|radio"}' },
    ]);
  });
});

describe('userSource', () => {
  it('gives the chosen features that Personalize can take, and never a name', async () => {
    const userFeatures = { tier: 'gold', age: 40, vector: [1, 2], tags: ['a', 'b'], nested: { x: 1 }, secret: 's' };
    const get = (userId: string) =>
      Promise.resolve(userId === 'ann' ? { userId, userName: 'Ann', userFeatures } : undefined);
    const source = userSource({ get }, ['tier', 'age', 'vector', 'tags', 'nested', 'toString', 'userName']);
    expect(await source.current(['ann', 'gone'])).toEqual([
      { id: 'ann', properties: '{"tier":"gold","age":40,"tags":"a|b"}' },
    ]);
  });
});
