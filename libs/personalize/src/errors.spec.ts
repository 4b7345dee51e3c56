import { AffinityError } from '@affinity/service-kit';
import { personalizeFailure } from './errors';

const patient = new AbortController().signal;

function answered(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error('why'), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

describe('personalizeFailure', () => {
  it.each([
    ['ThrottlingException', 400, 'RESOURCE_EXHAUSTED', true],
    ['Anything', 429, 'RESOURCE_EXHAUSTED', true],
    ['InvalidInputException', 400, 'INVALID_ARGUMENT', false],
    ['ResourceNotFoundException', 404, 'NOT_FOUND', false],
    ['AccessDeniedException', 403, 'PERMISSION_DENIED', false],
    ['ExpiredTokenException', 400, 'UNAUTHENTICATED', false],
    ['UnheardOfException', 400, 'FAILED_PRECONDITION', false],
    ['InternalFailure', 500, 'UNAVAILABLE', true],
  ])('takes %s with status %i for %s', (name, status, code, retryable) => {
    expect(personalizeFailure(answered(name, status), patient)).toMatchObject({ code, retryable });
  });

  it('tells silence from refused connections', () => {
    const late = Object.assign(new Error('late'), { name: 'TimeoutError' });
    expect(personalizeFailure(late, patient).code).toBe('DEADLINE_EXCEEDED');
    expect(personalizeFailure(new Error('ECONNREFUSED'), patient).code).toBe('UNAVAILABLE');
  });

  it('follows the reason of the signal that ended the call', () => {
    const reason = new AffinityError('DEADLINE_EXCEEDED', 'share used up');
    const aborted = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
    expect(personalizeFailure(aborted, AbortSignal.abort(reason))).toBe(reason);
  });
});
