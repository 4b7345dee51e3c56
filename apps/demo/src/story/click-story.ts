import { GetRecommendationsRequest } from '@affinity/contracts';
import { eventOfInteraction, publishUntilStored, type DatasetInteraction } from '@affinity/datasets';
import type { DemoClients } from '../demo-clients';
import { viewTypeOf } from './five-views';
import type { KnownData } from './known-data';
import { shownList, type ShownList } from './shown-list';

/** What visitors are shown and click with. */
export interface ClickStoryOptions {
  readonly data: KnownData;
  readonly clients: Pick<DemoClients, 'ingest' | 'recommendations'>;
  /** The time of an event that happens now, by the data set's clock, in epoch milliseconds. */
  readonly occurredAtMs: () => number;
  readonly signal: AbortSignal;
  /** Told of each answer. */
  readonly onShown: (shown: ShownList) => void;
}

/** A view of what was shown. */
export interface Click {
  readonly recommendationId: string;
  readonly interaction: DatasetInteraction;
}

const visitors = 40;
const itemsShown = 8;
/** One visitor in three clicks what is shown first. */
const clickEvery = 3;

/** Shows visitors their lists, and has some of them click. Returns the clicks, which are stored like all other events. */
export async function tellClickStory(options: ClickStoryOptions): Promise<readonly Click[]> {
  const { data, clients, occurredAtMs, signal, onShown } = options;
  const eventType = viewTypeOf(data.dataset.schema);
  const clicks: Click[] = [];
  for (const [i, userId] of someVisitors(data).entries()) {
    signal.throwIfAborted();
    const profile = { key: { $case: 'userId' as const, value: userId } };
    const request = GetRecommendationsRequest.fromPartial({ profile, maxResults: itemsShown });
    const answer = await clients.recommendations.getRecommendations(request);
    const shown = shownList(userId, answer);
    onShown(shown);
    const [itemId] = shown.itemIds;
    if (itemId === undefined || i % clickEvery !== 0) continue;
    const interaction = {
      eventId: `click-${i}`,
      userId,
      sessionId: '',
      eventType,
      itemId,
      occurredAtMs: occurredAtMs(),
    };
    const { recommendationId } = shown;
    await publishUntilStored(clients.ingest, [{ ...eventOfInteraction(interaction), recommendationId }], signal);
    clicks.push({ recommendationId, interaction });
  }
  return clicks;
}

function someVisitors({ interactions }: KnownData): readonly string[] {
  const known = new Set<string>();
  for (const { userId } of interactions) {
    if (userId !== '') known.add(userId);
    if (known.size === visitors) break;
  }
  return [...known];
}
