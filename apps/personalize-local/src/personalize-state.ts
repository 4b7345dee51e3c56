import { EnsembleModel, type EnsembleParameters } from '@affinity/domain';
import { ResourceStore } from './control/resource-store';
import type { Resource } from './control/resource';
import type { JournaledState } from './journal/journal';
import { Recommender, type RecommenderOptions } from './recommender';
import type { StateRecord } from './recorded';
import type { DefaultResources } from './default-resources';

/** What the state begins with. */
export interface PersonalizeStateOptions {
  readonly recommender: RecommenderOptions;
  readonly defaults: DefaultResources;
  /** Of the default campaigns, before anything was trained. */
  readonly untrained: EnsembleParameters;
}

/**
 * Everything that is kept: resources, and what each dataset group knows. The default resources are there from the start, and
 * a model that learns from events alone serves their campaigns until they are updated.
 */
export class PersonalizeState implements JournaledState<StateRecord> {
  readonly resources: ResourceStore;
  private readonly groups = new Map<string, Recommender>();

  constructor(private readonly options: PersonalizeStateOptions) {
    this.resources = new ResourceStore(options.defaults.resources);
    this.group(options.defaults.groupArn);
  }

  /** What a dataset group knows. */
  group(groupArn: string): Recommender {
    const known = this.groups.get(groupArn);
    if (known !== undefined) return known;
    const recommender = new Recommender(this.options.recommender);
    const { defaults, untrained, recommender: bounds } = this.options;
    if (groupArn === defaults.groupArn)
      recommender.adopt(defaults.versionArn, new EnsembleModel(bounds.limits, untrained));
    this.groups.set(groupArn, recommender);
    return recommender;
  }

  /** Events learned from, and repeats that were not, in all dataset groups. */
  get counts(): { readonly learned: number; readonly repeated: number } {
    const all = [...this.groups.values()].map(({ counts }) => counts);
    return {
      learned: all.reduce((sum, { learned }) => sum + learned, 0),
      repeated: all.reduce((sum, { repeated }) => sum + repeated, 0),
    };
  }

  /** See JournaledState. */
  apply(record: StateRecord): void {
    if (record.kind === 'resource') this.resources.put(record.resource);
    else if (record.kind === 'resource-gone') this.remove(record.arn);
    else this.group(record.group ?? this.options.defaults.groupArn).apply(record);
  }

  /** See JournaledState. */
  *dump(): Iterable<unknown> {
    for (const resource of this.resources.changed()) yield ['resource', resource];
    for (const arn of this.resources.gone()) yield ['resource-gone', arn];
    for (const [groupArn, recommender] of this.groups) {
      for (const record of recommender.dump()) yield ['group', groupArn, record];
    }
  }

  /** See JournaledState. */
  restore(record: unknown): void {
    const [kind, first, inner] = record as readonly [string, unknown, unknown];
    if (kind === 'resource') this.resources.put(first as Resource);
    else if (kind === 'resource-gone') this.resources.remove(first as string);
    else if (kind === 'group') this.group(first as string).restore(inner);
    else throw new Error(`the snapshot is of another version of personalize-local: it holds a "${kind}"`);
  }

  private remove(arn: string): void {
    this.resources.remove(arn);
    if (arn !== this.options.defaults.groupArn) this.groups.delete(arn);
  }
}
