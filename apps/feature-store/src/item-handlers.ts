import { fromAttributeValue, ItemServiceService, type Item } from '@affinity/contracts';
import { popularItems, utf8Length, type AttributeValue, type PopularItem } from '@affinity/domain';
import type { ItemStore } from '@affinity/profile-storage';
import { bindService, type BoundService } from '@affinity/service-kit';
import type { Population } from './population';
import { checkId, Problems } from './profile-query';
import type { Served } from './served-profiles';

/** What items are answered from. */
export interface ItemServiceOptions {
  readonly items: ItemStore;
  readonly served: Served<'population'>;
  /** Epoch milliseconds. Default: Date.now. */
  readonly nowMs?: () => number;
}

const maxItems = 500;
const defaultPopularItems = 100;
const maxPopularItems = 10_000;
const maxAttributes = 128;
const maxListValues = 64;
const maxValueBytes = 256;
const attributeName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Serves ItemService. */
export function itemService({ items, served, nowMs = Date.now }: ItemServiceOptions): BoundService {
  const popular = new PopularityOrder();
  return bindService(ItemServiceService, {
    putItems: async (request) => {
      checkItems(request.items);
      const updatedAt = new Date(nowMs());
      // The last one of a repeated id stands, as if they had been put one after the other.
      const unique = new Map(request.items.map((item) => [item.itemId, { ...item, updatedAt }]));
      await items.putItems([...unique.values()]);
      return { written: unique.size };
    },
    getItems: async ({ itemIds }) => {
      const problems = new Problems();
      checkCount('item_ids', itemIds.length, problems);
      itemIds.forEach((itemId, i) => checkId(`item_ids[${i}]`, itemId, problems));
      problems.throwIfAny();
      const found = await items.getItems(itemIds);
      return { items: itemIds.flatMap((itemId) => found.get(itemId) ?? []) };
    },
    listPopularItems: ({ maxResults }) => {
      const problems = new Problems();
      if (maxResults > maxPopularItems)
        problems.add('max_results', `must be at most ${maxPopularItems}, is ${maxResults}`);
      problems.throwIfAny();
      return Promise.resolve({ items: popular.of(served().population).slice(0, maxResults || defaultPopularItems) });
    },
  });
}

/** The items of the population in their order, which is made once for each reading of the population. */
class PopularityOrder {
  private tile: Population['tile'] | undefined;
  private items: PopularItem[] = [];

  of({ tile }: Population): PopularItem[] {
    if (tile !== this.tile) this.items = popularItems(tile);
    this.tile = tile;
    return this.items;
  }
}

function checkCount(field: string, count: number, problems: Problems): void {
  if (count < 1 || count > maxItems) problems.add(field, `must have 1 to ${maxItems} entries, has ${count}`);
}

function checkItems(items: readonly Item[]): void {
  const problems = new Problems();
  checkCount('items', items.length, problems);
  items.forEach((item, i) => checkItem(`items[${i}]`, item, problems));
  problems.throwIfAny();
}

function checkItem(path: string, { itemId, attributes }: Item, problems: Problems): void {
  checkId(`${path}.item_id`, itemId, problems);
  if (attributes.size > maxAttributes) {
    problems.add(`${path}.attributes`, `must have at most ${maxAttributes} entries, has ${attributes.size}`);
  }
  for (const [name, attribute] of attributes) {
    const field = `${path}.attributes.${name.slice(0, 64)}`;
    if (!attributeName.test(name))
      problems.add(field, 'the name must be letters, digits, _ . and -, at most 64, a letter first');
    checkValue(field, fromAttributeValue(attribute), problems);
  }
}

function checkValue(field: string, value: AttributeValue | undefined, problems: Problems): void {
  if (value === undefined) problems.add(field, 'must have a value');
  else if (typeof value === 'number' && !Number.isFinite(value)) problems.add(field, 'must be a finite number');
  else if (typeof value === 'string') checkText(field, value, problems);
  else if (typeof value === 'object') {
    if (value.length > maxListValues)
      problems.add(field, `must have at most ${maxListValues} values, has ${value.length}`);
    else value.forEach((text, i) => checkText(`${field}[${i}]`, text, problems));
  }
}

function checkText(field: string, text: string, problems: Problems): void {
  const bytes = utf8Length(text);
  if (bytes > maxValueBytes) problems.add(field, `must be at most ${maxValueBytes} bytes, has ${bytes}`);
}
