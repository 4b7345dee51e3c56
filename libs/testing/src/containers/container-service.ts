import { type GenericContainer, type StartedTestContainer } from 'testcontainers';
import { type BackingService } from '../backing-service';
import { type OrphanGuard, guardContainer } from '../orphan-guard';
import { until } from '../until';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_S = 10;

/** A container to run. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** The port inside the container. */
  readonly containerPort: number;
  /** The port on 127.0.0.1: fixed, since a random one would change when the container starts again. */
  readonly hostPort: number;
  /** Adds what is particular to this server. */
  readonly configure: (container: GenericContainer) => GenericContainer;
  readonly isReady: () => Promise<boolean>;
}

/** Starts a server as a container, waits until it is ready, and wraps it with its faults. Removed again when that fails. */
export async function startContainerService(spec: ContainerSpec): Promise<BackingService> {
  // The reaper's image cannot be had everywhere; orphans are removed by our own guard.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const container = spec
    .configure(new GenericContainer(spec.image))
    .withExposedPorts({ container: spec.containerPort, host: spec.hostPort })
    // No strategy of testcontainers' own: they run a shell in the container, and not every image has one.
    .withWaitStrategy(Wait.forAll([]));
  const started = await container.start();
  const handle = (await getContainerRuntimeClient()).container.getById(started.getId());
  const service = new ContainerService(spec, started, handle);
  await service.untilReady().catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  return service;
}

/** What is needed of the engine's handle on one container. */
interface ContainerHandle {
  inspect(): Promise<{ State: { Running: boolean; Paused: boolean } }>;
  start(): Promise<unknown>;
  stop(options: { t: number }): Promise<unknown>;
  kill(options: { signal: string }): Promise<unknown>;
  pause(): Promise<unknown>;
  unpause(): Promise<unknown>;
  logs(options: { stdout: true; stderr: true; tail: number }): Promise<Buffer>;
}

class ContainerService implements BackingService {
  private readonly orphanGuard: OrphanGuard;

  constructor(
    private readonly spec: ContainerSpec,
    private readonly started: StartedTestContainer,
    private readonly handle: ContainerHandle,
  ) {
    this.orphanGuard = guardContainer(started.getId());
  }

  /** Rejects, with the last output, when the container ends first or takes too long. */
  async untilReady(): Promise<void> {
    const isSettled = async (): Promise<boolean> => !(await this.state()).Running || (await this.spec.isReady());
    await until(isSettled, READY_TIMEOUT_MS, `${this.spec.name} to be ready`);
    if ((await this.state()).Running) return;
    const logs = await this.handle.logs({ stdout: true, stderr: true, tail: 50 });
    throw new Error(`${this.spec.name} ended before it was ready. Its last output:\n${logs.toString()}`);
  }

  async kill(): Promise<void> {
    if ((await this.state()).Running) await this.handle.kill({ signal: 'SIGKILL' });
    await until(async () => !(await this.state()).Running, STOP_GRACE_S * 1000, `${this.spec.name} to be gone`);
  }

  async pause(): Promise<void> {
    await this.handle.pause();
  }

  async resume(): Promise<void> {
    if ((await this.state()).Paused) await this.handle.unpause();
  }

  async restart(): Promise<void> {
    await this.resume();
    if ((await this.state()).Running) await this.handle.stop({ t: STOP_GRACE_S });
    await this.handle.start();
    await this.untilReady();
  }

  async stop(): Promise<void> {
    await this.resume();
    await this.started.stop({ timeout: STOP_GRACE_S * 1000, remove: true, removeVolumes: true });
    this.orphanGuard.release();
  }

  private async state(): Promise<{ Running: boolean; Paused: boolean }> {
    return (await this.handle.inspect()).State;
  }
}
