import { Metadata } from '@grpc/grpc-js';
import { createApiKeyAuthentication } from './api-keys';

const keyFile = '# partners\nsearch 0123456789abcdef\n\nads fedcba9876543210\n';

function metadataWith(authorization?: string): Metadata {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return metadata;
}

describe('createApiKeyAuthentication', () => {
  const authenticate = createApiKeyAuthentication(keyFile);

  it('names the caller whose key it is', () => {
    expect(authenticate(metadataWith('Bearer 0123456789abcdef'))).toBe('search');
    expect(authenticate(metadataWith('bearer fedcba9876543210'))).toBe('ads');
  });

  it.each([undefined, '', 'Bearer ', 'Bearer 0123456789abcdeX', 'Basic 0123456789abcdef', 'Bearer # partners'])(
    'refuses %j',
    (authorization) => {
      expect(() => authenticate(metadataWith(authorization))).toThrow('a valid API key is needed as bearer token');
    },
  );

  it('refuses a malformed file without showing its keys', () => {
    expect(() => createApiKeyAuthentication('search short')).toThrow('API keys, line 1: must be "name key"');
    expect(() => createApiKeyAuthentication('\n')).toThrow('API keys: the file holds none');
  });
});
