import type { LocalSystem } from './local-system';

/** A system's processes and their addresses, as the rows of a table. */
export function systemRows(system: LocalSystem): readonly (readonly string[])[] {
  const { backing, apps } = system;
  const { nats, redis, dynamodb, objectStore } = backing.addresses;
  return [
    ['process', 'address'],
    ['NATS', nats.url],
    ['Redis', redis.url],
    ['DynamoDB Local', dynamodb.endpoint],
    ['object store', objectStore.endpoint],
    ...apps.map((app) => [app, system.addressOf(app) ?? '']),
  ];
}
