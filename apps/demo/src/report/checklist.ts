/** One thing that must hold. */
export interface Check {
  readonly what: string;
  readonly held: boolean;
  /** Numbers that show it, or what is wrong. */
  readonly detail: string;
}

/** Gathers what must hold for the demo to have succeeded. */
export class Checklist {
  private readonly checks: Check[] = [];

  /** Notes whether something held. */
  add(what: string, held: boolean, detail: string): void {
    this.checks.push({ what, held, detail });
  }

  /** Whether everything held, and at least one thing was checked. */
  get allHeld(): boolean {
    return this.checks.length > 0 && this.checks.every(({ held }) => held);
  }

  /** The checks as rows of a table. */
  rows(): readonly (readonly string[])[] {
    return this.checks.map(({ what, held, detail }) => [held ? 'ok' : 'FAILED', what, detail]);
  }
}
