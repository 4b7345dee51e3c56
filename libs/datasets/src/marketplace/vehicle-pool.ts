import type { Taste } from '../true-taste';
import type { CatalogueIndex } from './catalogue-index';
import { attributeNameOfVehicle } from './vehicle-attributes';

/** The vehicles that a visitor may look at, with the probability of each look. */
export interface VehiclePool {
  /** Positions in the catalogue, each once. */
  readonly vehicles: readonly number[];
  /** Probability of each, adding up to 1. */
  readonly probabilities: readonly number[];
}

/** Probabilities below this part of the highest are dropped, to keep pools small. */
const leastRatio = 1e-3;

/** Makes a pool of vehicles met and weighed; a vehicle that was met several times counts several times. */
export function poolOf(met: Uint32Array, weightOf: (vehicle: number) => number): VehiclePool {
  const weighed = Float64Array.from(met, weightOf);
  const least = weighed.reduce((most, weight) => Math.max(most, weight), 0) * leastRatio;
  const weights = new Map<number, number>();
  weighed.forEach((weight, i) => {
    const vehicle = met[i] ?? 0;
    if (weight >= least) weights.set(vehicle, (weights.get(vehicle) ?? 0) + weight);
  });
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  // A wish that nothing comes near to leaves no weight at all; then anything is looked at.
  const probabilityOf = (weight: number): number => (total > 0 ? weight / total : 1 / weights.size);
  return { vehicles: [...weights.keys()], probabilities: [...weights.values()].map(probabilityOf) };
}

/** The taste that looking at a pool's vehicles shows: what an endless profile of such looks would say. */
export function tasteShownBy(pool: VehiclePool, index: CatalogueIndex): Taste {
  const categorical = index.categories.map(({ attribute, values, codes }) => {
    const shares = values.map(() => 0);
    forEach(pool, (vehicle, probability) => {
      const code = codes[vehicle] ?? 0;
      shares[code] = (shares[code] ?? 0) + probability;
    });
    const named = values.map((value, code) => [value, rounded(shares[code] ?? 0)] as const);
    return [attributeNameOfVehicle(attribute), Object.fromEntries(named.filter(([, share]) => share > 0))] as const;
  });
  const numeric = index.numbers.map(({ attribute, numbers }) => {
    const mean = expectation(pool, (vehicle) => numbers[vehicle] ?? 0);
    const variance = expectation(pool, (vehicle) => ((numbers[vehicle] ?? 0) - mean) ** 2);
    return [attributeNameOfVehicle(attribute), { mean: rounded(mean), sd: rounded(Math.sqrt(variance)) }] as const;
  });
  return { categorical: Object.fromEntries(categorical), numeric: Object.fromEntries(numeric) };
}

function expectation(pool: VehiclePool, valueOf: (vehicle: number) => number): number {
  let sum = 0;
  forEach(pool, (vehicle, probability) => (sum += probability * valueOf(vehicle)));
  return sum;
}

function forEach(pool: VehiclePool, visit: (vehicle: number, probability: number) => void): void {
  pool.vehicles.forEach((vehicle, i) => visit(vehicle, pool.probabilities[i] ?? 0));
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
