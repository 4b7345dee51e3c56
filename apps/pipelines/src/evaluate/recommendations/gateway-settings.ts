import type { MethodParameters } from './ranking-methods';

/** The longest half-life that the gateway takes, in days: what "no decay" comes to. */
const longestHalfLifeDays = 36_500;

/** What the gateway is to be set to for each log-linear merge with the model, as a table. */
export function gatewaySettings({ logLinear, withBoth, preferenceHalfLifeDays }: MethodParameters): string {
  const halfLife = `AFFINITY_PREFERENCE_HALF_LIFE_DAYS=${preferenceHalfLifeDays ?? longestHalfLifeDays}`;
  const line = (merge: string, popularity: number, preference: number): string =>
    `${merge.padEnd(31)}  AFFINITY_MODEL_WEIGHT=1 AFFINITY_POPULARITY_WEIGHT=${popularity} AFFINITY_PREFERENCE_WEIGHT=${preference} ${halfLife}`;
  return [
    line('model + preference', 0, logLinear),
    line('model + popularity + preference', withBoth.popularity, withBoth.preference),
  ].join('\n');
}
