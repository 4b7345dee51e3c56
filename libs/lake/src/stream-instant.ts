const nanosecondsPerSecond = 1_000_000_000n;

/** An instant of the stream's server in UTC, all nine digits of its fraction: `2026-11-21T10:00:00.123456789Z`. */
export function formatInstantNs(timestampNs: bigint): string {
  const fraction = (timestampNs % nanosecondsPerSecond).toString().padStart(9, '0');
  return `${secondsOf(timestampNs)}.${fraction}Z`;
}

/** The hour of an instant in UTC, as the lake's folders name it: `dt=2026-11-21/hr=10`. */
export function hourFolder(timestampNs: bigint): string {
  const seconds = secondsOf(timestampNs);
  return `dt=${seconds.slice(0, 10)}/hr=${seconds.slice(11, 13)}`;
}

function secondsOf(timestampNs: bigint): string {
  return new Date(Number(timestampNs / nanosecondsPerSecond) * 1_000).toISOString().slice(0, 19);
}

/** Reads what `formatInstantNs` wrote; undefined for anything else. */
export function parseInstantNs(text: string | undefined): bigint | undefined {
  if (text?.length !== 30 || text[19] !== '.' || !text.endsWith('Z')) return undefined;
  const seconds = Date.parse(`${text.slice(0, 19)}Z`) / 1_000;
  const fraction = Number(text.slice(20, 29));
  if (Number.isNaN(seconds) || !Number.isInteger(fraction)) return undefined;
  return BigInt(seconds) * nanosecondsPerSecond + BigInt(fraction);
}
