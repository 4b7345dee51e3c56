import { type PackageSet } from './debian-packages';

/** The programs of servers, and those that only tests need. */
export type ProgramName = 'nats-server' | 'redis-server' | 'java' | 'kubectl' | 'promtool';

/** How to recognise a program, and where to get it. */
export interface CatalogEntry {
  /** Arguments that make it print its version, and where the version is in what it prints. */
  readonly versionArgs: readonly string[];
  readonly versionPattern: RegExp;
  /** The oldest version that will do: major and minor. */
  readonly atLeast: readonly [number, number];
  readonly packages: PackageSet;
  /** What a person has to install where packages cannot be fetched. */
  readonly advice: string;
}

/**
 * Debian's stable suite has nats-server 2.9, which is too old; sid's is a static binary that runs anywhere, and so is
 * sid's kubectl. The others come from bookworm, whose libraries are old enough for any current machine.
 */
export const CATALOG: Readonly<Record<ProgramName, CatalogEntry>> = {
  'nats-server': {
    versionArgs: ['--version'],
    versionPattern: /v(\d+)\.(\d+)/,
    atLeast: [2, 11],
    packages: { suite: 'sid', packages: ['nats-server'] },
    advice: 'nats-server 2.11 or newer',
  },
  'redis-server': {
    versionArgs: ['--version'],
    versionPattern: /v=(\d+)\.(\d+)/,
    atLeast: [6, 2],
    packages: {
      suite: 'bookworm',
      packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblua5.1-0', 'liblzf1'],
    },
    advice: 'redis-server 6.2 or newer',
  },
  java: {
    versionArgs: ['-version'],
    versionPattern: /version "(\d+)(?:\.(\d+))?/,
    atLeast: [17, 0],
    packages: { suite: 'bookworm', packages: ['openjdk-17-jre-headless'] },
    advice: 'a Java runtime 17 or newer (openjdk-17-jre-headless)',
  },
  kubectl: {
    versionArgs: ['version', '--client'],
    versionPattern: /Client Version: v(\d+)\.(\d+)/,
    atLeast: [1, 27],
    packages: { suite: 'sid', packages: ['kubectl'] },
    advice: 'kubectl 1.27 or newer',
  },
  promtool: {
    versionArgs: ['--version'],
    versionPattern: /version (\d+)\.(\d+)/,
    atLeast: [2, 40],
    packages: { suite: 'bookworm', packages: ['prometheus'] },
    advice: 'promtool 2.40 or newer (part of Prometheus)',
  },
};
