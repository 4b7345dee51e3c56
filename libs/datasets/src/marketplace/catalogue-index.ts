import type { Vehicle } from './vehicle';

/** The attributes that visitors have a distribution of taste over. */
export const tasteCategories = ['make', 'body', 'fuel', 'gearbox', 'colour', 'sellerType'] as const;

/** The attributes that visitors have a wish in. */
export const tasteNumbers = ['price', 'mileage', 'year'] as const;

/** One categorical attribute over the whole catalogue. */
export interface CategoryIndex {
  readonly attribute: (typeof tasteCategories)[number];
  readonly values: readonly string[];
  /** Share of each value in the catalogue, above 0. */
  readonly shares: readonly number[];
  /** For each vehicle the position of its value. */
  readonly codes: Uint16Array;
}

/** One numeric attribute over the whole catalogue. */
export interface NumberIndex {
  readonly attribute: (typeof tasteNumbers)[number];
  /** For each vehicle its number. */
  readonly numbers: Float64Array;
  /** Standard deviation over the catalogue, above 0. */
  readonly deviation: number;
}

/** The catalogue, prepared for weighing vehicles by taste. */
export interface CatalogueIndex {
  readonly vehicles: readonly Vehicle[];
  readonly categories: readonly CategoryIndex[];
  readonly numbers: readonly NumberIndex[];
}

/** Prepares a catalogue of at least one vehicle. */
export function indexCatalogue(vehicles: readonly Vehicle[]): CatalogueIndex {
  return {
    vehicles,
    categories: tasteCategories.map((attribute) => indexCategory(vehicles, attribute)),
    numbers: tasteNumbers.map((attribute) => indexNumber(vehicles, attribute)),
  };
}

function indexCategory(vehicles: readonly Vehicle[], attribute: CategoryIndex['attribute']): CategoryIndex {
  const values = [...new Set(vehicles.map((vehicle) => vehicle[attribute]))].sort();
  const codeOf = new Map<string, number>(values.map((value, code) => [value, code]));
  const codes = Uint16Array.from(vehicles, (vehicle) => codeOf.get(vehicle[attribute]) ?? 0);
  const shares = values.map(() => 0);
  for (const code of codes) shares[code] = (shares[code] ?? 0) + 1 / vehicles.length;
  return { attribute, values, shares, codes };
}

function indexNumber(vehicles: readonly Vehicle[], attribute: NumberIndex['attribute']): NumberIndex {
  const numbers = Float64Array.from(vehicles, (vehicle) => vehicle[attribute]);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
  return { attribute, numbers, deviation: Math.sqrt(variance) || 1 };
}
