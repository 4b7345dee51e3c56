/** Where the report goes; standard output fits. */
export interface ReportStream {
  write(text: string): unknown;
  /** Whether a person watches. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** A report in plain text, as it comes. */
export class Report {
  constructor(readonly stream: ReportStream) {}

  /** A part of the report begins. */
  heading(text: string): void {
    this.stream.write(`\n== ${text}\n`);
  }

  /** One line. */
  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  /** Rows in columns that line up; the first row names them. */
  table(rows: readonly (readonly string[])[]): void {
    for (const line of alignColumns(rows)) this.line(`  ${line}`);
  }
}

/** Rows as lines whose columns begin at the same place. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
