import { parse } from 'yaml';
import { withShowing } from './showing';

describe('withShowing', () => {
  it('adds an event type that weighs nothing and leaves the rest as it is', () => {
    const { schemaText, showing } = withShowing('version: "1"\nevent_types: { view: 1 }\nclock: wall\n');
    expect(parse(schemaText)).toEqual({
      version: '1',
      event_types: { view: 1, impression: { weight: 0, requires_item: false } },
      clock: 'wall',
    });
    expect(showing.eventType).toBe('impression');
  });

  it('takes another name where the schema has that one already', () => {
    const { showing } = withShowing('event_types: { impression: 1 }');
    expect(showing.eventType).toBe('shown_impression');
  });
});
