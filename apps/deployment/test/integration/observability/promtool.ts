import { cacheFolder, ensurePrograms } from '@affinity/testing';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** What promtool said. */
export interface Verdict {
  readonly exitCode: number;
  readonly output: string;
}

/** Prometheus' own judge of its files. Fetched from Debian where there is none. */
export class Promtool {
  private constructor(private readonly path: string) {}

  static async find(): Promise<Promtool> {
    const { promtool } = await ensurePrograms(['promtool'], {
      cacheDir: cacheFolder(process.env),
      searchPath: process.env['PATH'] ?? '',
      report: (line) => process.stderr.write(`${line}\n`),
    });
    return new Promtool(promtool.path);
  }

  run(...args: readonly string[]): Promise<Verdict> {
    return new Promise((resolve) => {
      execFile(this.path, [...args], (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  /** Checks a configuration with the files of rules that it names. */
  checkConfig(config: unknown, rules: unknown): Promise<Verdict> {
    return withFiles({ 'prometheus.yaml': config, 'alerts.yaml': rules }, (folder) =>
      this.run('check', 'config', join(folder, 'prometheus.yaml')),
    );
  }

  /** Runs the scenarios of a test file against rules. */
  testRules(scenarios: unknown, rules: unknown): Promise<Verdict> {
    return withFiles({ 'scenarios.yaml': scenarios, 'alerts.yaml': rules }, (folder) =>
      this.run('test', 'rules', join(folder, 'scenarios.yaml')),
    );
  }

  /** Parses expressions; gives the indexes of those that are not PromQL. */
  async unparsable(expressions: readonly string[]): Promise<ReadonlySet<number>> {
    const groups = expressions.map((expr, index) => ({ name: `at-${index}`, rules: [{ record: 'checked', expr }] }));
    const { output } = await withFiles({ 'rules.yaml': { groups } }, (folder) =>
      this.run('check', 'rules', '--lint=none', join(folder, 'rules.yaml')),
    );
    return new Set([...output.matchAll(/"?at-(\d+)"?, rule/g)].map(([, index]) => Number(index)));
  }
}

async function withFiles<T>(files: Readonly<Record<string, unknown>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), stringify(content));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
