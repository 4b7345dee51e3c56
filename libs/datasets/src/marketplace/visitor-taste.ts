import type { Taste } from '../true-taste';
import type { CatalogueIndex } from './catalogue-index';
import { dirichlet } from './distributions';
import type { Random } from './random';
import { poolOf, tasteShownBy } from './vehicle-pool';
import { WeightedChoice } from './weighted-choice';

/** A taste, ready to look at vehicles. */
export interface PreparedTaste {
  readonly taste: Taste;
  /** Draws the vehicle of one look, by its position in the catalogue. */
  drawVehicle(random: Random): number;
}

/** What tastes are drawn for. */
export interface Market {
  readonly index: CatalogueIndex;
  /** Draws a vehicle by how much interest it meets from anybody. */
  readonly interest: WeightedChoice;
}

/**
 * Strength of the catalogue's shares in a drawn taste: the Dirichlet's parameters are this times the shares. At 10 a visitor
 * likes a handful of makes and two or three colours.
 */
const concentration = 10;

/** Least Dirichlet parameter, so that rare values do not underflow. */
const leastParameter = 0.02;

/** How many vehicles a visitor comes across; they look at those that suit them. */
const vehiclesMet = 1_000;

/**
 * Draws a taste: what a visitor comes across, by its general interest, is weighed by a Dirichlet-drawn liking for each value
 * of each categorical attribute and by the distance of its numbers from those of one wished vehicle (so that the wished
 * price, year and mileage exist together). The taste is the distribution that results, so it is exactly what is looked at.
 */
export function drawTaste(random: Random, market: Market): PreparedTaste {
  const { index, interest } = market;
  const met = new Uint32Array(Math.min(vehiclesMet, 2 * index.vehicles.length)).map(() => interest.draw(random));
  const pool = poolOf(met, drawWeigher(random, market));
  const choice = new WeightedChoice(pool.probabilities);
  return { taste: tasteShownBy(pool, index), drawVehicle: (source) => pool.vehicles[choice.draw(source)] ?? 0 };
}

function drawWeigher(random: Random, { index, interest }: Market): (vehicle: number) => number {
  const wished = interest.draw(random);
  const likings = index.categories.map(({ shares, codes }) => ({ codes, ratios: drawRatios(random, shares) }));
  const wishes = index.numbers.map(({ numbers, deviation }) => ({
    numbers,
    mean: numbers[wished] ?? 0,
    width: deviation * (0.5 + 0.7 * random.unit()),
  }));
  return (vehicle) => {
    let weight = 1;
    for (const { codes, ratios } of likings) weight *= ratios[codes[vehicle] ?? 0] ?? 0;
    let distance = 0;
    for (const { numbers, mean, width } of wishes) distance += (((numbers[vehicle] ?? 0) - mean) / width) ** 2;
    return weight * Math.exp(-0.5 * distance);
  };
}

/** How much likelier than anybody a visitor is to favour each value. */
function drawRatios(random: Random, shares: readonly number[]): readonly number[] {
  const parameters = shares.map((share) => Math.max(leastParameter, share * concentration));
  return dirichlet(random, parameters).map((probability, i) => probability / (shares[i] ?? 1));
}
