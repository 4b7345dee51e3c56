/** A place in a data set's file. */
export interface DatasetPlace {
  /** The file's name inside the data set folder. */
  readonly file: string;
  /** From 1, the header being line 1; a record of several lines counts as its last. */
  readonly line?: number;
  readonly column?: string;
}

/** Thrown when a data set folder cannot be used. The message names the file and, where there is one, line and column. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';

  constructor(
    readonly place: DatasetPlace,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${describePlace(place)}: ${problem}`, options);
  }
}

function describePlace({ file, line, column }: DatasetPlace): string {
  const parts = [file];
  if (line !== undefined) parts.push(`line ${line}`);
  if (column !== undefined) parts.push(`column ${column}`);
  return parts.join(', ');
}

/** A value as an error message quotes it: as JSON, at most 60 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}
