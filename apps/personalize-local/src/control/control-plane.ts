import { AwsError } from '../errors';
import type { StateRecord } from '../recorded';
import type { ArnMaker } from '../resource-names';
import type { Lifecycle } from './lifecycle';
import { kindNames, type Resource, type ResourceKind, type ResourceStatus } from './resource';
import type { ResourceStore } from './resource-store';

/** What the control plane works with. */
export interface ControlPlaneOptions {
  readonly resources: ResourceStore;
  readonly lifecycle: Pick<Lifecycle, 'advance'>;
  readonly arn: ArnMaker;
  readonly record: (records: readonly StateRecord[]) => Promise<void>;
  readonly nowMs: () => number;
}

/** A resource to be made. */
export interface ResourceToMake {
  readonly kind: ResourceKind;
  readonly arn: string;
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly members: Readonly<Record<string, unknown>>;
  readonly internal?: Readonly<Record<string, unknown>>;
  /** CREATE PENDING unless told. */
  readonly status?: ResourceStatus;
}

/** Most resources of a kind, in all or in one dataset group. Source: "Service quotas", Amazon Personalize developer guide. */
export interface ResourceQuota {
  readonly max: number;
  readonly counts: (resource: Resource) => boolean;
}

/** Makes and changes resources; what takes time goes on after the answer, as states tell. */
export class ControlPlane {
  /** Names that are being made, so that two calls at once do not both succeed. */
  private readonly making = new Set<string>();

  constructor(private readonly options: ControlPlaneOptions) {}

  get resources(): ResourceStore {
    return this.options.resources;
  }

  get arn(): ArnMaker {
    return this.options.arn;
  }

  /** Makes a resource. @throws AwsError ResourceAlreadyExistsException, LimitExceededException */
  async make(toMake: ResourceToMake, quota?: ResourceQuota): Promise<void> {
    const { kind, arn, status = 'CREATE PENDING' } = toMake;
    const { operation } = kindNames[kind];
    if (this.resources.find(arn) !== undefined || this.making.has(arn)) {
      throw new AwsError('ResourceAlreadyExistsException', `There is a ${operation} ${arn} already`);
    }
    const count = quota === undefined ? 0 : this.resources.ofKind(kind).filter(quota.counts).length;
    if (quota !== undefined && count >= quota.max) {
      throw new AwsError(
        'LimitExceededException',
        `There are ${count} of ${quota.max} possible ${operation} resources`,
      );
    }
    const nowMs = this.options.nowMs();
    this.making.add(arn);
    try {
      await this.put({ ...toMake, status, createdAtMs: nowMs, updatedAtMs: nowMs });
    } finally {
      this.making.delete(arn);
    }
    this.options.lifecycle.advance(arn);
  }

  /** Deletes a resource that nothing depends on. @throws AwsError ResourceNotFoundException, ResourceInUseException */
  async delete(kind: ResourceKind, arn: string): Promise<void> {
    const resource = this.resources.get(kind, arn);
    const dependants = this.resources.dependants(arn).filter((one) => !deletedWith(kind, one));
    const [dependant] = dependants;
    if (dependant !== undefined) throw new AwsError('ResourceInUseException', `${arn} is used by ${dependant.arn}`);
    if (!deletable.has(resource.status)) throw new AwsError('ResourceInUseException', `${arn} is ${resource.status}`);
    for (const one of [resource, ...this.resources.dependants(arn)])
      await this.change(one, { status: 'DELETE PENDING' });
    for (const one of [...this.resources.dependants(arn), resource]) this.options.lifecycle.advance(one.arn);
  }

  /** Changes a resource, on the disk when it resolves. */
  async change(resource: Resource, change: Partial<Resource>): Promise<void> {
    await this.put({ ...resource, ...change, updatedAtMs: this.options.nowMs() });
  }

  /** Goes on with a resource that was changed. */
  advance(arn: string): void {
    this.options.lifecycle.advance(arn);
  }

  private put(resource: Resource): Promise<void> {
    return this.options.record([{ kind: 'resource', resource }]);
  }
}

const deletable: ReadonlySet<ResourceStatus> = new Set(['ACTIVE', 'CREATE FAILED', 'CREATE STOPPED']);

/** A dataset goes with its import jobs, a solution with its versions, a dataset group with its deletion jobs. */
function deletedWith(kind: ResourceKind, dependant: Resource): boolean {
  if (kind === 'dataset') return dependant.kind === 'datasetImportJob';
  if (kind === 'solution') return dependant.kind === 'solutionVersion';
  return kind === 'datasetGroup' && dependant.kind === 'dataDeletionJob';
}
