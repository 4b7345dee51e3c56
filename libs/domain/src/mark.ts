/**
 * How far a state has counted its partition: the sequence and the server timestamp of the last event counted.
 * Both, because a stream that lost its tail or was recreated hands the same sequences out again.
 */
export interface Mark {
  readonly sequence: number;
  /** Epoch nanoseconds, as the stream's server stamped it. */
  readonly timestampNs: bigint;
}

/** Before every event. */
export const markOfNothing: Mark = { sequence: 0, timestampNs: 0n };

/** Whether a state with this mark has counted the event at `position`: both numbers are at or below the mark's. */
export function covers(mark: Mark, position: Mark): boolean {
  return position.sequence <= mark.sequence && position.timestampNs <= mark.timestampNs;
}

/**
 * The mark after counting the event at `position`. Going forward it keeps the larger timestamp, because a new stream
 * leader's clock may be a little behind the old one's; a sequence that went back belongs to a rolled-back stream and
 * begins anew.
 */
export function advance(mark: Mark, position: Mark): Mark {
  if (position.sequence <= mark.sequence) return position;
  if (position.timestampNs >= mark.timestampNs) return position;
  return { sequence: position.sequence, timestampNs: mark.timestampNs };
}

/**
 * Whether a mark and a later position contradict each other: in one stream, what has the larger sequence is not older. Either
 * a new leader's clock is behind, or the position is of a part of the stream that was lost since: the stream can tell.
 */
export function contradicts(mark: Mark, position: Mark): boolean {
  return position.sequence > mark.sequence && position.timestampNs < mark.timestampNs;
}

/**
 * Whether one state of a partition was marked no later than another: by time, and by sequence at the same time. Unlike
 * sequences, times stay comparable when the stream was rolled back in between.
 */
export function isNoLater(mark: Mark, than: Mark): boolean {
  if (mark.timestampNs !== than.timestampNs) return mark.timestampNs < than.timestampNs;
  return mark.sequence <= than.sequence;
}

/** Whether two marks name the same position. */
export function sameMark(left: Mark, right: Mark): boolean {
  return left.sequence === right.sequence && left.timestampNs === right.timestampNs;
}
