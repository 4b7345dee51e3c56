import type { AnyConfig } from './service-settings-catalog';

/** What a service calls, in the words of the labels `affinity.access/<what>: client`. */
export type Callee = 'nats' | 'redis' | 'dynamodb' | 'personalize' | 'lake' | 'feature-store' | 'ingest';

/** One call that a service makes: to what, and where it expects that. */
export interface Arrow {
  readonly callee: Callee;
  /** `host` and `port` where the settings name a place; undefined for AWS itself. */
  readonly place: { readonly host: string; readonly port: number } | undefined;
}

/** The calls that follow from a service's settings. */
export function arrowsOf(config: AnyConfig): readonly Arrow[] {
  const arrows: Arrow[] = [];
  const add = (callee: Callee, address: unknown): void => {
    arrows.push({ callee, place: typeof address === 'string' ? placeOf(address) : undefined });
  };
  for (const url of (config['natsUrls'] as readonly string[] | undefined) ?? []) add('nats', url);
  if (config['redisUrl'] !== undefined) add('redis', config['redisUrl']);
  if ('dynamoRegion' in config) add('dynamodb', config['dynamoEndpoint']);
  if ('personalizeRegion' in config && !isWithoutDatasetGroup(config))
    add('personalize', config['personalizeEndpoint']);
  if ('lakeDestination' in config) add('lake', config['lakeS3Endpoint']);
  if (config['s3Endpoint'] !== undefined) add('lake', config['s3Endpoint']);
  if (config['featureStoreAddress'] !== undefined) add('feature-store', config['featureStoreAddress']);
  if (config['ingestAddress'] !== undefined) add('ingest', config['ingestAddress']);
  return arrows;
}

/** Commands ask Personalize only when they are told of which dataset group. */
function isWithoutDatasetGroup(config: AnyConfig): boolean {
  return 'personalizeDatasetGroup' in config && config['personalizeDatasetGroup'] === undefined;
}

/** The ports that a service listens on by its settings, by the names of container ports. */
export function listeningPorts(config: AnyConfig): Readonly<Record<string, number>> {
  const named = { grpc: config['grpcPort'], metrics: config['metricsPort'], api: config['httpPort'] ?? config['port'] };
  return Object.fromEntries(
    Object.entries(named).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** The addresses that a service listens on. */
export function listeningHosts(config: AnyConfig): readonly unknown[] {
  return ['grpcHost', 'metricsHost', 'httpHost', 'host'].flatMap((name) => (name in config ? [config[name]] : []));
}

function placeOf(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:[a-z]+:\/{2,3})?(?<host>[^:/]+):(?<port>\d+)\/?$/.exec(address);
  return { host: match?.groups?.['host'] ?? address, port: Number(match?.groups?.['port']) };
}
