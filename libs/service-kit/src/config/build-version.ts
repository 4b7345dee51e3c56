import { type Environment } from './load-config';

/**
 * Which build of a program an image holds, from BUILD_VERSION: the image says so itself, so it is no setting of whoever deploys
 * it. Outside of an image, the version that the program gives.
 */
export function buildVersion(env: Environment, otherwise: string): string {
  const given = env['BUILD_VERSION'] ?? '';
  return given === '' ? otherwise : given;
}
