import type { Setting } from '@affinity/service-kit';
import { z } from 'zod';
import { type Experiment, parseExperiment } from './experiment';

const experimentText = z.string().transform((content, context): Experiment | undefined => {
  const parsed = parseExperiment(content);
  if (parsed.kind === 'experiment') return parsed.experiment;
  for (const message of parsed.problems) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The running experiment, if any. */
export const experimentSetting: Setting<Experiment | undefined> = {
  env: 'EXPERIMENT_FILE',
  doc: 'The running experiment (YAML): name, salt, variants with shares, merge weights, campaigns that propose and that rank; without it, none runs',
  source: 'file',
  presence: { kind: 'optional' },
  schema: experimentText,
};
