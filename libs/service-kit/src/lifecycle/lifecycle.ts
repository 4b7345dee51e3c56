import { setTimeout as sleep } from 'node:timers/promises';
import { AffinityError } from '../errors';
import { type Logger } from '../logging/logger';
import { type Component } from './component';
import { type Health } from './health';

// Invariants
// L1 Components start in the order of registration, one after the other; a component may use those before it.
// L2 Only what has started is stopped, in reverse order: intake was registered last, so it closes first, and stores that
//    others flush into close last. This one rule replaces phases.
// L3 Readiness ends before the first component stops.
// L4 Stopping happens once, and never lasts longer than the grace.

/** How a lifecycle behaves. */
export interface LifecycleOptions {
  readonly logger: Logger;
  readonly health: Health;
  /** Milliseconds the whole stop may take. */
  readonly graceMs: number;
  /** Milliseconds of the grace to keep serving after readiness ended, so that load balancers notice. */
  readonly unreadyMs: number;
}

/** How a stop ended: `late` means that something was cut, `failed` that a component threw. */
export type StopOutcome = 'clean' | 'failed' | 'late';

/** Starts components in order and stops them in reverse. */
export class Lifecycle {
  private readonly registered: Component[] = [];
  private readonly started: Component[] = [];
  private starting: Promise<boolean> = Promise.resolve(false);
  private stopping: Promise<StopOutcome> | undefined;

  constructor(private readonly options: LifecycleOptions) {}

  /** Registers a component; after those it needs, before those that need it. */
  add(component: Component): void {
    this.registered.push(component);
  }

  /**
   * Starts all components; false when a stop came in between, which lets the component at hand finish starting and
   * starts no more. When one fails, rejects with its error; what had started stays up until {@link stop}.
   */
  start(): Promise<boolean> {
    this.starting = this.startAll();
    return this.starting;
  }

  /** Everything that started components want said in the ready line. */
  readyFields(): Readonly<Record<string, unknown>> {
    const fields = this.started.map((component) => component.readyFields?.() ?? {});
    return Object.assign({}, ...fields) as Record<string, unknown>;
  }

  /** Stops everything that started; the second and later calls give the first one's outcome. */
  stop(): Promise<StopOutcome> {
    this.stopping ??= this.stopWithinGrace(); // L4
    return this.stopping;
  }

  private async startAll(): Promise<boolean> {
    for (const component of this.registered) {
      if (this.stopping !== undefined) return false;
      await component.start(); // L1
      this.started.push(component);
      this.options.logger.debug({ component: component.name }, 'started');
    }
    if (this.stopping !== undefined) return false;
    this.options.health.markServing();
    return true;
  }

  private async stopWithinGrace(): Promise<StopOutcome> {
    const { health, graceMs, logger } = this.options;
    health.markStopping(); // L3
    const graceOver = new AbortController();
    const timer = setTimeout(() => graceOver.abort(), graceMs);
    const late = new Promise<'late'>((resolve) => {
      graceOver.signal.addEventListener('abort', () => resolve('late'), { once: true });
    });
    const outcome = await Promise.race([this.stopAll(Date.now() + graceMs, graceOver.signal), late]);
    clearTimeout(timer);
    if (outcome === 'late') logger.error({ graceMs, unfinished: this.namesOfStarted() }, 'stop exceeded its grace');
    return outcome;
  }

  private async stopAll(graceEndsAt: number, graceOver: AbortSignal): Promise<StopOutcome> {
    const { unreadyMs, logger } = this.options;
    // A failed start is reported by start(); here it only means that nothing more will come.
    await this.starting.catch(() => undefined);
    if (unreadyMs > 0) await sleep(unreadyMs, undefined, { signal: graceOver }).catch(() => undefined);
    let outcome: StopOutcome = 'clean';
    for (let component = this.started.at(-1); component !== undefined; component = this.started.at(-1)) {
      const stopped = await stopComponent(component, Math.max(0, graceEndsAt - Date.now()), logger);
      if (!stopped) outcome = 'failed';
      this.started.pop(); // L2
    }
    return outcome;
  }

  private namesOfStarted(): readonly string[] {
    return this.started.map((component) => component.name);
  }
}

async function stopComponent(component: Component, graceMs: number, logger: Logger): Promise<boolean> {
  try {
    await component.stop({ graceMs });
    logger.debug({ component: component.name }, 'stopped');
    return true;
  } catch (error) {
    const err = new AffinityError('INTERNAL', `${component.name} failed to stop`, { cause: error });
    logger.error({ err, component: component.name }, 'stop failed');
    return false; // The others still get their turn: a flush further down must not be lost to a failure up here.
  }
}
