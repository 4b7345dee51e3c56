import { AwsError } from '../errors';

const scheme = 'AWS4-HMAC-SHA256 ';
const credential = /Credential=[^/,\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request/;

/**
 * Checks that a request is signed with Signature Version 4 for the service `personalize`, so that a client that forgot to
 * sign fails here as it would there. The signature itself is not verified: any key is accepted.
 * @throws AwsError MissingAuthenticationTokenException, IncompleteSignatureException or InvalidSignatureException
 */
export function requireSignature(authorization: string | undefined): void {
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const service = authorization.startsWith(scheme) ? credential.exec(authorization)?.[1] : undefined;
  if (service === undefined || !/Signature=[\da-f]{64}/.test(authorization)) {
    throw new AwsError(
      'IncompleteSignatureException',
      'Authorization header requires Credential and Signature of AWS4-HMAC-SHA256',
    );
  }
  if (service !== 'personalize') {
    throw new AwsError('InvalidSignatureException', "Credential should be scoped to correct service: 'personalize'.");
  }
}
