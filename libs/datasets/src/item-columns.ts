import type { AttributeType, Schema } from '@affinity/domain';
import { maxDistinctTexts, type ColumnSurvey } from './column-survey';
import { attributeNameOf, untakenName } from './valid-names';

/** How a column of the catalogue is read. */
export interface ItemColumn {
  readonly column: string;
  readonly index: number;
  /** Name of the attribute that it gives. */
  readonly attribute: string;
  readonly type: AttributeType;
}

/** The type of attribute that a column's values suggest. A column named `…_id` names things even when in digits. */
export function typeOfColumn(column: string, survey: ColumnSurvey): AttributeType {
  if (survey.list) return 'list';
  return survey.numeric && survey.filled > 0 && !isIdentifier(column) ? 'number' : 'string';
}

/** Why a column makes no attribute; undefined when it makes one. */
export function whyUnusable(survey: ColumnSurvey): string | undefined {
  if (survey.filled === 0) return 'it is empty';
  return survey.overlong ? 'it has texts of more than 256 bytes' : undefined;
}

/** Why a column of texts makes no dimension; undefined when it makes one. */
export function whyNoDimension(survey: ColumnSurvey): string | undefined {
  if (survey.distinct.size > maxDistinctTexts) return `it has more than ${maxDistinctTexts} different texts`;
  const nearlyUnique = !survey.list && survey.distinct.size > Math.max(20, survey.filled / 2);
  return nearlyUnique ? 'nearly every text is different' : undefined;
}

/** The attribute names of columns, valid and each used once, in the order of the columns. */
export function attributeNames(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    const name = untakenName(attributeNameOf(column), (candidate) => taken.has(candidate));
    taken.add(name);
    return name;
  });
}

/** The type that a schema asks of an attribute; where it leaves several open, the one that the column suggests. */
export function typeUnder(schema: Schema, attribute: string, suggested: AttributeType): AttributeType {
  const accepted = schema.attributeTypes.get(attribute);
  if (accepted === undefined || accepted.includes(suggested)) return suggested;
  return accepted[0] ?? suggested;
}

function isIdentifier(column: string): boolean {
  return /(^|_)id$/i.test(column);
}
