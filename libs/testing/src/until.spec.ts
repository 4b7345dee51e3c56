import { until } from './until';

describe('until', () => {
  it('returns the first value that is neither false nor undefined, 0 and empty text included', async () => {
    const values = [undefined, false, 0] as const;
    let asked = 0;
    expect(await until(() => values[asked++], 1000, 'a value')).toBe(0);
    expect(asked).toBe(3);
    expect(await until(() => '', 1000, 'a text')).toBe('');
  });

  it('says what it waited for and why it did not come', async () => {
    const refuse = (): never => {
      throw new Error('connection refused');
    };
    await expect(until(refuse, 20, 'the server')).rejects.toThrow(
      'waited 20 ms in vain for the server: connection refused',
    );
    await expect(until(() => false, 0, 'nothing')).rejects.toThrow('for nothing');
  });
});
