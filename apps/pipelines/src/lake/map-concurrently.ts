/** What `work` makes of each input, in their order, at most `limit` at once. Rejects with the first failure. */
export async function mapConcurrently<T, R>(
  inputs: readonly T[],
  limit: number,
  work: (input: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(inputs.length);
  const queue = inputs.entries();
  const lane = async (): Promise<void> => {
    for (const [i, input] of queue) results[i] = await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, lane));
  return results;
}
