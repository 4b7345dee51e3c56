import type { ReportStream } from './report';

/** What a progress bar shows. */
export interface ProgressBarOptions {
  readonly stream: ReportStream;
  readonly total: number;
  /** What is counted, such as "events". */
  readonly unit: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const barWidth = 30;
const redrawMs = 100;
/** Where nobody watches, a line now and then. */
const lineMs = 5_000;

/** Shows how far something has come: a bar that is redrawn on a terminal, a line every five seconds elsewhere. */
export class ProgressBar {
  private readonly startedAtMs: number;
  private shownAtMs: number;
  private done = 0;

  constructor(private readonly options: ProgressBarOptions) {
    this.startedAtMs = options.now();
    this.shownAtMs = this.startedAtMs;
  }

  /** Adds to what is done; `note` says more in a few words. */
  add(count: number, note = ''): void {
    this.done += count;
    const { stream, now } = this.options;
    const nowMs = now();
    if (nowMs - this.shownAtMs < (stream.isTTY === true ? redrawMs : lineMs)) return;
    this.shownAtMs = nowMs;
    this.show(note);
  }

  /** Shows the last state and ends the line. */
  finish(note = ''): void {
    this.show(note);
    if (this.options.stream.isTTY === true) this.options.stream.write('\n');
  }

  private show(note: string): void {
    const { stream } = this.options;
    // Return to the first column and clear what a longer line left (ECMA-48, EL).
    if (stream.isTTY === true) stream.write(`\r${this.text(note)}\u001b[K`);
    else stream.write(`${this.text(note)}\n`);
  }

  private text(note: string): string {
    const { total, unit, now } = this.options;
    const part = total === 0 ? 1 : Math.min(1, this.done / total);
    const bar = '#'.repeat(Math.round(part * barWidth)).padEnd(barWidth, '.');
    const seconds = (now() - this.startedAtMs) / 1_000;
    const rate = seconds > 0 ? Math.round(this.done / seconds) : 0;
    return `  [${bar}] ${String(Math.floor(part * 100)).padStart(3)} %  ${this.done} of ${total} ${unit}, ${rate}/s${note === '' ? '' : `, ${note}`}`;
  }
}
