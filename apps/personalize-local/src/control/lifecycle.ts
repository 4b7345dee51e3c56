import type { Logger } from '@affinity/service-kit';
import type { StateRecord } from '../recorded';
import type { Resource, ResourceStatus } from './resource';
import type { ResourceStore } from './resource-store';

/** What a resource's making leaves behind. */
export interface WorkResult {
  readonly members?: Readonly<Record<string, unknown>>;
  readonly internal?: Readonly<Record<string, unknown>>;
  /** Where it changes. */
  readonly dependsOn?: readonly string[];
}

/** Makes a resource: imports, trains, or nothing. Throws an Error whose message is the reason of failure. */
export type Work = (resource: Resource, signal: AbortSignal) => Promise<WorkResult>;

/** What the lifecycle works with. */
export interface LifecycleOptions {
  readonly resources: ResourceStore;
  readonly work: Work;
  /** Tidies up after a resource that was deleted. */
  readonly tidy: (resource: Resource) => Promise<void>;
  readonly record: (records: readonly StateRecord[]) => Promise<void>;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/**
 * Takes resources through their states, each on its own.
 *
 * L1 Every change of state is on the disk before it is seen; what a restart finds half done begins again.
 * L2 Whatever goes wrong ends in a failed state with its reason, never in one that lasts for ever.
 */
export class Lifecycle {
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: LifecycleOptions) {}

  /** Takes up what a restart found half done. */
  start(): Promise<void> {
    for (const { arn, status } of this.options.resources.all()) if (unfinished.has(status)) this.advance(arn);
    return Promise.resolve();
  }

  /** Ends the work under way, which begins again at the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  /** Takes a pending resource to its final state. */
  advance(arn: string): void {
    const run = this.run(arn)
      .catch((error: unknown) => this.report(arn, error))
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  private async run(arn: string): Promise<void> {
    const resource = this.options.resources.find(arn);
    if (resource === undefined || this.stopping.signal.aborted) return;
    if (resource.status.startsWith('DELETE')) return this.remove(resource);
    const isJob = resource.status === 'PENDING' || resource.status === 'IN_PROGRESS';
    const isUpdate = updateOf(resource) !== undefined;
    if (!isJob && !isUpdate && !resource.status.startsWith('CREATE')) return;
    await this.make(resource, isJob);
  }

  private async make(resource: Resource, isJob: boolean): Promise<void> {
    const isUpdate = updateOf(resource) !== undefined;
    const underWay = isUpdate ? resource : await this.put(resource, isJob ? 'IN_PROGRESS' : 'CREATE IN_PROGRESS');
    try {
      const result = await this.options.work(underWay, this.stopping.signal);
      const current = this.options.resources.find(resource.arn);
      if (current?.status === 'CREATE STOPPING') await this.put(current, 'CREATE STOPPED');
      else if (current !== undefined)
        await this.put({ ...current, ...merged(current, result) }, isJob ? 'COMPLETED' : 'ACTIVE');
    } catch (error) {
      if (this.stopping.signal.aborted) return; // L1
      const current = this.options.resources.find(resource.arn) ?? underWay;
      if (current.status === 'CREATE STOPPING') {
        await this.put(current, 'CREATE STOPPED');
        return;
      }
      const failureReason = error instanceof Error ? error.message : String(error);
      this.options.logger.warn({ arn: resource.arn, err: error }, 'a resource could not be made');
      await this.put({ ...current, failureReason }, isJob ? 'FAILED' : 'CREATE FAILED'); // L2
    }
  }

  private async remove(resource: Resource): Promise<void> {
    await this.put(resource, 'DELETE IN_PROGRESS');
    await this.options.tidy(resource);
    await this.options.record([{ kind: 'resource-gone', arn: resource.arn }]);
  }

  private async put(resource: Resource, status: ResourceStatus): Promise<Resource> {
    const changed = { ...resource, status, updatedAtMs: this.options.nowMs() };
    await this.options.record([{ kind: 'resource', resource: changed }]);
    return changed;
  }

  private report(arn: string, error: unknown): void {
    this.options.logger.error(
      { arn, err: error },
      'a change of state could not be recorded; it is tried again at the next start',
    );
  }
}

const unfinished: ReadonlySet<ResourceStatus> = new Set([
  'CREATE PENDING',
  'CREATE IN_PROGRESS',
  'CREATE STOPPING',
  'DELETE PENDING',
  'DELETE IN_PROGRESS',
  'PENDING',
  'IN_PROGRESS',
  'ACTIVE',
]);

/** The update of a campaign that is under way; it serves as before until it is done. */
export function updateOf({ kind, members }: Resource): Readonly<Record<string, unknown>> | undefined {
  const update = members['latestCampaignUpdate'] as Readonly<Record<string, unknown>> | undefined;
  return kind === 'campaign' && update !== undefined && update['status'] !== 'ACTIVE' ? update : undefined;
}

function merged(
  resource: Resource,
  { members = {}, internal = {}, dependsOn = resource.dependsOn }: WorkResult,
): Partial<Resource> {
  return { dependsOn, members: { ...resource.members, ...members }, internal: { ...resource.internal, ...internal } };
}
