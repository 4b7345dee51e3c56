import { loadConfig } from '@affinity/service-kit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { experimentSetting } from './experiment-setting';

describe('experimentSetting', () => {
  it('refuses a wrong experiment at start, naming the setting and the field', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'affinity-experiment-'));
    try {
      const file = join(folder, 'experiment.yaml');
      const variants = '[{ name: a, share: 1 }, { name: b, share: 1, ranking_campaign: ranking }]';
      await writeFile(file, `{ name: e, variants: ${variants} }`);
      const load = () => loadConfig({ experiment: experimentSetting }, { AFFINITY_EXPERIMENT_FILE: file });
      expect(load).toThrow(/AFFINITY_EXPERIMENT_FILE.*variants\.1\.ranking_campaign: must be the ARN of a campaign/s);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
