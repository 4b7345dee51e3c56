import type { Command } from 'commander';
import type { ProgramOptions } from '../program';
import { addCurate } from './curate/curate-command';
import { addExportPersonalize } from './export/export-command';
import { addSkew } from './training/skew-command';
import { addTrainingSet } from './training/training-command';

/** Adds `affinity lake …`. */
export function addLakeCommands(lake: Command, options: ProgramOptions): void {
  addCurate(lake, options);
  addExportPersonalize(lake, options);
  addTrainingSet(lake, options);
  addSkew(lake, options);
}
