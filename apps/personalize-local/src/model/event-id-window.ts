/** Remembers the newest event ids, so that a repeated event is not learned from twice. */
export class EventIdWindow {
  private readonly ids = new Set<string>();

  /** @param size ids remembered; the oldest goes first */
  constructor(private readonly size: number) {}

  /** Remembers an id; false when it is remembered already. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.size) {
      const [oldest] = this.ids;
      if (oldest !== undefined) this.ids.delete(oldest);
    }
    return true;
  }

  /** The remembered ids, oldest first. */
  values(): Iterable<string> {
    return this.ids;
  }
}
