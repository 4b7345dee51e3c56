export {
  defaultPrefix,
  loadConfig,
  type ConfigCheck,
  type Environment,
  type LoadConfigOptions,
} from './config/load-config';
export { ConfigError } from './config/config-error';
export { describeSettings } from './config/describe-settings';
export { type ArgumentsOutcome, parseArguments, type ProgramDescription } from './config/parse-arguments';
export { Secret } from './config/secret';
export {
  type ConfigOf,
  defaulted,
  type FileSettingOptions,
  optional,
  type Presence,
  required,
  secretFile,
  type Setting,
  type SettingOptions,
  type SettingShape,
  textFile,
} from './config/setting';
export { choice, commaList, decimal, flag, integer, port, text, url } from './config/setting-schemas';
export { deploymentSettings, erasureSettings, parseSchemaText } from './config/deployment-schema';
export { dynamoSettings, featureStoreSettings, natsSettings, redisSettings } from './config/backing-settings';
export { checkGrpcServerSettings, type GrpcServerSettings, grpcServerSettings } from './config/grpc-server-settings';
export {
  logSettings,
  metricsSettings,
  serviceSettings,
  shutdownSettings,
  tracingSettings,
} from './config/service-settings';

export {
  AffinityError,
  type AffinityErrorOptions,
  type ErrorCode,
  errorCodeNumbers,
  type FieldViolation,
  fromUnknown,
  internal,
  invalidArgument,
  notFound,
  resourceExhausted,
  unavailable,
} from './errors';

export { createLogger, type Logger, type LoggerOptions, type LogLevel, logReady, silentLogger } from './logging/logger';

export { type Component, type StopOptions } from './lifecycle/component';
export { resource } from './lifecycle/resource';
export { Health } from './lifecycle/health';
export { Lifecycle, type LifecycleOptions, type StopOutcome } from './lifecycle/lifecycle';
export { type BuildService, runService } from './lifecycle/run-service';
export { type ServiceContext, type ServiceOptions, type ServiceShape } from './lifecycle/service-context';
export { type ServiceProcess } from './lifecycle/service-process';

export {
  createMetrics,
  type CreateMetricsOptions,
  latencyBucketsSeconds,
  type MetricOptions,
  type LabelledValue,
  type Metrics,
} from './metrics/metrics';
export { createOperationsServer, type OperationsServerOptions } from './metrics/operations-server';

export { startTracing, type Tracing, type TracingOptions } from './tracing/start-tracing';
export {
  activeTrace,
  carryTraces,
  extractTrace,
  type GetHeader,
  injectTrace,
  runWithTrace,
  type SetHeader,
} from './tracing/trace-context';
export { type SpanOptions, withSpan } from './tracing/with-span';

export { CircuitBreaker, type CircuitBreakerOptions, type CircuitState } from './resilience/circuit-breaker';
export { type Clock, systemClock } from './resilience/clock';
export { type DeadlineSignal, deadlineSignal } from './resilience/deadline-signal';
export { createManualClock, type ManualClock } from './resilience/manual-clock';
export { retry, type RetryOptions } from './resilience/retry';
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from './resilience/retry-budget';
export { Semaphore, type SemaphoreOptions } from './resilience/semaphore';
export { callSteadily, type SteadyCallsOptions } from './resilience/steady-calls';
export { TokenBucket, type TokenBucketOptions } from './resilience/token-bucket';

export { type Authenticate, createApiKeyAuthentication } from './grpc/api-keys';
export { type CallContext } from './grpc/call-context';
export { type ClientTls } from './grpc/channel';
export { createGrpcClient } from './grpc/client';
export {
  type CallerOf,
  type CallOptions,
  type ClientRetryOptions,
  type GrpcClient,
  type GrpcClientOptions,
} from './grpc/client-types';
export { type FailedCall, fromGrpcError, type GrpcStatus, toGrpcStatus } from './grpc/grpc-status';
export { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc/server';
export {
  type AnyMethod,
  type AnyService,
  type BoundService,
  bindService,
  type HandlerOf,
  type HandlersOf,
} from './grpc/service-definition';
export { EncodedMessage } from './grpc/encoded-message';
