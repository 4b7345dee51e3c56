import type { Checklist } from '../report/checklist';
import type { Report } from '../report/report';
import { startLocalSystem, type LocalSystem, type LocalSystemOptions } from './local-system';

/** How long the lake sink gathers events in a demo, in milliseconds: in production it is five minutes. */
export const lakeFlushMs = 3_000;

/** Starts a whole system on free ports and says so; a service that ends by itself fails a check. */
export function startCheckedSystem(
  options: Pick<LocalSystemOptions, 'schemaText' | 'folder' | 'showing'>,
  { report, checks }: { readonly report: Report; readonly checks: Checklist },
): Promise<LocalSystem> {
  return startLocalSystem({
    ...options,
    lakeFlushMs,
    report: (line) => report.line(`  ${line}`),
    onCrash: (app, output) => {
      checks.add(`${app} keeps running`, false, 'it ended by itself, see above');
      report.line(`\n${app} ended. Its last output:\n${output}\n`);
    },
  });
}
