import { buildVersion } from '../config/build-version';
import { ConfigError } from '../config/config-error';
import { loadConfig } from '../config/load-config';
import { parseArguments } from '../config/parse-arguments';
import { type serviceSettings } from '../config/service-settings';
import { type ConfigOf } from '../config/setting';
import { createLogger, logReady } from '../logging/logger';
import { createMetrics } from '../metrics/metrics';
import { createOperationsServer } from '../metrics/operations-server';
import { startTracing, type Tracing } from '../tracing/start-tracing';
import { type Component } from './component';
import { Health } from './health';
import { Lifecycle } from './lifecycle';
import { type ServiceContext, type ServiceOptions, type ServiceShape } from './service-context';
import { ownProcess } from './service-process';

type BaseConfig = ConfigOf<typeof serviceSettings>;

/** Registers the components of a service; does nothing slow itself. */
export type BuildService<S extends ServiceShape> = (context: ServiceContext<ConfigOf<S>>) => Promise<void> | void;

/**
 * Runs a service from its first line to its last and owns the signals of its process. When all components have started
 * it logs `ready` with `service`, `metricsPort` and what the components add. Exit codes: 0 after a clean stop by SIGTERM
 * or SIGINT; 1 after a failure or a stop that exceeded its grace; 2 for a wrong command line or configuration.
 * Resolves when the service is ready or its process was told to exit.
 */
export async function runService<S extends ServiceShape>(
  options: ServiceOptions<S>,
  build: BuildService<S>,
): Promise<void> {
  const config = configure(options);
  if (config === undefined) return;
  // The compiler cannot see through ConfigOf of a type parameter; ServiceShape guarantees these keys.
  const context = assemble(options, config, config as unknown as BaseConfig);
  try {
    await build(context);
    if (await context.lifecycle.start()) logReady(context.logger, context.lifecycle.readyFields());
  } catch (error) {
    context.fail(error);
  }
}

/** The configuration, or `undefined` after the process was told to exit. */
function configure<S extends ServiceShape>(options: ServiceOptions<S>): ConfigOf<S> | undefined {
  const { process: host, settings, checks = [] } = options;
  const outcome = parseArguments(host.argv.slice(2), options);
  if (outcome.kind === 'print') {
    (outcome.exitCode === 0 ? host.stdout : host.stderr).write(outcome.text);
    host.exit(outcome.exitCode);
    return undefined;
  }
  try {
    return loadConfig(settings, host.env, { checks });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(`${options.name}: ${error.message}\n`);
    host.exit(2);
    return undefined;
  }
}

function assemble<S extends ServiceShape>(options: ServiceOptions<S>, config: ConfigOf<S>, base: BaseConfig) {
  const { name, process: host, logDestination } = options;
  const logger = createLogger({
    service: name,
    level: base.logLevel,
    ...(logDestination === undefined ? {} : { destination: logDestination }),
  });
  const metrics = createMetrics({ service: name });
  const version = buildVersion(host.env, options.version);
  const build = { name: 'affinity_build_info', help: 'Always 1; which build runs', labels: ['version'] } as const;
  metrics.gauge(build).set({ version }, 1);
  const health = new Health();
  const lifecycle = new Lifecycle({ logger, health, graceMs: base.shutdownGraceMs, unreadyMs: base.shutdownUnreadyMs });
  const end = async (exitCode: 0 | 1) => {
    const outcome = await lifecycle.stop();
    logger.info({ outcome }, 'stopped');
    host.exit(outcome === 'clean' ? exitCode : 1);
  };
  ownProcess(host, { logger, onStopSignal: () => void end(0) });
  lifecycle.add(tracingComponent({ name, version }, base));
  lifecycle.add(createOperationsServer({ host: base.metricsHost, port: base.metricsPort, metrics, health }));
  const fail = (error: unknown) => {
    logger.fatal({ err: error }, 'service failed');
    void end(1);
  };
  return { config, logger, metrics, health, lifecycle, fail, add: (component: Component) => lifecycle.add(component) };
}

/** Tracing is registered first, so that it stops last and sends the spans of the drain too. */
function tracingComponent({ name, version }: { name: string; version: string }, base: BaseConfig): Component {
  let tracing: Tracing | undefined;
  return {
    name: 'tracing',
    start: async () => {
      tracing = await startTracing({
        service: name,
        version,
        endpoint: base.tracingEndpoint,
        sampleRatio: base.tracingSampleRatio,
      });
    },
    stop: async () => tracing?.stop(),
  };
}
