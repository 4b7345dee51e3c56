/**
 * Runs tasks of different keys at once and tasks of the same key one after the other, in the order in which they came. Each
 * task is given the result of the one that it waited for, if it had to wait. Memory is bounded by the tasks under way.
 */
export class KeyedSequence<T> {
  private readonly tails = new Map<string, Promise<T>>();

  /** Runs a task. Rejects when the task does; the next task of the key then waited for nothing. */
  run(key: string, task: (previous: T | undefined) => Promise<T>): Promise<T> {
    const tail = this.tails.get(key);
    const own = tail === undefined ? task(undefined) : tail.then(task, () => task(undefined));
    this.tails.set(key, own);
    const forget = (): void => {
      if (this.tails.get(key) === own) this.tails.delete(key);
    };
    own.then(forget, forget);
    return own;
  }

  /** Keys with a task under way. */
  get size(): number {
    return this.tails.size;
  }
}
