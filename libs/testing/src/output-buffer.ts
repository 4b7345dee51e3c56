/** Keeps the newest output of a process, at most `maxBytes` of it, and hands each complete line on as it arrives. */
export class OutputBuffer {
  private readonly lines: string[] = [];
  private bytes = 0;
  private partial = '';

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: (line: string) => void = () => undefined,
  ) {}

  /** Adds output; a line may arrive in pieces. A line without end is cut at `maxBytes`. */
  add(text: string): void {
    const pieces = (this.partial + text).split('\n');
    this.partial = (pieces.pop() ?? '').slice(-this.maxBytes);
    for (const line of pieces) this.keep(line);
  }

  /** What was kept, oldest first, the unfinished line included. */
  text(): string {
    return [...this.lines, this.partial].join('\n');
  }

  private keep(line: string): void {
    this.lines.push(line);
    this.bytes += line.length;
    while (this.bytes > this.maxBytes) this.bytes -= this.lines.shift()?.length ?? 0;
    this.onLine(line);
  }
}
