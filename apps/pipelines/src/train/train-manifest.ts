import type { Day } from '@affinity/domain';
import type { MutableObjectStore } from '@affinity/lake';
import { exportFolder } from '../lake/export/export-personalize';
import { readJsonObject, writeJsonObject } from '../lake/json-object';
import type { TrainReport } from './train-options';

function keyOf(day: Day): string {
  return `${exportFolder(day)}_training.json`;
}

/** What the last run of a run date did; undefined when there was none. */
export function readTrainReport(store: MutableObjectStore, day: Day): Promise<TrainReport | undefined> {
  return readJsonObject<TrainReport>(store, keyOf(day));
}

/** Keeps what a run did beside what it was trained on. A run that found everything done leaves what is there. */
export async function writeTrainReport(store: MutableObjectStore, day: Day, report: TrainReport): Promise<void> {
  const kept = await readTrainReport(store, day);
  if (kept?.run === report.run && !hasDoneAnything(report)) return;
  await writeJsonObject(store, keyOf(day), report);
}

function hasDoneAnything({ imports, campaigns }: TrainReport): boolean {
  return imports.length > 0 || campaigns.some(({ outcome }) => outcome !== 'serving' && outcome !== 'superseded');
}
