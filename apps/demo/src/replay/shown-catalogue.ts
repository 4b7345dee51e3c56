import { loadCatalogue, type ItemClient } from '@affinity/datasets';
import { ProgressBar } from '../report/progress-bar';
import type { ReportStream } from '../report/report';
import type { KnownData } from '../story/known-data';

/** Writes a whole catalogue and shows how far it has come. Rejects with what still fails after some attempts. */
export async function loadCatalogueShown(
  client: ItemClient,
  items: KnownData['items'],
  stream: ReportStream,
): Promise<void> {
  const bar = new ProgressBar({ stream, total: items.size, unit: 'items', now: () => performance.now() });
  await loadCatalogue(client, items, { onWritten: (count) => bar.add(count) });
  bar.finish();
}
