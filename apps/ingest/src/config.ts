import {
  defaulted,
  deploymentSettings,
  dynamoSettings,
  grpcServerSettings,
  integer,
  natsSettings,
  serviceSettings,
  type ConfigOf,
} from '@affinity/service-kit';
import { callLimits } from './validation/event-limits';

const catalogueSettings = {
  catalogueCacheEntries: defaulted({
    env: 'CATALOGUE_CACHE_ENTRIES',
    schema: integer(1, 10_000_000),
    default: '100000',
    doc: 'Items whose attributes are remembered',
  }),
  catalogueCacheBytes: defaulted({
    env: 'CATALOGUE_CACHE_BYTES',
    schema: integer(1_000_000, 100_000_000_000),
    default: '67108864',
    doc: 'Bytes of remembered attributes, as encoded; in memory they take a few times that',
  }),
  catalogueTtlMs: defaulted({
    env: 'CATALOGUE_TTL_MS',
    schema: integer(0, 86_400_000),
    default: '60000',
    doc: 'Milliseconds for which the attributes of an item are taken for current',
  }),
  catalogueUnknownTtlMs: defaulted({
    env: 'CATALOGUE_UNKNOWN_TTL_MS',
    schema: integer(0, 86_400_000),
    default: '2000',
    doc: 'Milliseconds for which an item that the catalogue did not know is not asked for again',
  }),
};

/** Settings of ingest. */
export const ingestSettings = {
  ...serviceSettings,
  ...grpcServerSettings('7001'),
  ...deploymentSettings,
  ...natsSettings,
  ...dynamoSettings,
  ...catalogueSettings,
  maxEventsInFlight: defaulted({
    env: 'MAX_EVENTS_IN_FLIGHT',
    schema: integer(callLimits.events, 1_000_000),
    default: '4000',
    doc: 'Events being handled at a time, over all calls and streams; more are refused with a time to retry',
  }),
  streamWindow: defaulted({
    env: 'STREAM_WINDOW',
    schema: integer(1, 10_000),
    default: '256',
    doc: 'Unacknowledged events of one stream beyond which no more are read from it',
  }),
};

/** The configuration of ingest. */
export type IngestConfig = ConfigOf<typeof ingestSettings>;
