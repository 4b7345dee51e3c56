import { listDeadLetters, connectNats, replayDeadLetter, type StoredDeadLetter } from '@affinity/messaging';
import { decodeEntityRef } from '@affinity/personalize';
import { loadConfig, natsSettings, silentLogger } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { InvalidArgumentError, type Command } from 'commander';
import type { ProgramOptions } from '../program';

/** Adds `affinity dead-letters list | show | replay`. */
export function addDeadLetterCommands(deadLetters: Command, options: ProgramOptions): void {
  deadLetters
    .command('list')
    .description('One line for each dead letter: its number, when, who gave it up and why')
    .option('--reader <name>', 'only of this reader')
    .action(({ reader }: { reader?: string }) =>
      withNats(options, async (connection) => {
        let count = 0;
        for await (const letter of listDeadLetters(connection)) {
          if (reader !== undefined && letter.reader !== reader) continue;
          options.print(lineOf(letter));
          count += 1;
        }
        options.progress(`${count} dead letters`);
      }),
    );
  deadLetters
    .command('show')
    .description('One dead letter as JSON, its body in base64')
    .argument('<number>', 'its number in the list', parseNumber)
    .action((number: number) =>
      withNats(options, async (connection) => options.print(detailsOf(await find(connection, number)))),
    );
  deadLetters
    .command('replay')
    .description(
      'Publish a dead letter again under a fresh message id, or send a refused item or user again; then remove the letter',
    )
    .argument('<numbers...>', 'numbers in the list')
    .option('--dry-run', 'say what would be done')
    .action((numbers: readonly string[], { dryRun = false }: { dryRun?: boolean }) =>
      withNats(options, async (connection) => {
        for (const number of numbers.map(parseNumber)) {
          const letter = await find(connection, number);
          if (!dryRun) await replayDeadLetter(connection, letter);
          options.print(`${dryRun ? 'would replay' : 'replayed'} ${lineOf(letter)}`);
        }
      }),
    );
}

async function withNats(
  { environment }: ProgramOptions,
  work: (connection: NatsConnection) => Promise<void>,
): Promise<void> {
  const connection = await connectNats(loadConfig(natsSettings, environment), {
    name: 'affinity',
    logger: silentLogger(),
  });
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}

async function find(connection: NatsConnection, number: number): Promise<StoredDeadLetter> {
  for await (const letter of listDeadLetters(connection, { from: number })) {
    if (letter.number === number) return letter;
    break;
  }
  throw new RangeError(`there is no dead letter ${number}`);
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('must be a number of the list');
  return number;
}

function lineOf({ number, storedAt, reader, subject, reason }: StoredDeadLetter): string {
  return `${number}\t${storedAt.toISOString()}\t${reader}\t${subject}\t${reason}`;
}

function detailsOf({ data, position, ...letter }: StoredDeadLetter): string {
  const details = {
    ...letter,
    ...(position === undefined
      ? { entity: decodeEntityRef(data) }
      : { sequence: position.sequence, timestampNs: String(position.timestampNs) }),
    body: Buffer.from(data).toString('base64'),
  };
  return JSON.stringify(details, undefined, 2);
}
