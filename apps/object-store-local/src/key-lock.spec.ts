import { KeyLock } from './key-lock';

describe('KeyLock', () => {
  it('runs tasks of one name in turn and those of others meanwhile, also after a failure', async () => {
    const lock = new KeyLock();
    const log: string[] = [];
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const first = lock.run('a', async () => {
      await blocked;
      log.push('a1');
      throw new Error('failed');
    });
    const second = lock.run('a', async () => log.push('a2'));
    await lock.run('b', async () => log.push('b'));
    release();
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(log).toEqual(['b', 'a1', 'a2']);
  });
});
