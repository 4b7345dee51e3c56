import { setImmediate } from 'node:timers/promises';

const notYet = 'not yet';

/**
 * Gathers what a source has ready: yields as soon as there is one element, with as many more, up to `max`, as can be had
 * without waiting. Throws what the source throws, after what came before it.
 */
export async function* readyBatches<T>(
  source: AsyncGenerator<T, void>,
  max: number,
): AsyncGenerator<readonly T[], void> {
  let next = ask(source);
  try {
    for (;;) {
      const first = await next;
      if (first.done === true) return;
      const batch = [first.value];
      next = ask(source);
      for (let more = await settled(next); isValue(more) && batch.length < max; more = await settled(next)) {
        batch.push(more.value);
        next = ask(source);
      }
      yield batch;
    }
  } finally {
    await source.return();
  }
}

/** Its failure is met when it is awaited, which may be after the next turn of the loop. */
function ask<T>(source: AsyncGenerator<T, void>): Promise<IteratorResult<T, void>> {
  const asked = source.next();
  asked.catch(() => undefined);
  return asked;
}

async function settled<T>(asked: Promise<T>): Promise<T | typeof notYet> {
  try {
    return await Promise.race([asked, setImmediate<typeof notYet>(notYet)]);
  } catch {
    return notYet;
  }
}

function isValue<T>(result: IteratorResult<T, void> | typeof notYet): result is IteratorYieldResult<T> {
  return result !== notYet && result.done !== true;
}
