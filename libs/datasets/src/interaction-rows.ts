import { createHash } from 'node:crypto';
import { optionalColumn, requiredColumn, type ColumnReader } from './column-index';
import type { CsvFile, CsvRow } from './csv-file';
import { DatasetError, quoted, type DatasetPlace } from './errors';
import { checkId } from './item-rows';
import { numberOf } from './number-text';
import { eventTypeNameOf } from './valid-names';

/** One row of a data set's interactions. */
export interface DatasetInteraction {
  /** Derived from the row's number and content, so that replaying the same file repeats the same ids. */
  readonly eventId: string;
  /** Empty for an anonymous visitor, who then has a session. */
  readonly userId: string;
  /** Empty when the file does not tell. */
  readonly sessionId: string;
  /** "view" when the file does not tell. */
  readonly eventType: string;
  readonly itemId: string;
  /** Epoch milliseconds. */
  readonly occurredAtMs: number;
  readonly eventValue?: number;
}

/** The columns of an interactions file that are read; others are ignored. */
export const interactionColumns = [
  'user_id',
  'item_id',
  'timestamp',
  'event_type',
  'event_value',
  'session_id',
] as const;

/** The event type of a file without that column. */
export const defaultEventType = 'view';

/** Epoch seconds of 5138-11-16; anything larger is milliseconds by mistake. */
const maxEpochSeconds = 100_000_000_000;

/** The interactions of a file in its order, streaming. Throws DatasetError. */
export async function* readInteractions(file: CsvFile): AsyncIterable<DatasetInteraction> {
  const read = interactionReader(file);
  let number = 0;
  for await (const row of file.rows()) {
    number += 1;
    yield read(row, number);
  }
}

function interactionReader(file: CsvFile): (row: CsvRow, number: number) => DatasetInteraction {
  const user = requiredColumn(file, 'user_id');
  const item = requiredColumn(file, 'item_id');
  const time = requiredColumn(file, 'timestamp');
  const type = optionalColumn(file, 'event_type');
  const value = optionalColumn(file, 'event_value');
  const session = optionalColumn(file, 'session_id');
  return (row, number) => {
    const at = (column: string): DatasetPlace => ({ file: file.name, line: row.line, column });
    const eventValue = eventValueIn(value(row), at('event_value'));
    return {
      eventId: eventIdOf(row, number),
      ...actorIn(row, { user, session, at }),
      eventType: type(row) === '' ? defaultEventType : eventTypeNameOf(type(row)),
      itemId: checkId(item(row), at('item_id')),
      occurredAtMs: instantIn(time(row), at('timestamp')),
      ...(eventValue === undefined ? {} : { eventValue }),
    };
  };
}

interface ActorColumns {
  readonly user: ColumnReader;
  readonly session: ColumnReader;
  readonly at: (column: string) => DatasetPlace;
}

function actorIn(row: CsvRow, { user, session, at }: ActorColumns): Pick<DatasetInteraction, 'userId' | 'sessionId'> {
  const userId = user(row);
  const sessionId = session(row);
  if (sessionId !== '') checkId(sessionId, at('session_id'));
  else if (userId === '') throw new DatasetError(at('user_id'), 'is empty, and so is session_id; one is needed');
  if (userId !== '') checkId(userId, at('user_id'));
  return { userId, sessionId };
}

function instantIn(text: string, place: DatasetPlace): number {
  const seconds = numberOf(text);
  if (seconds === undefined) throw new DatasetError(place, `must be epoch seconds, is ${quoted(text)}`);
  if (seconds < 0 || seconds > maxEpochSeconds) {
    throw new DatasetError(place, `must be epoch seconds, not milliseconds nor before 1970; is ${quoted(text)}`);
  }
  return Math.round(seconds * 1_000);
}

function eventValueIn(text: string, place: DatasetPlace): number | undefined {
  if (text === '') return undefined;
  const value = numberOf(text);
  if (value === undefined) throw new DatasetError(place, `must be a number, is ${quoted(text)}`);
  return value;
}

function eventIdOf(row: CsvRow, number: number): string {
  const digest = createHash('sha256').update(JSON.stringify(row.fields)).digest('hex');
  return `${number}-${digest.slice(0, 16)}`;
}
