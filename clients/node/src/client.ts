export { createAffinityClient, type AffinityClient } from './affinity-client';
export type { AffinityClientOptions, CallOptions, ServiceName, TlsOptions } from './client-options';
export type { ServiceCalls } from './service-calls';
export { attributes, type PlainAttribute } from './attributes';
export { AffinityError, type ErrorCode } from '@affinity/service-kit';
