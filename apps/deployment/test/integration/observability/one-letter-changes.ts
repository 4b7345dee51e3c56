/** A document with one letter changed. */
export interface OneLetterChange {
  /** Where and what, for a person. */
  readonly what: string;
  readonly document: unknown;
}

/** Which words of the text at a path somebody depends on; undefined for none. Words begin with a letter. */
export type DependedOn = (path: string, text: string) => RegExp | undefined;

/**
 * Every way to change the last letter of one key, or of one word in one text, of a document as YAML and JSON have it. A key is
 * asked for by its path and a slash.
 */
export function* oneLetterChanges(
  document: unknown,
  dependedOn: DependedOn,
  path = '',
): Generator<OneLetterChange, void, undefined> {
  if (typeof document === 'string') {
    yield* changedTexts(document, dependedOn(path, document), path);
  } else if (Array.isArray(document)) {
    for (const [index, item] of document.entries())
      for (const { what, document: changed } of oneLetterChanges(item, dependedOn, path))
        yield { what, document: document.with(index, changed) as unknown };
  } else if (typeof document === 'object' && document !== null) {
    yield* changedEntries(document, dependedOn, path);
  }
}

function* changedTexts(text: string, words: RegExp | undefined, path: string): Generator<OneLetterChange> {
  for (const { 0: word, index } of words === undefined ? [] : text.matchAll(words)) {
    const changed = `${text.slice(0, index)}${otherWord(word)}${text.slice(index + word.length)}`;
    yield { what: `${path}: ${changed}`, document: changed };
  }
}

function* changedEntries(object: object, dependedOn: DependedOn, path: string): Generator<OneLetterChange> {
  const entries = Object.entries(object) as (readonly [string, unknown])[];
  for (const [index, [key, value]] of entries.entries()) {
    const at = `${path}/${key}`;
    if (dependedOn(`${at}/`, key) !== undefined) {
      const other = otherWord(key);
      yield { what: `${path}/${other}`, document: Object.fromEntries(entries.with(index, [other, value])) };
    }
    for (const { what, document } of oneLetterChanges(value, dependedOn, at))
      yield { what, document: Object.fromEntries(entries.with(index, [key, document])) };
  }
}

function otherWord(word: string): string {
  return `${word.slice(0, -1)}${word.endsWith('x') ? 'y' : 'x'}`;
}
