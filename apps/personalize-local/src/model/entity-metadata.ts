/** The properties last put for each item or user, as JSON text, within a bound of characters: the oldest go first. */
export class EntityMetadata {
  private readonly properties = new Map<string, string>();
  private characters = 0;

  constructor(private readonly maxCharacters: number) {}

  /** Replaces an entity's properties. */
  put(id: string, properties: string): void {
    this.remove(id);
    this.properties.set(id, properties);
    this.characters += id.length + properties.length;
    while (this.characters > this.maxCharacters && this.properties.size > 1) this.removeOldest();
  }

  get(id: string): string | undefined {
    return this.properties.get(id);
  }

  entries(): Iterable<readonly [id: string, properties: string]> {
    return this.properties;
  }

  /** Forgets an entity. */
  remove(id: string): void {
    const properties = this.properties.get(id);
    if (properties === undefined) return;
    this.properties.delete(id);
    this.characters -= id.length + properties.length;
  }

  private removeOldest(): void {
    const [oldest] = this.properties.keys();
    if (oldest !== undefined) this.remove(oldest);
  }
}
