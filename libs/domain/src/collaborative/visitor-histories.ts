import { grown } from './growable-array';

/** How much is remembered of visitors. */
export interface VisitorHistoriesOptions {
  /** Users and anonymous sessions together; who came longest ago is forgotten first. */
  readonly maxVisitors: number;
  /** Of one visitor, newest. */
  readonly maxVisits: number;
}

/** What a visitor met, in the order of time. The first `size` elements of the arrays count. */
export interface History {
  readonly items: Uint32Array;
  /** Epoch milliseconds. */
  readonly times: Float64Array;
  readonly size: number;
}

/** Told when an item enters or leaves a visitor's history as a whole, repeats aside. */
export interface HistoryObserver {
  gained(visitor: number, item: number): void;
  lost(visitor: number, item: number): void;
}

interface MutableHistory {
  items: Uint32Array;
  times: Float64Array;
  size: number;
}

/**
 * What each visitor met. Visitors have dense slots, handed out again after they were forgotten.
 *
 * V1 User ids and session ids share one space of names, as they do in Personalize, where a session id may stand for a user id.
 * V2 A session that was seen with a user belongs to that user from then on: what it did before joins the user's history.
 * V3 The observer knows exactly which items each history holds.
 */
export class VisitorHistories {
  /** In the order of the last visit. */
  private readonly slots = new Map<string, number>();
  private readonly owners = new Map<string, string>();
  private readonly histories: MutableHistory[] = [];
  private readonly free: number[] = [];

  constructor(
    private readonly options: VisitorHistoriesOptions,
    private readonly observer: HistoryObserver,
  ) {}

  get size(): number {
    return this.slots.size;
  }

  /** Slots handed out so far: the length that arrays by visitor need. */
  get extent(): number {
    return this.histories.length;
  }

  /** Whose history an event goes to. Joins the session's own to it (V2). */
  visitorOf(userId: string | undefined, sessionId: string): string {
    if (userId === undefined) return this.resolve(sessionId);
    if (userId !== sessionId) this.join(sessionId, userId);
    return userId;
  }

  /** The visitor's slot; undefined when the visitor is unknown. */
  slotOf(visitorId: string): number | undefined {
    return this.slots.get(this.resolve(visitorId));
  }

  /** The history in a slot. */
  at(slot: number): History {
    return this.historyAt(slot);
  }

  /** The visitor's last items, each once, most recent first, with when they were met; none when the visitor is unknown. */
  recent(visitorId: string, count: number): readonly (readonly [item: number, atMs: number])[] {
    const slot = this.slotOf(visitorId);
    if (slot === undefined) return [];
    const { items, times, size } = this.historyAt(slot);
    const seen = new Set<number>();
    const recent: [number, number][] = [];
    for (let i = size - 1; i >= 0 && recent.length < count; i -= 1) {
      const item = items[i] ?? 0;
      if (seen.has(item)) continue;
      seen.add(item);
      recent.push([item, times[i] ?? 0]);
    }
    return recent;
  }

  /** Adds what a visitor met, at its place in time. */
  add(visitorId: string, item: number, atMs: number): void {
    const slot = this.touch(visitorId);
    const history = this.historyAt(slot);
    const isNew = !holds(history, item);
    insert(history, item, atMs);
    if (isNew) this.observer.gained(slot, item); // V3
    if (history.size > this.options.maxVisits) this.dropOldest(slot, history);
  }

  /** Forgets items wherever they are. `gone` holds 1 for each of them; the observer is not told. */
  forgetItems(gone: Uint8Array): void {
    for (const history of this.histories) keep(history, (item) => gone[item] !== 1);
  }

  /** Forgets a visitor and the visitor's sessions. Returns whether there was anything. */
  forget(visitorId: string): boolean {
    for (const [sessionId, owner] of this.owners) if (owner === visitorId) this.owners.delete(sessionId);
    return this.drop(visitorId);
  }

  /** All visitors, who came longest ago first. */
  *entries(): Iterable<readonly [visitorId: string, history: History]> {
    for (const [visitorId, slot] of this.slots) yield [visitorId, this.historyAt(slot)];
  }

  /** The sessions that belong to users. */
  *ownedSessions(): Iterable<readonly [sessionId: string, userId: string]> {
    yield* this.owners;
  }

  /** Puts the owner of a session back. */
  restoreOwner(sessionId: string, userId: string): void {
    this.owners.set(sessionId, userId);
  }

  private resolve(visitorId: string): string {
    return this.owners.get(visitorId) ?? visitorId;
  }

  private historyAt(slot: number): MutableHistory {
    return (this.histories[slot] ??= { items: new Uint32Array(4), times: new Float64Array(4), size: 0 });
  }

  private join(sessionId: string, userId: string): void {
    if (this.owners.get(sessionId) === userId) return;
    this.owners.delete(sessionId);
    this.owners.set(sessionId, userId);
    if (this.owners.size > this.options.maxVisitors) dropFirst(this.owners);
    const slot = this.slots.get(sessionId);
    if (slot === undefined) return;
    const { items, times, size } = this.historyAt(slot);
    const visits = Array.from({ length: size }, (_, i) => [items[i] ?? 0, times[i] ?? 0] as const);
    this.drop(sessionId);
    for (const [item, atMs] of visits) this.add(userId, item, atMs);
  }

  /** The slot of a visitor who comes now: the newest of all. */
  private touch(visitorId: string): number {
    const known = this.slots.get(visitorId);
    if (known !== undefined) this.slots.delete(visitorId);
    else if (this.slots.size >= this.options.maxVisitors) this.dropOldestVisitor();
    const slot = known ?? this.free.pop() ?? this.histories.length;
    this.slots.set(visitorId, slot);
    return slot;
  }

  private dropOldestVisitor(): void {
    const [oldest] = this.slots.keys();
    if (oldest !== undefined) this.drop(oldest);
  }

  private drop(visitorId: string): boolean {
    const slot = this.slots.get(visitorId);
    if (slot === undefined) return false;
    const { items, size } = this.historyAt(slot);
    this.slots.delete(visitorId);
    this.free.push(slot);
    for (const item of new Set(items.subarray(0, size))) this.observer.lost(slot, item); // V3
    this.histories[slot] = { items: new Uint32Array(4), times: new Float64Array(4), size: 0 };
    return true;
  }

  private dropOldest(slot: number, history: MutableHistory): void {
    const oldest = history.items[0] ?? 0;
    history.items.copyWithin(0, 1, history.size);
    history.times.copyWithin(0, 1, history.size);
    history.size -= 1;
    if (!holds(history, oldest)) this.observer.lost(slot, oldest); // V3
  }
}

function holds({ items, size }: History, item: number): boolean {
  for (let i = 0; i < size; i += 1) if (items[i] === item) return true;
  return false;
}

function insert(history: MutableHistory, item: number, atMs: number): void {
  history.items = grown(history.items, history.size + 1);
  history.times = grown(history.times, history.size + 1);
  const { items, times } = history;
  let place = history.size;
  while (place > 0 && (times[place - 1] ?? 0) > atMs) place -= 1;
  items.copyWithin(place + 1, place, history.size);
  times.copyWithin(place + 1, place, history.size);
  items[place] = item;
  times[place] = atMs;
  history.size += 1;
}

function keep(history: MutableHistory, admits: (item: number) => boolean): void {
  let size = 0;
  for (let i = 0; i < history.size; i += 1) {
    const item = history.items[i] ?? 0;
    if (!admits(item)) continue;
    history.items[size] = item;
    history.times[size] = history.times[i] ?? 0;
    size += 1;
  }
  history.size = size;
}

function dropFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
