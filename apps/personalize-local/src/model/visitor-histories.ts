/** An item that a visitor met. */
export interface Visit {
  readonly itemId: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** How much is remembered of visitors. */
export interface VisitorHistoriesOptions {
  /** Users and anonymous sessions together; who came longest ago is forgotten first. */
  readonly maxVisitors: number;
  /** Of one visitor, newest. */
  readonly maxVisits: number;
}

/**
 * What each visitor met, in the order of time.
 *
 * V1 User ids and session ids share one space of names, as they do in Personalize, where a session id may stand for a user id.
 * V2 A session that was seen with a user belongs to that user from then on: what it did before joins the user's history.
 */
export class VisitorHistories {
  private readonly histories = new Map<string, Visit[]>();
  private readonly owners = new Map<string, string>();

  constructor(private readonly options: VisitorHistoriesOptions) {}

  /** Whose history an event goes to. Joins the session's own to it (V2). */
  visitorOf(userId: string | undefined, sessionId: string): string {
    if (userId === undefined) return this.resolve(sessionId);
    if (userId !== sessionId) this.join(sessionId, userId);
    return userId;
  }

  /** The visitor's items, each once, most recent first; none when the visitor is unknown. */
  recent(visitorId: string, count: number): readonly Visit[] {
    const seen = new Map<string, Visit>();
    const visits = this.histories.get(this.resolve(visitorId)) ?? [];
    for (let i = visits.length - 1; i >= 0 && seen.size < count; i -= 1) {
      const visit = visits[i];
      if (visit !== undefined && !seen.has(visit.itemId)) seen.set(visit.itemId, visit);
    }
    return [...seen.values()];
  }

  /** Adds what a visitor met, at its place in time. */
  add(visitorId: string, visit: Visit): void {
    const visits = this.histories.get(visitorId) ?? [];
    insertInOrder(visits, visit);
    if (visits.length > this.options.maxVisits) visits.shift();
    this.put(visitorId, visits);
  }

  *entries(): Iterable<readonly [visitorId: string, visits: readonly (readonly [string, number])[]]> {
    for (const [visitorId, visits] of this.histories) {
      yield [visitorId, visits.map(({ itemId, atMs }) => [itemId, atMs])];
    }
  }

  /** The sessions that belong to users. */
  *ownedSessions(): Iterable<readonly [sessionId: string, userId: string]> {
    yield* this.owners;
  }

  /** Puts a history back as `entries` gave it. */
  restoreHistory(visitorId: string, visits: readonly (readonly [string, number])[]): void {
    this.histories.set(
      visitorId,
      visits.map(([itemId, atMs]) => ({ itemId, atMs })),
    );
  }

  /** Puts the owner of a session back. */
  restoreOwner(sessionId: string, userId: string): void {
    this.owners.set(sessionId, userId);
  }

  private resolve(visitorId: string): string {
    return this.owners.get(visitorId) ?? visitorId;
  }

  private join(sessionId: string, userId: string): void {
    if (this.owners.get(sessionId) === userId) return;
    setNewest(this.owners, { key: sessionId, value: userId, max: this.options.maxVisitors });
    const visits = this.histories.get(sessionId);
    this.histories.delete(sessionId);
    for (const visit of visits ?? []) this.add(userId, visit);
  }

  private put(visitorId: string, visits: Visit[]): void {
    setNewest(this.histories, { key: visitorId, value: visits, max: this.options.maxVisitors });
  }
}

function insertInOrder(visits: Visit[], visit: Visit): void {
  let place = visits.length;
  while (place > 0 && (visits[place - 1]?.atMs ?? 0) > visit.atMs) place -= 1;
  visits.splice(place, 0, visit);
}

/** Sets an entry as the newest of a map, and drops the oldest when there are too many. */
function setNewest<V>(
  map: Map<string, V>,
  entry: { readonly key: string; readonly value: V; readonly max: number },
): void {
  map.delete(entry.key);
  map.set(entry.key, entry.value);
  if (map.size <= entry.max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
