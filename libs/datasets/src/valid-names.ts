const maxNameLength = 64;

/** A column's name as the name of an attribute: letters, digits, `_`, `.` and `-`, a letter first, at most 64. */
export function attributeNameOf(column: string): string {
  return withLetterFirst(column.trim().replaceAll(/[^A-Za-z0-9_.-]+/g, '_'));
}

/** An attribute's name as the name of a dimension: lower case letters, digits and `_`, a letter first, at most 64. */
export function dimensionNameOf(attribute: string): string {
  return withLetterFirst(attribute.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_'));
}

/** An event type as a data set writes it, as a schema may name it: "Add to Cart" becomes "add_to_cart". */
export function eventTypeNameOf(text: string): string {
  return withLetterFirst(
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '_'),
  );
}

/** The first of `name`, `name_2`, `name_3` … that `isTaken` does not hold for; at most 64 characters. */
export function untakenName(name: string, isTaken: (candidate: string) => boolean): string {
  let candidate = name;
  for (let i = 2; isTaken(candidate); i += 1) {
    const suffix = `_${i}`;
    candidate = name.slice(0, maxNameLength - suffix.length) + suffix;
  }
  return candidate;
}

function withLetterFirst(name: string): string {
  return (/^[A-Za-z]/.test(name) ? name : `x_${name}`).slice(0, maxNameLength);
}
