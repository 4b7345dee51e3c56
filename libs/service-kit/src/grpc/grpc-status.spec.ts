import { Metadata } from '@grpc/grpc-js';
import { AffinityError, invalidArgument, resourceExhausted } from '../errors';
import { fromGrpcError, toGrpcStatus } from './grpc-status';

function received(error: AffinityError): AffinityError {
  const status = toGrpcStatus(error);
  return fromGrpcError(Object.assign(new Error(status.details), status));
}

describe('gRPC status', () => {
  it('carries field violations across', () => {
    const violations = [
      { field: 'events[0].user_id', description: 'is required', rule: 'REQUIRED' },
      { field: 'größe', description: 'must be positive' },
    ];
    expect(received(invalidArgument(violations))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fieldViolations: violations,
    });
  });

  it.each([0, 1, 999, 1_000, 61_500])('carries a retry time of %d ms across', (retryAfterMs) => {
    expect(received(resourceExhausted('busy', retryAfterMs))).toMatchObject({ retryAfterMs, retryable: true });
  });

  it('encodes RetryInfo as other languages do', () => {
    // Encoded by hand after google/rpc/status.proto: code 8, message "busy", Any(RetryInfo{1.5 s}).
    const any = Buffer.concat([
      Buffer.from([0x0a, 40]),
      Buffer.from('type.googleapis.com/google.rpc.RetryInfo'),
      Buffer.from([0x12, 10, 0x0a, 8, 0x08, 1, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]),
    ]);
    const expected = Buffer.concat([
      Buffer.from([0x08, 8, 0x12, 4]),
      Buffer.from('busy'),
      Buffer.from([0x1a, any.length]),
      any,
    ]);
    expect(toGrpcStatus(resourceExhausted('busy', 1_500)).metadata.get('grpc-status-details-bin')).toEqual([expected]);
  });

  it('sends no more than headers can take, and only text that can be encoded', () => {
    const violations = Array.from({ length: 500 }, (_, index) => ({
      field: `events[${index}]`,
      description: 'x'.repeat(900),
    }));
    const status = toGrpcStatus(invalidArgument(violations));
    const [bytes] = status.metadata.get('grpc-status-details-bin');
    expect(Buffer.byteLength(bytes as Buffer)).toBeLessThan(6_000);
    expect(status.details.length).toBeLessThanOrEqual(1_024);
    expect(() => encodeURI(toGrpcStatus(new AffinityError('NOT_FOUND', 'item \ud800')).details)).not.toThrow();
  });

  it('maps codes outside of our set, and survives foreign details', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]));
    const foreign = (code: number) => fromGrpcError(Object.assign(new Error('x'), { code, details: 'x', metadata }));
    expect([2, 11, 14, 99].map((code) => foreign(code).code)).toEqual([
      'INTERNAL',
      'INVALID_ARGUMENT',
      'UNAVAILABLE',
      'INTERNAL',
    ]);
  });
});
