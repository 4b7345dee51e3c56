import { exponential, normal } from './distributions';
import type { Random } from './random';
import { vehicleModels, type Body, type VehicleModel } from './vehicle-models';
import { WeightedChoice } from './weighted-choice';

/** One advertised vehicle. */
export interface Vehicle {
  readonly itemId: string;
  readonly make: string;
  readonly model: string;
  readonly body: Body;
  readonly fuel: string;
  readonly gearbox: string;
  readonly colour: string;
  readonly sellerType: string;
  /** Of first registration. */
  readonly year: number;
  /** Euros. */
  readonly price: number;
  /** Kilometres. */
  readonly mileage: number;
  /** Kilowatts. */
  readonly power: number;
  readonly doors: number;
  readonly equipment: readonly string[];
}

/** Each colour with its share in percent. */
const colours = [
  ['black', 23],
  ['grey', 22],
  ['white', 20],
  ['silver', 12],
  ['blue', 11],
  ['red', 6],
  ['brown', 2],
  ['green', 2],
  ['orange', 1],
  ['yellow', 1],
] as const;
const dieselShares: Readonly<Record<Body, number>> = {
  small: 0.12,
  hatchback: 0.3,
  saloon: 0.5,
  estate: 0.62,
  suv: 0.48,
  van: 0.88,
  coupe: 0.15,
  convertible: 0.15,
};

const doorsOf: Readonly<Record<Body, number>> = {
  small: 5,
  hatchback: 5,
  saloon: 4,
  estate: 5,
  suv: 5,
  van: 4,
  coupe: 3,
  convertible: 2,
};

/** Each piece with its share among cars of middling price; dearer and newer cars have more of all. */
const equipmentShares = {
  'air conditioning': 0.9,
  'navigation system': 0.5,
  'parking sensors': 0.5,
  'cruise control': 0.5,
  'heated seats': 0.4,
  'leather seats': 0.25,
  'tow bar': 0.2,
  sunroof: 0.15,
  'reversing camera': 0.3,
  'led headlights': 0.35,
  'adaptive cruise control': 0.15,
  'parking heater': 0.05,
};

const colourChoice = new WeightedChoice(colours.map(([, share]) => share));
const modelChoice = new WeightedChoice(vehicleModels.map((model) => model.popularity));

/** Draws the vehicle number `index`, whose attributes hang together: older cars have run further and cost less. */
export function drawVehicle(random: Random, { index, newestYear }: { index: number; newestYear: number }): Vehicle {
  const model = vehicleModels[modelChoice.draw(random)] as VehicleModel;
  const body = pick(random, model.bodies);
  const age = drawAge(random, model);
  const fuel = drawFuel(random, { model, body, age });
  const power = Math.round(model.powerKw * Math.exp(0.18 * normal(random)));
  const mileage = drawMileage(random, age, fuel);
  const price = priceOf(random, { model, age, mileage, power });
  return {
    itemId: `car-${String(index).padStart(6, '0')}`,
    make: model.make,
    model: model.model,
    body,
    fuel,
    gearbox: drawGearbox(random, { fuel, power, age }),
    colour: colours[colourChoice.draw(random)]?.[0] ?? 'black',
    sellerType: random.chance(age < 6 ? 0.85 : 0.55) ? 'dealer' : 'private',
    year: newestYear - age,
    price,
    mileage,
    power,
    doors: body === 'small' && random.chance(0.4) ? 3 : doorsOf[body],
    equipment: drawEquipment(random, price, age),
  };
}

function drawAge(random: Random, model: VehicleModel): number {
  const oldest = model.electricOnly ? 9 : 22;
  return Math.min(oldest, Math.floor(exponential(random, model.electricOnly ? 3 : 6.5)));
}

function drawMileage(random: Random, age: number, fuel: string): number {
  const perYear = fuel === 'diesel' ? 19_000 : 12_500;
  const years = age + random.unit();
  const kilometres = years * perYear * Math.exp(0.3 * normal(random));
  return Math.min(450_000, Math.max(50, Math.round(kilometres / 50) * 50));
}

interface Drawn {
  readonly model: VehicleModel;
  readonly body: Body;
  readonly age: number;
}

function drawFuel(random: Random, { model, body, age }: Drawn): string {
  if (model.electricOnly) return 'electric';
  if (age < 7 && random.chance(0.16)) return random.chance(0.4) ? 'plug-in hybrid' : 'hybrid';
  if (random.chance(0.015)) return 'lpg';
  return random.chance(dieselShares[body]) ? 'diesel' : 'petrol';
}

function drawGearbox(random: Random, { fuel, power, age }: { fuel: string; power: number; age: number }): string {
  if (fuel === 'electric' || fuel.includes('hybrid')) return 'automatic';
  const share = 0.15 + power / 400 + (age < 6 ? 0.15 : 0);
  return random.chance(Math.min(0.95, share)) ? 'automatic' : 'manual';
}

interface Worth {
  readonly model: VehicleModel;
  readonly age: number;
  readonly mileage: number;
  readonly power: number;
}

function priceOf(random: Random, { model, age, mileage, power }: Worth): number {
  const afterYears = 0.86 ** age;
  const afterKilometres = Math.exp(-mileage / 400_000);
  const forPower = (power / model.powerKw) ** 0.5;
  const price = model.newPrice * afterYears * afterKilometres * forPower * Math.exp(0.1 * normal(random));
  return Math.max(400, Math.round(price / 50) * 50);
}

function drawEquipment(random: Random, price: number, age: number): readonly string[] {
  const richness = (price / 18_000) ** 0.4 * (age < 8 ? 1.15 : 0.8);
  return Object.entries(equipmentShares).flatMap(([piece, share]) =>
    random.chance(Math.min(0.97, share * richness)) ? [piece] : [],
  );
}

function pick<T>(random: Random, elements: readonly T[]): T {
  return elements[random.below(elements.length)] as T;
}
