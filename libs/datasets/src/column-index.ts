import type { CsvFile, CsvRow } from './csv-file';
import { DatasetError } from './errors';

/** Reads a named column of a row; an absent column reads as the empty text. */
export type ColumnReader = (row: CsvRow) => string;

/** A reader of a column that the file must have. Throws DatasetError when it has not. */
export function requiredColumn(file: CsvFile, column: string): ColumnReader {
  if (!file.columns.includes(column)) {
    throw new DatasetError(
      { file: file.name, line: 1, column },
      `is missing; the header has ${file.columns.join(', ')}`,
    );
  }
  return optionalColumn(file, column);
}

/** A reader of a column that the file may have. */
export function optionalColumn(file: CsvFile, column: string): ColumnReader {
  const index = file.columns.indexOf(column);
  return index < 0 ? () => '' : (row) => row.fields[index] ?? '';
}
