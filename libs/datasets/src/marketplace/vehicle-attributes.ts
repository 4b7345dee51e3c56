import type { Vehicle } from './vehicle';

/** Each property of a vehicle with the name of its column. */
const columnOf = {
  make: 'make',
  model: 'model',
  body: 'body',
  fuel: 'fuel',
  gearbox: 'gearbox',
  colour: 'colour',
  sellerType: 'seller_type',
  year: 'year',
  price: 'price',
  mileage: 'mileage',
  power: 'power',
  doors: 'doors',
  equipment: 'equipment',
} as const satisfies Record<Exclude<keyof Vehicle, 'itemId'>, string>;

type VehicleProperty = keyof typeof columnOf;

const properties = Object.keys(columnOf) as VehicleProperty[];

/** The columns of a generated catalogue. */
export const vehicleColumns: readonly string[] = ['item_id', ...Object.values(columnOf)];

/** The name under which a property of a vehicle is an attribute. */
export function attributeNameOfVehicle(property: VehicleProperty): string {
  return columnOf[property];
}

/** A vehicle as the fields of a row under `vehicleColumns`. */
export function vehicleFields(vehicle: Vehicle): readonly string[] {
  return [vehicle.itemId, ...properties.map((property) => fieldOf(vehicle[property]))];
}

function fieldOf(value: Vehicle[VehicleProperty]): string {
  return typeof value === 'object' ? value.join('|') : String(value);
}
