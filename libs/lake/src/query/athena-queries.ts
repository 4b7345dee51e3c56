import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type AthenaClient,
  type ColumnInfo,
  type GetQueryResultsCommandOutput,
  type QueryExecution,
  type Row,
} from '@aws-sdk/client-athena';
import { AffinityError, retry, type Clock } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { athenaFailure, queryFailure } from './athena-failure';
import type { SqlRow, SqlValue } from './sql-engine';

/** How to run queries. */
export interface AthenaQueriesOptions {
  readonly client: AthenaClient;
  readonly workgroup: string;
  /** Where results go: `s3://BUCKET/FOLDER/`. */
  readonly outputLocation: string;
  /** How long a query may take, waiting in Athena's queue included. */
  readonly queryTimeoutMs: number;
  readonly clock: Clock;
}

/** Athena takes no longer text. Source: Athena service quotas. */
const maxQueryBytes = 262_144;
const pageRows = 1_000;
const firstPollMs = 100;
const longestPollMs = 2_000;
/** About two minutes of throttling. */
const attempts = 12;
const baseDelayMs = 200;

/**
 * Runs queries in Athena: starts one, asks for its state until it is done, fetches its rows page by page.
 * Source: https://docs.aws.amazon.com/athena/latest/APIReference/
 */
export class AthenaQueries {
  constructor(private readonly options: AthenaQueriesOptions) {}

  /** Runs a statement to its end. Returns its id. Throws as SqlEngine says. */
  async run(sql: string, database?: string): Promise<string> {
    const id = await this.start(sql, database);
    await this.finish(id);
    return id;
  }

  /** The rows of a query, a page at a time in memory. */
  async *rows(sql: string, database: string): AsyncGenerator<SqlRow, void, undefined> {
    const id = await this.run(sql, database);
    let token: string | undefined;
    let isFirst = true;
    do {
      const page = await this.page(id, token);
      const columns = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
      // The first row of a query's result is its header.
      const rows = (page.ResultSet?.Rows ?? []).slice(isFirst ? 1 : 0);
      for (const row of rows) yield rowOf(columns, row);
      isFirst = false;
      token = page.NextToken;
    } while (token !== undefined);
  }

  private start(sql: string, database: string | undefined): Promise<string> {
    const bytes = Buffer.byteLength(sql);
    if (bytes > maxQueryBytes)
      throw new AffinityError(
        'INVALID_ARGUMENT',
        `a query of ${bytes} bytes is longer than Athena takes (${maxQueryBytes})`,
      );
    const { client, workgroup, outputLocation } = this.options;
    // The token makes a repeat after a lost answer start no second query.
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: randomUUID(),
      WorkGroup: workgroup,
      ResultConfiguration: { OutputLocation: outputLocation },
      ...(database === undefined ? {} : { QueryExecutionContext: { Database: database } }),
    });
    return this.asked(async () => {
      const { QueryExecutionId: id } = await client.send(command);
      if (id === undefined) throw new AffinityError('INTERNAL', 'Athena started a query without an id');
      return id;
    });
  }

  private async finish(id: string): Promise<void> {
    const { clock, queryTimeoutMs } = this.options;
    const untilMs = clock.now() + queryTimeoutMs;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(longestPollMs, pollMs * 2)) {
      const execution = await this.execution(id);
      switch (execution?.Status?.State) {
        case 'SUCCEEDED':
          return;
        case 'FAILED':
        case 'CANCELLED':
          throw queryFailure(id, execution.Status);
        default:
      }
      if (clock.now() >= untilMs) await this.giveUp(id);
      await clock.sleep(pollMs);
    }
  }

  private async giveUp(id: string): Promise<never> {
    const { client, queryTimeoutMs } = this.options;
    // It would go on and cost money.
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
    throw new AffinityError('DEADLINE_EXCEEDED', `query ${id} took longer than ${queryTimeoutMs} ms and was stopped`);
  }

  private execution(id: string): Promise<QueryExecution | undefined> {
    const { client } = this.options;
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    return this.asked(async () => (await client.send(command)).QueryExecution);
  }

  private page(id: string, token: string | undefined): Promise<GetQueryResultsCommandOutput> {
    const { client } = this.options;
    const next = token === undefined ? {} : { NextToken: token };
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: pageRows, ...next });
    return this.asked(() => client.send(command));
  }

  /** Asks again while Athena throttles or does not answer. */
  private asked<T>(ask: () => Promise<T>): Promise<T> {
    const once = (): Promise<T> =>
      ask().catch((error: unknown) => {
        throw athenaFailure(error);
      });
    return retry(once, { attempts, baseDelayMs, clock: this.options.clock });
  }
}

function rowOf(columns: readonly ColumnInfo[], { Data = [] }: Row): SqlRow {
  return Object.fromEntries(columns.map(({ Name, Type }, i) => [Name ?? '', valueOf(Type, Data[i]?.VarCharValue)]));
}

function valueOf(type: string | undefined, text: string | undefined): SqlValue {
  if (text === undefined) return null;
  switch (type) {
    case 'bigint':
      return BigInt(text);
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'float':
    case 'double':
      return Number(text);
    case 'boolean':
      return text === 'true';
    default:
      return text;
  }
}
