import { generateMarketplace, openDataset } from '@affinity/datasets';
import type { DemoOptions } from './demo-options';
import type { Report } from './report/report';
import { readKnownData, type KnownData } from './story/known-data';

const marketplaceDays = 30;

/** The data set of a demo, in memory: read from its folder, or generated into `folder` and read from there. Throws DatasetError. */
export async function prepareData(options: DemoOptions, folder: string, report: Report): Promise<KnownData> {
  report.heading('Data set');
  const dir = options.dataDir ?? (await generate(options, folder, report));
  const data = await readKnownData(await openDataset(dir));
  const { dataset, items, interactions } = data;
  report.line(`  ${dataset.name}: ${items.size} items, ${interactions.length} interactions`);
  for (const note of dataset.notes) report.line(`  note: ${note}`);
  if (dataset.schemaOrigin === 'derived') {
    report.line('  no schema.yaml in the folder; derived from the columns:');
    for (const line of dataset.schemaText.trimEnd().split('\n')) report.line(`    ${line}`);
  }
  return data;
}

async function generate({ marketplace }: DemoOptions, folder: string, report: Report): Promise<string> {
  const { items, users, events, seed } = marketplace;
  report.line(
    `  generating a vehicle marketplace: ${items} vehicles, ${users} visitors, ${events} events, seed ${seed}`,
  );
  await generateMarketplace(folder, { ...marketplace, days: marketplaceDays, endsAtMs: Date.now() });
  return folder;
}
