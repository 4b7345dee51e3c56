// Invariants
// H1 A service is ready if and only if it was switched ready and no component reports a problem.
// H2 Once it is shut down it never becomes ready again.
// H3 Listeners hear every change of readiness once, and nothing else.

/** Readiness of a service: switched by its lifecycle, vetoed by components that cannot work. */
export class Health {
  private readonly problems = new Map<string, string>();
  private readonly listeners = new Set<(ready: boolean) => void>();
  private phase: 'starting' | 'serving' | 'stopping' = 'starting';

  /** Whether new work should be sent here. */
  get ready(): boolean {
    return this.phase === 'serving' && this.problems.size === 0;
  }

  /** What keeps the service from being ready, by component. */
  get currentProblems(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.problems);
  }

  /** Everything has started. */
  markServing(): void {
    this.change(() => {
      if (this.phase === 'starting') this.phase = 'serving'; // H2
    });
  }

  /** The service drains; there is no way back. */
  markStopping(): void {
    this.change(() => {
      this.phase = 'stopping';
    });
  }

  /** Says that a component cannot work and why, or, with `undefined`, that it can again. */
  report(component: string, problem: string | undefined): void {
    this.change(() => {
      if (problem === undefined) this.problems.delete(component);
      else this.problems.set(component, problem);
    });
  }

  /** Calls `listener` at every change of readiness, until the returned function is called. */
  onChange(listener: (ready: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private change(apply: () => void): void {
    const before = this.ready;
    apply();
    if (this.ready === before) return; // H3
    for (const listener of this.listeners) listener(this.ready);
  }
}
