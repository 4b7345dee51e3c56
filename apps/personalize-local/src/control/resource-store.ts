import { AwsError } from '../errors';
import { kindNames, type Resource, type ResourceKind } from './resource';

/** The resources by ARN, in the order in which they were made. */
export class ResourceStore {
  private readonly resources: Map<string, Resource>;
  private readonly changedArns = new Set<string>();
  private readonly goneArns = new Set<string>();

  /** @param defaults resources that are there from the start and need not be kept until they change */
  constructor(private readonly defaults: readonly Resource[]) {
    this.resources = new Map(defaults.map((resource) => [resource.arn, resource]));
  }

  put(resource: Resource): void {
    this.resources.set(resource.arn, resource);
    this.changedArns.add(resource.arn);
    this.goneArns.delete(resource.arn);
  }

  remove(arn: string): void {
    this.resources.delete(arn);
    this.changedArns.delete(arn);
    if (this.defaults.some((resource) => resource.arn === arn)) this.goneArns.add(arn);
  }

  find(arn: string): Resource | undefined {
    return this.resources.get(arn);
  }

  /** The resource of a kind. @throws AwsError ResourceNotFoundException */
  get(kind: ResourceKind, arn: string): Resource {
    const resource = this.resources.get(arn);
    if (resource?.kind === kind) return resource;
    throw new AwsError('ResourceNotFoundException', `There is no ${kindNames[kind].operation} ${arn}`);
  }

  /** The same, which must be ACTIVE. @throws AwsError ResourceInUseException when it is in another state */
  getActive(kind: ResourceKind, arn: string): Resource {
    const resource = this.get(kind, arn);
    if (resource.status === 'ACTIVE') return resource;
    throw new AwsError('ResourceInUseException', `${arn} is ${resource.status}, not ACTIVE`);
  }

  all(): readonly Resource[] {
    return [...this.resources.values()];
  }

  ofKind(kind: ResourceKind): readonly Resource[] {
    return [...this.resources.values()].filter((resource) => resource.kind === kind);
  }

  /** Those that depend on a resource. */
  dependants(arn: string): readonly Resource[] {
    return [...this.resources.values()].filter(({ dependsOn }) => dependsOn.includes(arn));
  }

  /** For a snapshot: what is not as it was at the start. */
  changed(): readonly Resource[] {
    return [...this.changedArns].flatMap((arn) => this.resources.get(arn) ?? []);
  }

  /** For a snapshot: the defaults that were deleted. */
  gone(): Iterable<string> {
    return this.goneArns;
  }
}
