import { AwsError, invalidInput } from '../errors';

/** Bounds of a text, in characters. */
export interface TextRule {
  /** 1 unless told. */
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

/** Bounds of a list or a map. */
export interface SizeRule {
  readonly min?: number;
  readonly max: number;
}

/**
 * The members of a JSON request. A member of the wrong type ends reading with SerializationException, as in AWS; members
 * that break a constraint are gathered and refused together by {@link RequestMembers.check}. Members that nobody asks for
 * are ignored, and null counts as absent.
 */
export class RequestMembers {
  private constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    private readonly path: string,
    private readonly problems: string[],
  ) {}

  /** Reads a body. @throws AwsError SerializationException when it is not a JSON object */
  static parse(body: Buffer): RequestMembers {
    return new RequestMembers(objectOf(parseJson(body), 'the request'), '', []);
  }

  /** A text; undefined when it is absent. */
  text(name: string, rule: TextRule): string | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(this.pathOf(name), 'a string');
    this.checkText(this.pathOf(name), value, rule);
    return value;
  }

  /** A text that must be there; empty when it is not, which is noted. */
  requiredText(name: string, rule: TextRule): string {
    this.checkPresence(name);
    return this.text(name, rule) ?? '';
  }

  /** A finite number; undefined when it is absent. */
  number(name: string): number | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw wrongType(this.pathOf(name), 'a number');
    return value;
  }

  /** A number that must be there; NaN when it is not, which is noted. */
  requiredNumber(name: string): number {
    this.checkPresence(name);
    return this.number(name) ?? Number.NaN;
  }

  /** Texts; undefined when the list is absent. */
  texts(name: string, size: SizeRule, rule: TextRule): readonly string[] | undefined {
    const path = this.pathOf(name);
    const list = this.list(name, size)?.map((value, i) => {
      if (typeof value !== 'string') throw wrongType(`${path}.${i + 1}.member`, 'a string');
      return value;
    });
    list?.forEach((value, i) => this.checkText(`${path}.${i + 1}.member`, value, rule));
    return list;
  }

  /** Structures; an empty list, which is noted, when there are none. */
  requiredStructures(name: string, size: SizeRule): readonly RequestMembers[] {
    this.checkPresence(name);
    return this.structures(name, size);
  }

  /** Structures; none when the list is absent. */
  structures(name: string, size: SizeRule): readonly RequestMembers[] {
    return (this.list(name, size) ?? []).map((value, i) => {
      const path = `${this.pathOf(name)}.${i + 1}.member`;
      return new RequestMembers(objectOf(value, path), path, this.problems);
    });
  }

  /** A structure; undefined when it is absent. */
  structure(name: string): RequestMembers | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    const path = this.pathOf(name);
    return new RequestMembers(objectOf(value, path), path, this.problems);
  }

  /** A structure that must be there; an empty one, which is noted, when it is not. */
  requiredStructure(name: string): RequestMembers {
    this.checkPresence(name);
    return this.structure(name) ?? new RequestMembers({}, this.pathOf(name), this.problems);
  }

  /** True or false; undefined when it is absent. */
  truth(name: string): boolean | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean') throw wrongType(this.pathOf(name), 'true or false');
    return value;
  }

  /** A whole number within bounds; undefined when it is absent. */
  integer(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.number(name);
    if (value === undefined) return undefined;
    if (!Number.isInteger(value)) throw wrongType(this.pathOf(name), 'a whole number');
    if (value < min) this.note(name, `Member must have value greater than or equal to ${min}`);
    if (value > max) this.note(name, `Member must have value less than or equal to ${max}`);
    return value;
  }

  /** One of a set of texts; undefined when it is absent. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name, { max: 256 });
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.note(name, `Member must satisfy enum value set: [${choices.join(', ')}]`);
    return chosen;
  }

  /** The names of the members that are there. */
  get names(): readonly string[] {
    return Object.keys(this.members).filter((name) => this.has(name));
  }

  /** A map of texts, checked; empty when it is absent. */
  textMap(
    name: string,
    rules: { readonly size: SizeRule; readonly key: TextRule; readonly value: TextRule },
  ): Readonly<Record<string, string>> {
    this.checkTextMap(name, rules);
    return (this.members[name] ?? {}) as Readonly<Record<string, string>>;
  }

  /** Checks a map of texts. */
  checkTextMap(
    name: string,
    rules: { readonly size: SizeRule; readonly key: TextRule; readonly value: TextRule },
  ): void {
    const map = this.members[name] ?? undefined;
    if (map === undefined) return;
    const path = this.pathOf(name);
    const entries = Object.entries(objectOf(map, path));
    this.checkSize(path, entries.length, rules.size);
    for (const [key, value] of entries) {
      if (typeof value !== 'string') throw wrongType(`${path}.${key}`, 'a string');
      this.checkText(`${path}.key`, key, rules.key);
      this.checkText(`${path}.${key}.member`, value, rules.value);
    }
  }

  /** Whether a member is there at all. */
  has(name: string): boolean {
    return (this.members[name] ?? undefined) !== undefined;
  }

  /** The bytes that the members take as JSON. */
  get jsonBytes(): number {
    return Buffer.byteLength(JSON.stringify(this.members));
  }

  /** Notes that a member breaks a rule. */
  note(name: string, rule: string): void {
    this.problems.push(`Value at '${this.pathOf(name)}' failed to satisfy constraint: ${rule}`);
  }

  /** @throws AwsError InvalidInputException with everything that was noted */
  check(): void {
    if (this.problems.length > 0) throw invalidInput(this.problems);
  }

  private list(name: string, size: SizeRule): readonly unknown[] | undefined {
    const value: unknown = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw wrongType(this.pathOf(name), 'a list');
    this.checkSize(this.pathOf(name), value.length, size);
    return value as readonly unknown[];
  }

  private checkPresence(name: string): void {
    if (!this.has(name)) this.note(name, 'Member must not be null');
  }

  private checkText(path: string, value: string, { min = 1, max, pattern }: TextRule): void {
    this.checkSize(path, value.length, { min, max });
    if (pattern !== undefined && !pattern.test(value)) {
      this.problems.push(
        `Value at '${path}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
      );
    }
  }

  private checkSize(path: string, size: number, { min = 0, max }: SizeRule): void {
    const told = `Value at '${path}' failed to satisfy constraint: Member must have length`;
    if (size < min) this.problems.push(`${told} greater than or equal to ${min}`);
    if (size > max) this.problems.push(`${told} less than or equal to ${max}`);
  }

  private pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new AwsError('SerializationException', 'the request is not JSON', { cause: error });
  }
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(path, 'a structure');
  return value as Readonly<Record<string, unknown>>;
}

function wrongType(path: string, expected: string): AwsError {
  return new AwsError('SerializationException', `${path} must be ${expected}`);
}
