/**
 * What a caller must see: for each partition that its events went to, the highest sequence and the time of publishing.
 * The time tells a sequence from the same number in a stream that was rolled back or made anew since.
 */
export type ReadToken = ReadonlyMap<number, TokenPosition>;

/** A position that a reader's watermark has to cover. */
export interface TokenPosition {
  readonly sequence: number;
  /** Epoch milliseconds of the publisher's clock, just before it published. */
  readonly publishedAtMs: number;
}

const version = '1';
const entryPattern = /^(\d{1,5})\.(\d{1,15})\.(\d{1,15})$/;

/** The token as the opaque text that callers carry; empty when it asks for nothing. */
export function encodeReadToken(token: ReadToken): string {
  if (token.size === 0) return '';
  const entries = [...token].map(([partition, at]) => `${partition}.${at.sequence}.${at.publishedAtMs}`);
  return Buffer.from([version, ...entries].join('~')).toString('base64url');
}

/** The token that a text carries; undefined when the text is not one. Empty text asks for nothing. */
export function decodeReadToken(text: string): ReadToken | undefined {
  if (text === '') return new Map();
  const [found, ...entries] = Buffer.from(text, 'base64url').toString('utf8').split('~');
  if (found !== version || entries.length === 0) return undefined;
  const token = new Map<number, TokenPosition>();
  for (const entry of entries) {
    const match = entryPattern.exec(entry);
    if (match === null) return undefined;
    token.set(Number(match[1]), { sequence: Number(match[2]), publishedAtMs: Number(match[3]) });
  }
  return token;
}

/** Both tokens in one: for each partition the later position. */
export function mergeReadTokens(left: ReadToken, right: ReadToken): ReadToken {
  const merged = new Map(left);
  for (const [partition, at] of right) {
    const own = merged.get(partition);
    if (own === undefined || at.publishedAtMs > own.publishedAtMs || at.sequence > own.sequence)
      merged.set(partition, at);
  }
  return merged;
}
