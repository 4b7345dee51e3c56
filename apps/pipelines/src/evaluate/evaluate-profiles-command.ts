import { openDataset } from '@affinity/datasets';
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { Output } from '../output';
import { evaluationTables } from './evaluation-tables';
import { readKnownVisitors } from './known-visitors';
import { evaluateProfiles } from './profile-evaluation';

const viewCounts = [1, 2, 5, 10, 20, 50];
const viewsAfterChange = [1, 5, 10, 20];
const priorStrengths = [0, 5, 10, 20, 40, Infinity];
const halfLivesDays = [3, 7, 14, 30];

/** Adds `affinity evaluate profiles`. */
export function addEvaluateProfiles(evaluate: Command, { print, progress }: Output): void {
  evaluate
    .command('profiles')
    .description('How near preferences come to true tastes, by views, prior strength and decay')
    .requiredOption('--data <dir>', 'data set folder with a truth file')
    .option('--json <file>', 'also write the numbers to a file')
    .action(async ({ data, json }: { data: string; json?: string }) => {
      progress(`reading ${data}`);
      const dataset = await openDataset(data);
      const { visitors, population, dimensions } = await readKnownVisitors(dataset);
      progress(`comparing ${visitors.length} visitors in ${dimensions.length} dimensions: ${dimensions.join(', ')}`);
      const { schema } = dataset;
      const evaluation = evaluateProfiles({
        schema,
        population,
        visitors,
        viewCounts,
        viewsAfterChange,
        priorStrengths,
        halfLivesDays,
      });
      print(evaluationTables(evaluation));
      if (json !== undefined) await writeFile(json, `${JSON.stringify(evaluation, undefined, 2)}\n`);
    });
}
