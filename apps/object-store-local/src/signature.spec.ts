import { S3Error } from './errors';
import { parseTarget } from './request-target';
import { type SignedRequest, verifySignature } from './signature';

// The worked examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
const ACCOUNT = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const HOST = 'examplebucket.s3.amazonaws.com';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const AT = Date.UTC(2013, 4, 24);

function example(url: string, signature: string, headers: Record<string, string> = {}): SignedRequest {
  const all: Record<string, string> = {
    host: HOST,
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    ...headers,
  };
  const credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
  const names = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names},Signature=${signature}`;
  return { method: 'GET', target: parseTarget(url, HOST, 's3.amazonaws.com'), headers: { ...all, authorization } };
}

const getRange = () =>
  example('/test.txt', 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41', { range: 'bytes=0-9' });
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return S3Error.from(error).code;
  }
  return 'none';
};

describe('verifySignature', () => {
  it("accepts Amazon's worked examples", () => {
    const lifecycle = example('/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543');
    const list = example('/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
    expect(verifySignature(getRange(), ACCOUNT, AT).payload).toBe(EMPTY);
    expect(codeOf(() => verifySignature(lifecycle, ACCOUNT, AT))).toBe('none');
    expect(codeOf(() => verifySignature(list, ACCOUNT, AT))).toBe('none');
  });

  it('refuses another secret, another path, another header value', () => {
    const changed = { ...getRange(), target: parseTarget('/test2.txt', HOST, 's3.amazonaws.com') };
    const ranged = getRange();
    const widened = { ...ranged, headers: { ...ranged.headers, range: 'bytes=0-99' } };
    const guessed = { ...ACCOUNT, secretKey: 'guessed' };
    for (const act of [
      () => verifySignature(getRange(), guessed, AT),
      () => verifySignature(changed, ACCOUNT, AT),
      () => verifySignature(widened, ACCOUNT, AT),
    ]) {
      expect(codeOf(act)).toBe('SignatureDoesNotMatch');
    }
  });

  it('refuses a request that is more than 15 minutes old or ahead', () => {
    for (const minutes of [-16, 16]) {
      expect(codeOf(() => verifySignature(getRange(), ACCOUNT, AT + minutes * 60_000))).toBe('RequestTimeTooSkewed');
    }
    expect(codeOf(() => verifySignature(getRange(), ACCOUNT, AT + 14 * 60_000))).toBe('none');
  });

  it('refuses an x-amz header that the signature does not cover', () => {
    const request = getRange();
    const added = { ...request, headers: { ...request.headers, 'x-amz-meta-role': 'admin' } };
    expect(codeOf(() => verifySignature(added, ACCOUNT, AT))).toBe('AccessDenied');
  });

  it('names what is wrong with the authorization', () => {
    const request = getRange();
    const authorize = (authorization: string | undefined): SignedRequest => ({
      ...request,
      headers: { ...request.headers, authorization },
    });
    expect(codeOf(() => verifySignature(authorize(undefined), ACCOUNT, AT))).toBe('AccessDenied');
    expect(codeOf(() => verifySignature(authorize('AWS a:b'), ACCOUNT, AT))).toBe('AuthorizationHeaderMalformed');
    const elsewhere = { ...ACCOUNT, region: 'eu-west-1' };
    expect(codeOf(() => verifySignature(request, elsewhere, AT))).toBe('AuthorizationHeaderMalformed');
    const somebody = { ...ACCOUNT, accessKey: 'somebody' };
    expect(codeOf(() => verifySignature(request, somebody, AT))).toBe('InvalidAccessKeyId');
  });
});
