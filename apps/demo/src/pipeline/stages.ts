import type { Report } from '../report/report';

/** The stages of a run, each announced, and timed. */
export class Stages {
  private readonly took: { readonly what: string; readonly seconds: number }[] = [];

  constructor(private readonly report: Pick<Report, 'heading' | 'line'>) {}

  /** Runs a stage, also when it fails noting how long it took. */
  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.report.heading(what);
    const startedAtMs = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - startedAtMs) / 1_000;
      this.took.push({ what, seconds });
      this.report.line(`  took ${seconds.toFixed(1)} s`);
    }
  }

  /** What took how long, as rows of a table. */
  rows(): readonly (readonly string[])[] {
    return [['stage', 'seconds'], ...this.took.map(({ what, seconds }) => [what, seconds.toFixed(1)])];
  }
}
