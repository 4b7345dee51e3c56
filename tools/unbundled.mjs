/** Packages that read .proto files or native parts from their own folders, so that they stay outside bundles. */
export const unbundled = [
  'grpc-health-check',
  '@grpc/reflection',
  '@grpc/proto-loader',
  'testcontainers',
  '@duckdb/node-api',
];
