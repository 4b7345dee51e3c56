import type { DatasetKind } from '@affinity/personalize';

interface Field {
  readonly name: string;
  readonly type: unknown;
}

/** `same`: nothing to do. `wider`: the dataset's schema can be replaced. Otherwise what stands against it. */
export type FieldChange = 'same' | 'wider' | { readonly refused: string };

/**
 * How a dataset's schema differs from what is to be imported. Fields of items and users can be added, if they may be null; none
 * can be taken away or change.
 * Source: "Replacing a dataset's schema to add new columns", Amazon Personalize developer guide.
 */
export function fieldChange(
  kind: DatasetKind,
  { has, wanted }: { readonly has: string; readonly wanted: string },
): FieldChange {
  const [before, after] = [fieldsIn(has), fieldsIn(wanted)];
  if (before.map(textOf).join() === after.map(textOf).join()) return 'same';
  const lost = before.find((field) => !after.some((one) => textOf(one) === textOf(field)));
  if (lost !== undefined) return { refused: `${lost.name} cannot be taken away or change its type` };
  if (kind === 'Interactions') return { refused: 'columns of interactions are for ever' };
  const added = after.filter(({ name }) => !before.some((field) => field.name === name));
  const strict = added.find(({ type }) => !(Array.isArray(type) && type.includes('null')));
  return strict === undefined ? 'wider' : { refused: `${strict.name} is new and cannot be null` };
}

function fieldsIn(schema: string): readonly Field[] {
  return (JSON.parse(schema) as { readonly fields: readonly Field[] }).fields;
}

function textOf({ name, type }: Field): string {
  return JSON.stringify([name, type]);
}
