/** The bodies that vehicles come in. */
export type Body = 'small' | 'hatchback' | 'saloon' | 'estate' | 'suv' | 'van' | 'coupe' | 'convertible';

/** One model of a make. The numbers are rough and ours: enough to make prices, power and bodies hang together. */
export interface VehicleModel {
  readonly make: string;
  readonly model: string;
  /** Share of the market, relative to the others. */
  readonly popularity: number;
  /** Price when new, in euros. */
  readonly newPrice: number;
  /** Middle of its engines, in kilowatts. */
  readonly powerKw: number;
  readonly bodies: readonly Body[];
  readonly electricOnly?: boolean;
}

type ModelRow = readonly [
  model: string,
  popularity: number,
  newPrice: number,
  powerKw: number,
  bodies: readonly Body[],
  electricOnly?: 'electric',
];

const rows: Readonly<Record<string, readonly ModelRow[]>> = {
  Audi: [
    ['A3', 5, 32_000, 110, ['hatchback', 'saloon', 'convertible']],
    ['A4', 6, 42_000, 130, ['saloon', 'estate']],
    ['A6', 4, 55_000, 170, ['saloon', 'estate']],
    ['Q5', 4, 52_000, 150, ['suv']],
    ['TT', 1, 45_000, 170, ['coupe', 'convertible']],
  ],
  BMW: [
    ['1 Series', 4, 33_000, 105, ['hatchback']],
    ['3 Series', 7, 45_000, 135, ['saloon', 'estate', 'convertible']],
    ['5 Series', 4, 58_000, 180, ['saloon', 'estate']],
    ['X3', 4, 54_000, 150, ['suv']],
    ['i3', 1, 40_000, 125, ['small'], 'electric'],
  ],
  Citroen: [
    ['C3', 3, 18_000, 65, ['small']],
    ['C4', 2, 25_000, 85, ['hatchback']],
    ['Berlingo', 2, 26_000, 80, ['van']],
  ],
  Dacia: [
    ['Sandero', 4, 12_500, 65, ['small']],
    ['Duster', 4, 18_500, 85, ['suv']],
  ],
  Fiat: [
    ['500', 4, 17_500, 60, ['small', 'convertible']],
    ['Panda', 3, 15_000, 52, ['small']],
    ['Ducato', 2, 36_000, 105, ['van']],
  ],
  Ford: [
    ['Fiesta', 6, 18_500, 70, ['small']],
    ['Focus', 6, 26_000, 95, ['hatchback', 'estate']],
    ['Kuga', 4, 34_000, 115, ['suv']],
    ['Mustang', 1, 52_000, 320, ['coupe', 'convertible']],
    ['Transit', 2, 38_000, 100, ['van']],
  ],
  Hyundai: [
    ['i20', 3, 18_000, 68, ['small']],
    ['i30', 4, 25_000, 95, ['hatchback', 'estate']],
    ['Tucson', 4, 33_000, 115, ['suv']],
    ['Ioniq 5', 1, 46_000, 160, ['suv'], 'electric'],
  ],
  'Mercedes-Benz': [
    ['A-Class', 5, 35_000, 110, ['hatchback', 'saloon']],
    ['C-Class', 6, 46_000, 140, ['saloon', 'estate', 'coupe']],
    ['E-Class', 4, 60_000, 175, ['saloon', 'estate']],
    ['GLC', 3, 56_000, 155, ['suv']],
    ['Vito', 2, 45_000, 110, ['van']],
  ],
  Mini: [
    ['Hatch', 4, 26_000, 90, ['small']],
    ['Cabrio', 1, 31_000, 100, ['convertible']],
  ],
  Opel: [
    ['Corsa', 6, 18_000, 68, ['small']],
    ['Astra', 6, 27_000, 95, ['hatchback', 'estate']],
    ['Insignia', 3, 35_000, 125, ['saloon', 'estate']],
    ['Mokka', 3, 26_000, 95, ['suv']],
  ],
  Renault: [
    ['Clio', 4, 18_500, 70, ['small']],
    ['Megane', 3, 26_500, 95, ['hatchback', 'estate']],
    ['Captur', 3, 24_500, 85, ['suv']],
    ['Zoe', 1, 34_000, 90, ['small'], 'electric'],
  ],
  Seat: [
    ['Ibiza', 3, 18_500, 70, ['small']],
    ['Leon', 4, 26_500, 100, ['hatchback', 'estate']],
  ],
  Skoda: [
    ['Fabia', 4, 18_500, 68, ['small', 'estate']],
    ['Octavia', 6, 29_500, 105, ['saloon', 'estate']],
    ['Kodiaq', 3, 40_000, 130, ['suv']],
  ],
  Tesla: [
    ['Model 3', 2, 46_000, 230, ['saloon'], 'electric'],
    ['Model Y', 2, 52_000, 250, ['suv'], 'electric'],
  ],
  Toyota: [
    ['Yaris', 3, 20_000, 75, ['small']],
    ['Corolla', 3, 28_000, 100, ['hatchback', 'estate']],
    ['RAV4', 3, 38_000, 145, ['suv']],
  ],
  Volkswagen: [
    ['Polo', 6, 20_500, 70, ['small']],
    ['Golf', 10, 29_500, 100, ['hatchback', 'estate', 'convertible']],
    ['Passat', 6, 38_500, 125, ['saloon', 'estate']],
    ['Tiguan', 6, 37_500, 120, ['suv']],
    ['Transporter', 3, 44_000, 105, ['van']],
    ['ID.3', 1, 39_000, 130, ['hatchback'], 'electric'],
  ],
  Volvo: [
    ['V60', 2, 45_000, 140, ['estate']],
    ['XC60', 3, 54_000, 160, ['suv']],
  ],
};

/** All models of the generated market, by make in alphabetical order. */
export const vehicleModels: readonly VehicleModel[] = Object.entries(rows).flatMap(([make, models]) =>
  models.map(([model, popularity, newPrice, powerKw, bodies, electric]) => ({
    make,
    model,
    popularity,
    newPrice,
    powerKw,
    bodies,
    ...(electric === undefined ? {} : { electricOnly: true }),
  })),
);
