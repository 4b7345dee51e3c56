import type { FieldViolation } from '@affinity/contracts';

/** Most violations that one event's answer lists; a hostile event could break thousands. */
const maxListed = 20;

/** Collects the rules that one event breaks. */
export class Violations {
  private readonly listed: FieldViolation[] = [];
  private count = 0;

  /** Notes that a field breaks a rule. `description` says the rule and what was found, never more than a few words of it. */
  add(field: string, description: string): void {
    this.count += 1;
    if (this.listed.length < maxListed) this.listed.push({ field, description });
  }

  /** The violations, at most 20 and one that says how many more there are. */
  toArray(): readonly FieldViolation[] {
    const more = this.count - this.listed.length;
    return more === 0 ? this.listed : [...this.listed, { field: 'event', description: `breaks ${more} more rules` }];
  }
}
