import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findProblems } from '../../src/manifests/find-problems';
import { readManifests, workloadsOf, type Manifest } from '../../src/manifests/document';
import { schemaProblems } from './api-models';
import { typeProblems } from './api-types';
import { buildOverlay, outsideSecrets, overlays } from './built-overlays';

const pipelines = join(__dirname, '../../../../dist/apps/pipelines/main.cjs');

/** Fetching kubectl takes a while on a slow line. */
jest.setTimeout(360_000);

describe.each(overlays)('the overlay %s', (overlay) => {
  let text: string;
  let manifests: readonly Manifest[];

  beforeAll(async () => {
    text = await buildOverlay(overlay);
    manifests = readManifests(text);
  });

  const problemsOf = (changed: readonly Manifest[]): readonly string[] =>
    findProblems(changed, outsideSecrets[overlay]);

  it('is valid by the schemas of the API', () => {
    expect(schemaProblems(manifests)).toEqual([]);
  });

  it('has no field that the API does not know', () => {
    expect(typeProblems(manifests)).toEqual([]);
  });

  it('fits the settings of the services: images, variables, files, ports, probes, grace, addresses, policies', () => {
    expect(problemsOf(manifests)).toEqual([]);
  });

  it('is found wrong when one letter of a name or port that a service depends on changes', () => {
    const unnoticed = changesOf(text).filter(
      ({ index, changed }) => problemsOf(manifests.with(index, changed)).length === 0,
    );
    expect(unnoticed.map(({ what }) => what)).toEqual([]);
  });

  it('schedules commands that exist, with options that they have', async () => {
    const jobs = workloadsOf(manifests).filter(({ kind }) => kind === 'Job' || kind === 'CronJob');
    expect(jobs.length).toBeGreaterThan(1);
    for (const { name, template } of jobs) {
      const args = template.spec.containers.flatMap((container) => container.args ?? []);
      // Without settings a command that was understood complains of those, or has all by default.
      const { stdout, stderr } = await affinity([...args, ...(args.includes('set-up') ? ['--dry-run'] : [])]);
      expect(`${name}: ${stdout}${stderr}`).toMatch(/AFFINITY_SCHEMA_FILE: is required|would make sure of/);
    }
  });

  it('is found invalid when a field is misspelt', () => {
    const changed = readManifests(text.replace('readinessProbe:', 'readinesProbe:'));
    expect(typeProblems(changed)).toHaveLength(1);
  });

  it('is found invalid when a number is none', () => {
    const changed = readManifests(text.replace(/minReplicas: \d+/, 'minReplicas: many'));
    expect(schemaProblems(changed)).toHaveLength(1);
  });
});

/** Runs the command line of the pipelines, whatever its exit code. */
async function affinity(args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [pipelines, ...args], { env: {} }, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

/** Names and numbers that something else in the manifests or the code depends on. */
const dependencies: readonly RegExp[] = [
  /^ {2}(AFFINITY_[A-Z_]+):/gm, // keys of ConfigMaps
  /name: (AFFINITY_[A-Z_]+)$/gm, // variables
  /image: (?:\S*\/)?affinity\/([a-z-]+):/gm,
  /containerPort: (\d+)/gm,
  /grpc:\n\s+port: (\d+)/gm, // probes
  /(?:configMapRef|secretRef|configMap):\n\s+name: (\S+)/gm,
  /configMapKeyRef:\n\s+key: (\S+)/gm,
  /configMapKeyRef:\n\s+key: \S+\n\s+name: (\S+)/gm,
  /httpGet:\n\s+path: \S+\n\s+port: (\S+)/gm,
  /value: (\/etc\/affinity\/\S+)$/gm, // files of settings
  /secretName: (\S+)/gm,
  /serviceAccountName: (\S+)/gm,
  /dns:\/\/\/([a-z-]+:\d+)/gm,
  /(?:nats|redis|http):\/\/([a-z-]+:\d+)$/gm,
  /targetPort: (\S+)/gm,
  /affinity\.access\/([a-z-]+): client/gm,
  /mountPath: (\/etc\/affinity\/\S+)/gm,
];

interface Change {
  readonly what: string;
  /** Which of the objects is another one now. */
  readonly index: number;
  readonly changed: Manifest;
}

function changesOf(text: string): readonly Change[] {
  return text.split(/^---$/m).flatMap((object, index) =>
    dependencies.flatMap((pattern) =>
      [...object.matchAll(pattern)].flatMap((match) => {
        const name = match[1] ?? '';
        const at = match.index + match[0].lastIndexOf(name) + name.length - 1;
        const other = object.slice(0, at) + otherThan(object.charAt(at)) + object.slice(at + 1);
        const what = `${/name: (\S+)/.exec(object)?.[1] ?? ''}: ${match[0].trim()}`;
        return readManifests(other).map((changed) => ({ what, index, changed }));
      }),
    ),
  );
}

/** Another letter, or another digit that keeps a number a number. */
function otherThan(letter: string): string {
  if (/\d/.test(letter)) return letter === '9' ? '8' : String(Number(letter) + 1);
  if (/[A-Z]/.test(letter)) return letter === 'X' ? 'Y' : 'X';
  return letter === 'x' ? 'y' : 'x';
}
