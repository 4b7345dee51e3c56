export {
  type AwsEndpoint,
  type BackingService,
  SERVICE_NAMES,
  type ServiceAddresses,
  type ServiceName,
} from './backing-service';
export { type BackingStack, type BackingStackOptions, type StackMode, startBackingStack } from './backing-stack';
export { freePort } from './free-port';
export { type HttpFaultCounts, type HttpFaultProxy, type HttpFaults, startHttpFaultProxy } from './http-fault-proxy';
export { cacheFolder } from './native-install/cache-folder';
export { ensurePrograms } from './native-install/install-programs';
export { type ProcessExit } from './child-process';
export { seededRandom } from './seeded-random';
export { serviceEnvironment, type ServiceEnvironmentOptions, type UsedServers } from './service-environment';
export { type ServiceProcess, type ServiceProcessOptions, startServiceProcess } from './service-process';
export { appBundle } from './workspace';
export { type ProxyTarget, type TcpFaultProxy, startTcpProxy } from './tcp-fault-proxy';
export { type TcpFaults } from './tcp-faults';
export { testStack } from './test-stack';
export { uniqueName } from './unique-name';
export { until } from './until';
export {
  alternate,
  atSteadyRate,
  type BenchmarkRow,
  latencyColumns,
  median,
  percentile,
  reportBenchmark,
  runBenchmark,
  saturate,
  timed,
  type TimedRun,
  zipf,
} from './benchmark';
