import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A column of a result: name and Athena's type. */
export type StandInColumn = readonly [name: string, type: string];

/** What a query comes to. */
export interface StandInResult {
  readonly columns?: readonly StandInColumn[];
  /** Values as Athena sends them; undefined stands for NULL. */
  readonly rows?: readonly (readonly (string | undefined)[])[];
  /** States that are told before the last one. Default: QUEUED, RUNNING. */
  readonly before?: readonly string[];
  /** Default: SUCCEEDED. `never`: it stays RUNNING. */
  readonly end?: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'never';
  readonly reason?: string;
  readonly category?: number;
  /** What the query does besides. */
  readonly effect?: () => Promise<void>;
}

/** A query as it was started. */
export interface StartedQuery {
  readonly sql: string;
  readonly database: string | undefined;
  readonly workgroup: string;
  readonly output: string;
}

/** A refusal that the next requests get instead of their answer; `dropped`: the request is carried out, the answer is lost. */
export type Refusal = { readonly status: number; readonly type: string } | 'dropped';

/**
 * Speaks the part of Athena's protocol (AWS JSON 1.1) that batch queries need: start, poll, fetch by pages, stop. It models
 * states, failures, throttling, idempotent starts and the header row of results, and runs no SQL: `answer` says what comes out.
 */
export interface AthenaStandIn {
  readonly endpoint: string;
  /** In the order of their start. */
  readonly queries: readonly StartedQuery[];
  readonly stopped: readonly string[];
  /** Answers to these operations are refused, one after the other. */
  refuse(operation: string, refusals: readonly Refusal[]): void;
  close(): Promise<void>;
}

interface Execution {
  readonly result: StandInResult;
  readonly left: string[];
}

interface Body {
  readonly QueryString?: string;
  readonly ClientRequestToken?: string;
  readonly WorkGroup?: string;
  readonly QueryExecutionContext?: { readonly Database?: string };
  readonly ResultConfiguration?: { readonly OutputLocation?: string };
  readonly QueryExecutionId?: string;
  readonly NextToken?: string;
  readonly MaxResults?: number;
}

/** Starts one. `pageRows` limits a page further than the client does. */
export async function startAthenaStandIn(
  answer: (query: StartedQuery) => StandInResult,
  { pageRows = 1_000 }: { readonly pageRows?: number } = {},
): Promise<AthenaStandIn> {
  const queries: StartedQuery[] = [];
  const stopped: string[] = [];
  const refusals = new Map<string, Refusal[]>();
  const executions = new Map<string, Execution>();
  const tokens = new Map<string, string>();

  const start = async (body: Body): Promise<object> => {
    const token = body.ClientRequestToken ?? '';
    if (token.length < 32) throw new Error('ClientRequestToken must have 32 characters or more');
    const known = tokens.get(token);
    if (known !== undefined) return { QueryExecutionId: known };
    const query = {
      sql: body.QueryString ?? '',
      database: body.QueryExecutionContext?.Database,
      workgroup: body.WorkGroup ?? '',
      output: body.ResultConfiguration?.OutputLocation ?? '',
    };
    queries.push(query);
    const id = `query-${queries.length}`;
    const result = answer(query);
    await result.effect?.();
    tokens.set(token, id);
    executions.set(id, { result, left: [...(result.before ?? ['QUEUED', 'RUNNING'])] });
    return { QueryExecutionId: id };
  };

  const state = ({ QueryExecutionId: id = '' }: Body): object => {
    const { result, left } = executions.get(id)!;
    const end = result.end ?? 'SUCCEEDED';
    const State = left.shift() ?? (end === 'never' ? 'RUNNING' : end);
    const failed = State === 'FAILED';
    const Status = {
      State,
      ...(failed ? { StateChangeReason: result.reason, AthenaError: { ErrorCategory: result.category } } : {}),
    };
    return { QueryExecution: { QueryExecutionId: id, Status } };
  };

  const page = ({ QueryExecutionId: id = '', NextToken = '0', MaxResults = 1_000 }: Body): object => {
    const { columns = [], rows = [] } = executions.get(id)!.result;
    const all = [columns.map(([name]) => name), ...rows];
    const from = Number(NextToken);
    const to = from + Math.min(MaxResults, pageRows);
    const Rows = all.slice(from, to).map((row) => ({
      Data: row.map((value) => (value === undefined ? {} : { VarCharValue: value })),
    }));
    const ColumnInfo = columns.map(([Name, Type]) => ({ Name, Type }));
    const next = to < all.length ? { NextToken: String(to) } : {};
    return { ResultSet: { Rows, ResultSetMetadata: { ColumnInfo } }, ...next };
  };

  const carryOut = async (operation: string, body: Body): Promise<object> => {
    switch (operation) {
      case 'StartQueryExecution':
        return start(body);
      case 'GetQueryExecution':
        return state(body);
      case 'GetQueryResults':
        return page(body);
      case 'StopQueryExecution':
        stopped.push(body.QueryExecutionId ?? '');
        return {};
      default:
        throw new Error(`${operation} is not modelled`);
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target']).replace(/^AmazonAthena\./, '');
    const body = (await json(request)) as Body;
    const refusal = refusals.get(operation)?.shift();
    const send = (status: number, content: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(content));
    };
    if (refusal !== undefined && refusal !== 'dropped') {
      send(refusal.status, { __type: refusal.type, message: 'refused by the test' });
      return;
    }
    try {
      const answered = await carryOut(operation, body);
      if (refusal === 'dropped') request.socket.destroy();
      else send(200, answered);
    } catch (error) {
      send(400, { __type: 'InvalidRequestException', message: String(error) });
    }
  };

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries,
    stopped,
    refuse: (operation, list) => void refusals.set(operation, [...list]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
