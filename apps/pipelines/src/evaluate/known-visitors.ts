import type { Dataset, DatasetInteraction, Taste } from '@affinity/datasets';
import {
  emptyTile,
  foldInteraction,
  profileKeyOf,
  type AttributeValue,
  type DayTile,
  type Interaction,
  type Schema,
} from '@affinity/domain';
import type { KnownVisitor } from './profile-evaluation';
import type { TrueDistributions } from './taste-distance';

/** A data set's visitors with known tastes, and what all its visitors viewed. */
export interface KnownVisitors {
  readonly visitors: readonly KnownVisitor[];
  readonly population: DayTile;
  /** The dimensions that the truth tells about. */
  readonly dimensions: readonly string[];
}

/** A truth that names this value tells about items without the attribute too. */
const unknownValue = 'unknown';

/** Reads a data set with a truth file. Keeps views in memory: some hundred bytes each. Throws RangeError without truth. */
export async function readKnownVisitors(dataset: Dataset): Promise<KnownVisitors> {
  const tastes = new Map<string, Omit<KnownVisitor, 'views'>>();
  const dimensions = new Set<string>();
  const completed = new Set<string>();
  for await (const { userId, taste, drift } of dataset.truth()) {
    const known = distributionsOf(taste, dataset.schema);
    for (const [dimension, values] of known) {
      dimensions.add(dimension);
      if (values.has(unknownValue)) completed.add(dimension);
    }
    const change = drift && { change: { atMs: drift.atMs, taste: distributionsOf(drift.taste, dataset.schema) } };
    tastes.set(userId, { taste: known, ...change });
  }
  if (tastes.size === 0) throw new RangeError(`data set ${dataset.name} has no truth file: true tastes are not known`);
  const attributes = await catalogueOf(dataset, completed);
  const { views, population } = await readViews(dataset, attributes);
  const visitors = [...tastes].map(([userId, known]) => ({ ...known, views: views.get(userId) ?? [] }));
  return { visitors, population, dimensions: [...dimensions] };
}

function distributionsOf(taste: Taste, schema: Schema): TrueDistributions {
  const known = new Set(schema.dimensions.filter(({ kind }) => kind === 'categorical').map(({ name }) => name));
  return new Map(
    Object.entries(taste.categorical)
      .filter(([dimension]) => known.has(dimension))
      .map(([dimension, values]) => [dimension, new Map(Object.entries(values))]),
  );
}

type Attributes = ReadonlyMap<string, AttributeValue>;

async function catalogueOf(dataset: Dataset, completed: ReadonlySet<string>): Promise<ReadonlyMap<string, Attributes>> {
  const catalogue = new Map<string, Attributes>();
  for await (const { itemId, attributes } of dataset.items()) {
    const absent = [...completed].filter((dimension) => !attributes.has(dimension));
    catalogue.set(itemId, new Map([...attributes, ...absent.map((dimension) => [dimension, unknownValue] as const)]));
  }
  return catalogue;
}

async function readViews(
  { schema, ...dataset }: Dataset,
  catalogue: ReadonlyMap<string, Attributes>,
): Promise<{ views: ReadonlyMap<string, readonly Interaction[]>; population: DayTile }> {
  const lightest = Math.min(
    ...[...schema.eventTypes.values()].map(({ weight }) => weight).filter((weight) => weight > 0),
  );
  const views = new Map<string, Interaction[]>();
  const population = emptyTile();
  for await (const row of dataset.interactions()) {
    if (schema.eventTypes.get(row.eventType)?.weight !== lightest) continue;
    const interaction = interactionOf(row, catalogue.get(row.itemId) ?? new Map());
    foldInteraction(population, interaction, { schema, limits: { cap: Infinity } });
    const own = views.get(row.userId);
    if (own === undefined) views.set(row.userId, [interaction]);
    else own.push(interaction);
  }
  for (const own of views.values()) own.sort((left, right) => left.occurredAtMs - right.occurredAtMs);
  return { views, population };
}

function interactionOf(row: DatasetInteraction, attributes: Attributes): Interaction {
  const { eventId, eventType, itemId, occurredAtMs } = row;
  return {
    eventId,
    profileKey: profileKeyOf(row) ?? '',
    eventType,
    itemId,
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    attributes,
  };
}
