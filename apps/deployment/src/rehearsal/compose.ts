import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const maxOutputBytes = 64 * 1024 * 1024;
const pollMs = 250;
const healthyWithinMs = 120_000;

/** A container as the engine lists it. */
export interface RunningContainer {
  readonly id: string;
  readonly service: string;
}

/** One compose project, by the docker command line. */
export class Compose {
  constructor(
    /** Name of the project; also of its network, with `_default`. */
    readonly project: string,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** Runs `docker compose` in this project. Resolves with what it printed; rejects with what it complained of. */
  compose(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.docker(['compose', '--project-name', this.project, ...args], environment);
  }

  /** Runs `docker`. */
  async docker(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const env = { ...this.environment, ...environment };
    const { stdout } = await run('docker', [...args], { env, maxBuffer: maxOutputBytes });
    return stdout.trim();
  }

  /** Where a service is published on this machine, as `127.0.0.1:port`. */
  published(service: string, port: number): Promise<string> {
    return this.compose(['port', service, String(port)]);
  }

  /** The containers that run, of one service or of all. */
  async running(...services: readonly string[]): Promise<readonly RunningContainer[]> {
    const out = await this.compose(['ps', '--format', '{{.ID}} {{.Service}}', ...services]);
    const rows = out.split('\n').filter((line) => line !== '');
    return rows.map((row) => {
      const [id = '', service = ''] = row.split(' ');
      return { id, service };
    });
  }

  /** Resolves when the engine calls the container healthy, or running where it has no check. Rejects after two minutes. */
  async untilHealthy(id: string): Promise<void> {
    const deadline = performance.now() + healthyWithinMs;
    const format = '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}';
    for (;;) {
      const state = await this.docker(['inspect', '--format', format, id]);
      if (state === 'healthy' || state === 'running') return;
      if (performance.now() > deadline) throw new Error(`${id} is ${state} after ${healthyWithinMs / 1_000} s`);
      await pause(pollMs);
    }
  }
}
