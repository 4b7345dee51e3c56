/** Wakes those who watch a profile when it changes. What happens between two looks is one change: nobody has a backlog. */
export class ProfileWatchers {
  private readonly watching = new Map<string, Set<() => void>>();

  /** Profiles that are being watched. */
  get size(): number {
    return this.watching.size;
  }

  /** A profile has changed. */
  notify(profileKey: string): void {
    for (const wake of this.watching.get(profileKey) ?? []) wake();
  }

  /** Watches a profile until `close`. */
  watch(profileKey: string): ProfileWatch {
    let changed = false;
    let resume = (): void => undefined;
    const wake = (): void => {
      changed = true;
      resume();
    };
    const watchers = this.watching.get(profileKey) ?? new Set();
    this.watching.set(profileKey, watchers.add(wake));
    return {
      next: async (timeoutMs, signal) => {
        if (!changed) await until((done) => (resume = done), timeoutMs, signal);
        const happened = changed;
        changed = false;
        return happened;
      },
      close: () => {
        watchers.delete(wake);
        if (watchers.size === 0) this.watching.delete(profileKey);
      },
    };
  }
}

/** One who watches. */
export interface ProfileWatch {
  /** Resolves when the profile has changed since the last time (true), after a while (false), or when the signal aborts. */
  next(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

function until(onWake: (done: () => void) => void, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    signal.addEventListener('abort', done, { once: true });
    onWake(done);
    if (signal.aborted) done();
  });
}
