import { closestName } from './closest-name';

describe('closestName', () => {
  it('finds the name that was meant', () => {
    expect(closestName('GRPC_PROT', ['GRPC_HOST', 'GRPC_PORT', 'LOG_LEVEL'])).toBe('GRPC_PORT');
  });

  it('suggests nothing when nothing is near', () => {
    expect(closestName('COLOUR', ['GRPC_HOST', 'GRPC_PORT'])).toBeUndefined();
  });
});
