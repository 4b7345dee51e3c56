import {
  BatchExecuteStatementCommand,
  type AttributeValue,
  type BatchStatementError,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { AffinityError, resourceExhausted, unavailable } from '@affinity/service-kit';
import { Batcher } from './batcher';
import { dynamoFailure, isThrottling } from './dynamo-client';
import type { Item } from './tile-item';

/** One PartiQL statement with its own condition, and what its parameters weigh. */
export interface ConditionalStatement {
  /** The item that it writes: DynamoDB refuses a batch that writes one twice. */
  readonly item: string;
  readonly statement: string;
  readonly parameters: readonly AttributeValue[];
  /** Bytes of the parameters, about. */
  readonly bytes: number;
}

/** Whether the statement's condition held. */
export type StatementResult = { readonly kind: 'written' } | { readonly kind: 'conflict' };

/** BatchExecuteStatement takes 25 statements. Source: DynamoDB API reference, BatchExecuteStatement. */
const maxStatements = 25;
const maxBatchBytes = 1_000_000;

type Settled = StatementResult | { readonly kind: 'failed'; readonly error: AffinityError };

/** Sends conditional writes in bulk: each succeeds, conflicts or fails on its own. */
export class ConditionalWrites {
  private readonly batcher: Batcher<ConditionalStatement, Settled>;

  constructor(
    private readonly client: DynamoDBClient,
    { concurrency }: { readonly concurrency: number },
  ) {
    this.batcher = new Batcher({
      maxBatch: maxStatements,
      maxBytes: maxBatchBytes,
      concurrency,
      sizeOf: ({ bytes }) => bytes,
      nameOf: ({ item }) => item,
      execute: (batch) => this.execute(batch),
    });
  }

  /** Throws UNAVAILABLE when it is not known whether the write took place, RESOURCE_EXHAUSTED when throttled. */
  async write(statement: ConditionalStatement): Promise<StatementResult> {
    const result = await this.batcher.submit(statement);
    if (result.kind === 'failed') throw result.error;
    return result;
  }

  private async execute(batch: readonly ConditionalStatement[]): Promise<readonly Settled[]> {
    const Statements = batch.map(({ statement, parameters }) => ({
      Statement: statement,
      Parameters: [...parameters],
    }));
    const { Responses = [] } = await this.client
      .send(new BatchExecuteStatementCommand({ Statements }))
      .catch((error: unknown) => {
        throw dynamoFailure(error);
      });
    return batch.map((_, i) => settle(Responses[i]?.Error));
  }
}

function settle(error: BatchStatementError | undefined): Settled {
  if (error === undefined) return { kind: 'written' };
  const code = error.Code ?? 'unknown';
  if (code === 'ConditionalCheckFailed' || code === 'DuplicateItem') return { kind: 'conflict' };
  return { kind: 'failed', error: statementFailure(code, error.Message ?? '') };
}

function statementFailure(code: string, message: string): AffinityError {
  if (isThrottling(code)) return resourceExhausted(`DynamoDB throttles: ${code}`, 100);
  if (code === 'TransactionConflict' || code === 'InternalServerError') return unavailable(`DynamoDB failed: ${code}`);
  return new AffinityError('INTERNAL', `DynamoDB refused a write: ${code}: ${message}`);
}

/** A statement that writes a new item and conflicts when its key exists. */
export function insertStatement(table: string, item: Item): ConditionalStatement {
  const names = Object.keys(item);
  const fields = names.map((name) => `'${name}': ?`).join(', ');
  return statementOf(`INSERT INTO "${table}" VALUE {${fields}}`, Object.values(item), item);
}

/** A statement that sets attributes of an item and conflicts unless its `version` is the expected one. */
export function updateStatement(
  table: string,
  { key, set, expectedVersion }: { readonly key: Item; readonly set: Item; readonly expectedVersion: number },
): ConditionalStatement {
  const assignments = Object.keys(set).map((name) => `SET "${name}" = ?`);
  const conditions = [...Object.keys(key), 'version'].map((name) => `"${name}" = ?`);
  const parameters = [...Object.values(set), ...Object.values(key), { N: String(expectedVersion) }];
  return statementOf(`UPDATE "${table}" ${assignments.join(' ')} WHERE ${conditions.join(' AND ')}`, parameters, key);
}

/** A statement that removes an item and conflicts unless its `version` is the expected one. */
export function deleteStatement(
  table: string,
  { key, expectedVersion }: { readonly key: Item; readonly expectedVersion: number },
): ConditionalStatement {
  const conditions = [...Object.keys(key), 'version'].map((name) => `"${name}" = ?`);
  const parameters = [...Object.values(key), { N: String(expectedVersion) }];
  return statementOf(`DELETE FROM "${table}" WHERE ${conditions.join(' AND ')}`, parameters, key);
}

function statementOf(statement: string, parameters: readonly AttributeValue[], key: Item): ConditionalStatement {
  const bytes = parameters.reduce((total, { B, S }) => total + (B?.byteLength ?? S?.length ?? 16), statement.length);
  return { item: JSON.stringify([key['pk']?.S, key['sk']?.S]), statement, parameters, bytes };
}
