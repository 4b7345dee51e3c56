import { defaultPrefix } from './load-config';
import { type Setting, type SettingShape } from './setting';

/** The settings of a service as a text table: variable, default, meaning; in the order of the shape. */
export function describeSettings(shape: SettingShape, prefix = defaultPrefix): string {
  const rows = Object.values(shape).map((setting) => [prefix + setting.env, presenceText(setting), setting.doc]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

function presenceText(setting: Setting<unknown>): string {
  switch (setting.presence.kind) {
    case 'required':
      return '(required)';
    case 'optional':
      return '(optional)';
    case 'defaulted':
      return setting.presence.text;
  }
}
