/** Interactions that filters look at, of one user and event type. Source: "Filtering", Amazon Personalize developer guide. */
const maxPerType = 100;

/** The latest items of each user by event type, within a bound of users: who came longest ago goes first. */
export class RecentInteractions {
  private readonly users = new Map<string, Map<string, string[]>>();

  constructor(private readonly maxUsers: number) {}

  /** Notes an interaction; event types are told apart whatever their case. */
  add(userId: string, eventType: string, itemId: string): void {
    const types = this.users.get(userId) ?? new Map<string, string[]>();
    this.users.delete(userId);
    this.users.set(userId, types);
    const items = types.get(eventType.toLowerCase()) ?? [];
    types.set(eventType.toLowerCase(), items);
    items.push(itemId);
    if (items.length > maxPerType) items.shift();
    if (this.users.size <= this.maxUsers) return;
    const [oldest] = this.users.keys();
    if (oldest !== undefined) this.users.delete(oldest);
  }

  /** The event types, in lower case, that a user lately had with an item. */
  typesOf(userId: string, itemId: string): readonly string[] {
    const types = this.users.get(userId);
    return types === undefined ? [] : [...types].flatMap(([type, items]) => (items.includes(itemId) ? [type] : []));
  }

  /** Forgets a user. */
  forget(userId: string): void {
    this.users.delete(userId);
  }
}
