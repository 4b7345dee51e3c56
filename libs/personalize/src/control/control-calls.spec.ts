import { createManualClock } from '@affinity/service-kit';
import { controlCall, isTransient, isTransientOrBusy } from './control-calls';

function answered(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('why'), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

/** Calls something that fails with these errors first. Gives how often it was called, and the pauses. */
async function call(failures: readonly Error[], isPassing = isTransient) {
  const clock = createManualClock();
  let calls = 0;
  const send = (): Promise<string> => {
    const failure = failures[calls];
    calls += 1;
    return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
  };
  const result = await controlCall(send, isPassing, { clock, signal: new AbortController().signal }).catch(
    (error: unknown) => error,
  );
  return { result, calls, pauses: clock.sleeps };
}

describe('controlCall', () => {
  it.each([
    ['throttling', answered('ThrottlingException')],
    ['a failing service', answered('InternalFailure', 500)],
    ['silence', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ])('calls again after %s, waiting longer each time', async (_, failure) => {
    const { result, calls, pauses } = await call([failure, failure, failure]);
    expect([result, calls]).toEqual(['done', 4]);
    expect([...pauses]).toEqual([...pauses].sort((left, right) => left - right));
    expect(new Set(pauses).size).toBe(3);
  });

  it('waits for what is between two states only where that helps', async () => {
    const busy = answered('ResourceInUseException', 409);
    expect(await call([busy], isTransientOrBusy)).toMatchObject({ result: 'done', calls: 2 });
    expect(await call([busy])).toMatchObject({ result: { code: 'ABORTED' }, calls: 1 });
  });

  it.each([
    ['LimitExceededException', 'RESOURCE_EXHAUSTED'],
    ['ResourceAlreadyExistsException', 'ALREADY_EXISTS'],
    ['InvalidInputException', 'INVALID_ARGUMENT'],
    ['ResourceNotFoundException', 'NOT_FOUND'],
  ])('gives %s back at once, as %s', async (name, code) => {
    expect(await call([answered(name)], isTransientOrBusy)).toMatchObject({ result: { code }, calls: 1 });
  });

  it('gives up in the end', async () => {
    const { result, calls } = await call(Array.from({ length: 20 }, () => answered('ThrottlingException')));
    expect(result).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(calls).toBe(9);
  });
});
