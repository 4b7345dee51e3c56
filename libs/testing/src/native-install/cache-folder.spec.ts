import { homedir } from 'node:os';
import { cacheFolder } from './cache-folder';

describe('cacheFolder', () => {
  it.each([
    [{ AFFINITY_CACHE_DIR: '/own', XDG_CACHE_HOME: '/shared' }, '/own'],
    [{ XDG_CACHE_HOME: '/shared' }, '/shared/affinity'],
    [{}, `${homedir()}/.cache/affinity`],
  ])('reads %j', (environment, expected) => {
    expect(cacheFolder(environment)).toBe(expected);
  });
});
