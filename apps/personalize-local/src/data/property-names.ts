/** The key of a schema's field in the properties of an item, a user or an event: `NUMBER_OF_RATINGS` is `numberOfRatings`. */
export function camelName(field: string): string {
  return field.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The values of a field in properties as JSON text; several are separated by `|`. None when it is not there. */
export function fieldValues(properties: string | undefined, field: string): readonly string[] {
  if (properties === undefined) return [];
  const value = (JSON.parse(properties) as Readonly<Record<string, unknown>>)[camelName(field)];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return typeof value === 'string' && value !== '' ? value.split('|') : [];
}
