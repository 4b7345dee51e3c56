import { type DestinationStream } from 'pino';
import { type ConfigCheck } from '../config/load-config';
import { type serviceSettings } from '../config/service-settings';
import { type ConfigOf, type SettingShape } from '../config/setting';
import { type Logger } from '../logging/logger';
import { type Metrics } from '../metrics/metrics';
import { type Component } from './component';
import { type Health } from './health';
import { type ServiceProcess } from './service-process';

/** What every service's configuration holds. */
export type ServiceShape = SettingShape & typeof serviceSettings;

/** What a service is. */
export interface ServiceOptions<S extends ServiceShape> {
  readonly name: string;
  readonly version: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly settings: S;
  readonly checks?: readonly ConfigCheck<ConfigOf<S>>[];
  readonly process: ServiceProcess;
  /** Where the log goes; standard output unless told. */
  readonly logDestination?: DestinationStream;
}

/** What a service is built with. */
export interface ServiceContext<C> {
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Registers a component: after those it needs, before those that need it (they stop in reverse order). */
  readonly add: (component: Component) => void;
  /** Ends the service because it cannot do its job any more: logs fatal, drains, exits 1. */
  readonly fail: (error: unknown) => void;
}
