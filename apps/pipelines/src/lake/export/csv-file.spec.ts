import { csvLine } from './csv-file';

describe('csvLine', () => {
  it('quotes what needs it, and only that', () => {
    expect(csvLine(['a', 'b c', 'd,e', 'f"g', 'h\ni', '', null, 1.5, 9_007_199_254_740_993n, true])).toBe(
      'a,b c,"d,e","f""g","h\ni",,,1.5,9007199254740993,true\n',
    );
  });
});
