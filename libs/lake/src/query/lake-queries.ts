import dayAudit from './sql/day-audit.sql';
import exportCounts from './sql/export-counts.sql';
import exportedInteractions from './sql/exported-interactions.sql';
import exportedItems from './sql/exported-items.sql';
import judgedEvents from './sql/judged-events.sql';
import onlineEvents from './sql/online-events.sql';
import profileEvents from './sql/profile-events.sql';
import quarantinedLines from './sql/quarantined-lines.sql';
import typedEvents from './sql/typed-events.sql';
import wholeEvents from './sql/whole-events.sql';

type LakeQuery =
  | 'dayAudit'
  | 'exportCounts'
  | 'exportedInteractions'
  | 'exportedItems'
  | 'judgedEvents'
  | 'onlineEvents'
  | 'profileEvents'
  | 'quarantinedLines'
  | 'typedEvents'
  | 'wholeEvents';

/** The query files of the lake, the same for every engine. What a file reads `FROM` are tables and views of these names. */
export const lakeQueries: Readonly<Record<LakeQuery, string>> = {
  dayAudit,
  exportCounts,
  exportedInteractions,
  exportedItems,
  judgedEvents,
  onlineEvents,
  profileEvents,
  quarantinedLines,
  typedEvents,
  wholeEvents,
};
