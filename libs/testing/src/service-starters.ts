import { type ServiceName, type ServiceSettings, type StartedService } from './backing-service';

/** One way, native or by containers, to start each kind of server. */
export type ServiceStarters = {
  readonly [Name in ServiceName]: (settings: ServiceSettings) => Promise<StartedService<Name>>;
};
