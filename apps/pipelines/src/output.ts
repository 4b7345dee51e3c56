/** Where a command writes. */
export interface Output {
  /** A result, on standard output. */
  readonly print: (text: string) => void;
  /** What goes on, on standard error. */
  readonly progress: (line: string) => void;
}
