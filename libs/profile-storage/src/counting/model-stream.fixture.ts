import { covers, markOfNothing, type Interaction, type Mark } from '@affinity/domain';
import type { ReadRecord } from './read-record';

/** A message of the partition or, without a record, of another one. */
export type Message = ReadRecord & { readonly foreign?: boolean };

/** A stream that can lose its tail. */
export class ModelStream {
  messages: Message[] = [];
  readonly lost: Message[] = [];
  private nowNs = 1_000_000n;
  private events = 0;

  publish(user: string): void {
    this.events += 1;
    const eventId = `e${this.events}`;
    const atMs = this.tick();
    this.append({
      interaction: {
        eventId,
        profileKey: user,
        eventType: 'view',
        occurredAtMs: atMs,
        receivedAtMs: atMs,
        attributes: new Map([['id', eventId]]),
      },
    });
  }

  /** A client repeats an event that the stream may hold already. */
  repeat(index: number): void {
    const known = interactionsOf([...this.messages, ...this.lost]);
    const interaction = known[index % Math.max(1, known.length)];
    if (interaction !== undefined) this.append({ interaction });
  }

  erase(profileKey: string): void {
    this.append({ erasure: { profileKey, requestedAtMs: this.tick() } });
  }

  /** A message of another partition. */
  publishForeign(): void {
    this.append({ foreign: true });
  }

  rollBack(by: number): void {
    this.lost.push(...this.messages.splice(Math.max(0, this.messages.length - by)));
    this.nowNs += 1_000_000n;
  }

  /** The partition's messages after a checkpoint, as the partition reader finds them. */
  after(checkpoint: Mark | undefined): readonly Message[] {
    if (checkpoint === undefined) return this.own();
    if (this.holds(checkpoint)) return this.own(checkpoint.sequence);
    return this.own().filter(({ position }) => position.timestampNs >= checkpoint.timestampNs);
  }

  /** The stream's end, if nothing of the partition is between it and what was last read. */
  idlePosition(lastRead: Mark = markOfNothing): Mark | undefined {
    const end = this.messages.at(-1);
    const own = this.own().at(-1);
    if (end === undefined || covers(lastRead, end.position)) return undefined;
    return own === undefined || covers(lastRead, own.position) ? end.position : undefined;
  }

  /** Whether the very message of a position is in the stream now. */
  holds({ sequence, timestampNs }: Mark): boolean {
    return this.messages[sequence - 1]?.position.timestampNs === timestampNs;
  }

  private own(after = 0): readonly Message[] {
    return this.messages.slice(after).filter(({ foreign }) => foreign !== true);
  }

  private append(record: Omit<Message, 'position'>): void {
    this.tick();
    this.messages.push({ ...record, position: { sequence: this.messages.length + 1, timestampNs: this.nowNs } });
  }

  private tick(): number {
    this.nowNs += 10_000n;
    return Number(this.nowNs);
  }
}

/** The interactions among messages. */
export function interactionsOf(messages: readonly Message[]): Interaction[] {
  return messages.flatMap(({ interaction }) => (interaction === undefined ? [] : [interaction]));
}
