import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { givenTo, readComposeFile, type ComposeService } from '../../src/manifests/compose-file';
import { arrowsOf, listeningHosts, listeningPorts } from '../../src/manifests/service-arrows';
import {
  imageNameOf,
  imageNames,
  loadServiceConfig,
  type AnyConfig,
} from '../../src/manifests/service-settings-catalog';

const root = join(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const file = readComposeFile(read('docker-compose.yml'));
/** What the Dockerfile asks unless told. */
const metricsTarget = 'http://127.0.0.1:9464/readyz';
const images = JSON.parse(read('deploy/images/images.json')) as Record<
  string,
  { healthTarget?: string; nodeOptions?: string }
>;

/** Our services: name, image, definition. Those with an entry point of their own only borrow an image. */
const ours = Object.entries(file.services).flatMap(([name, service]) => {
  const image = imageNameOf(service.image);
  return image === undefined || service.entrypoint !== undefined ? [] : [{ name, image, service }];
});

const configOf = (image: string, service: ComposeService): AnyConfig =>
  loadServiceConfig(image, service.command ?? [], givenTo(service, file, read));

describe('docker-compose.yml', () => {
  it('runs every image of the project, and they are the ones that are built', () => {
    expect([...new Set(ours.map(({ image }) => image))].sort()).toEqual([...imageNames].sort());
    expect(Object.keys(images).sort()).toEqual([...imageNames].sort());
  });

  it.each(ours)('gives $name settings that it accepts', ({ image, service }) => {
    expect(() => configOf(image, service)).not.toThrow();
  });

  it.each(ours)('refuses $name with a misspelt setting', ({ image, service }) => {
    const names = Object.keys(service.environment ?? {}).filter((name) => name.startsWith('AFFINITY_'));
    for (const name of names) {
      const { [name]: value, ...rest } = service.environment ?? {};
      const changed = { ...service, environment: { ...rest, [`${name}X`]: String(value) } };
      expect(() => configOf(image, changed)).toThrow(`${name}X`);
    }
  });

  it.each(ours)('sends $name to services that exist, on their ports', ({ image, service }) => {
    for (const { place } of arrowsOf(configOf(image, service))) {
      expect(portsOf(place?.host ?? 'nowhere')).toContain(place?.port);
    }
  });

  it.each(ours.filter(({ name }) => name !== 'set-up'))(
    'reaches $name where it listens',
    ({ name, image, service }) => {
      const config = configOf(image, service);
      const ports = listeningPorts(config);
      const published = Object.entries(ports).flatMap(([kind, port]) => (kind === 'metrics' ? [] : [port]));
      expect(portsOf(name)).toEqual(published);
      expect(listeningHosts(config).every((host) => host === '0.0.0.0')).toBe(true);
      const builtIn = images[image]?.healthTarget ?? metricsTarget;
      for (const target of [builtIn, service.environment?.['HEALTH_TARGET'] ?? builtIn]) {
        expect(Object.values(ports)).toContain(Number(new URL(String(target)).port));
      }
    },
  );

  it.each(ours)('keeps $name from changing itself, and stages it where it is built from', ({ image, service }) => {
    expect(service.read_only).toBe(true);
    expect(service.build?.context).toBe(`dist/images/${image}`);
    expect(service.build?.args?.['SERVICE']).toBe(image);
    expect(service.build?.args?.['NODE_OPTIONS']).toBe(images[image]?.nodeOptions);
  });

  it('keeps all data in named volumes', () => {
    const used = Object.values(file.services).flatMap(({ volumes = [] }) =>
      volumes.flatMap((volume) => (typeof volume === 'string' ? [volume.split(':')[0]] : [])),
    );
    expect(used.sort()).toEqual(Object.keys(file.volumes).sort());
  });
});

/** The ports of a service's containers. */
function portsOf(name: string): readonly number[] {
  return (file.services[name]?.ports ?? []).map((published) => Number(published.split(':').at(-1)));
}
