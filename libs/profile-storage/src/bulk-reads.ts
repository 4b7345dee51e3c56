import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resourceExhausted } from '@affinity/service-kit';
import { Batcher } from './batcher';
import { dynamoFailure } from './dynamo-client';
import type { Item } from './tile-item';

/** BatchGetItem takes 100 keys and answers at most 16 MB. Source: DynamoDB API reference, BatchGetItem. */
const maxKeys = 100;

interface Found {
  readonly item: Item | undefined;
}

/** Reads single items in bulk. */
export class BulkReads {
  private readonly batcher: Batcher<Item, Found>;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly options: { readonly table: string; readonly consistent: boolean; readonly concurrency: number },
  ) {
    this.batcher = new Batcher({
      maxBatch: maxKeys,
      maxBytes: Infinity,
      concurrency: options.concurrency,
      sizeOf: () => 1,
      execute: (keys) => this.execute(keys),
    });
  }

  /** The item of a key; undefined when there is none. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  async read(key: Item): Promise<Item | undefined> {
    return (await this.batcher.submit(key)).item;
  }

  private async execute(keys: readonly Item[]): Promise<readonly Found[]> {
    const items = new Map<string, Item>();
    let wanted: Item[] = [...new Map(keys.map((key) => [identity(key), key])).values()];
    while (wanted.length > 0) {
      const left = await this.fetch(wanted, items);
      // Large items may take several rounds; a round without progress means that the table is being throttled.
      if (left.length === wanted.length) throw resourceExhausted('DynamoDB throttles reads', 100);
      wanted = left;
    }
    return keys.map((key) => ({ item: items.get(identity(key)) }));
  }

  private async fetch(keys: readonly Item[], into: Map<string, Item>): Promise<Item[]> {
    const { table, consistent } = this.options;
    const RequestItems = { [table]: { Keys: [...keys], ConsistentRead: consistent } };
    const answer = await this.client.send(new BatchGetItemCommand({ RequestItems })).catch((error: unknown) => {
      throw dynamoFailure(error);
    });
    for (const item of answer.Responses?.[table] ?? []) into.set(identity(item), item);
    return answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
}

function identity(item: Item): string {
  return JSON.stringify([item['pk']?.S, item['sk']?.S]);
}
