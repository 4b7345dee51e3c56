/** Runs tasks one at a time for each name; tasks of different names overlap. Holds memory only for names in use. */
export class KeyLock {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Runs the task after all earlier ones of that name, whether those succeeded or failed, and returns its result. */
  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.tails.get(name) ?? Promise.resolve();
    const result = before.then(task, task);
    const tail = result.catch(() => undefined);
    this.tails.set(name, tail);
    try {
      return await result;
    } finally {
      if (this.tails.get(name) === tail) this.tails.delete(name);
    }
  }
}
