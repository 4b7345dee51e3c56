/** Where the lake zone of a data set begins: `lake/<prefix>/`. */
export function lakeFolder(prefix: string): string {
  return `lake/${prefix}/`;
}

/** A table of the lake zone, partitioned by day. */
export interface LakeTableName {
  /** The data set, such as `crm/dashboard_interaction`. */
  readonly prefix: string;
  /** Such as `events`. */
  readonly table: string;
}

/**
 * Where the objects of a table's day are: `lake/<prefix>/<table>/dt=YYYY-MM-DD/`, below it one folder for each run that wrote
 * the day. The manifest says which run stands.
 */
export function tableDayFolder({ prefix, table }: LakeTableName, day: string): string {
  return `${lakeFolder(prefix)}${table}/dt=${day}/`;
}

/** Where the manifests of a table are. Query engines skip names that begin with an underscore. */
export function tableManifestFolder({ prefix, table }: LakeTableName): string {
  return `${lakeFolder(prefix)}${table}/_manifests/`;
}

/** The manifest of a table's day. */
export function tableManifestKey(name: LakeTableName, day: string): string {
  return `${tableManifestFolder(name)}${day}.json`;
}

/** Where the objects of a data set's upstream day are: `upstream/<prefix>/dt=YYYY-MM-DD/`. */
export function upstreamDayFolder(prefix: string, day: string): string {
  return `upstream/${prefix}/dt=${day}/`;
}
