import { AffinityError } from '../errors';
import { carryTraces, runWithTrace } from '../tracing/trace-context';
import { createLogger, type LogLevel, logReady } from './logger';

function capture(level: LogLevel) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'ingest', level, destination: { write: (line) => lines.push(line) } });
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, parsed };
}

describe('createLogger', () => {
  it('writes one JSON object with service, level word and ISO time', () => {
    const { logger, parsed } = capture('info');
    logger.info({ partition: 3 }, 'lease taken');
    logger.debug('not shown');
    expect(parsed()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        service: 'ingest',
        partition: 3,
        msg: 'lease taken',
      },
    ]);
  });

  it('adds the ids of the active trace', () => {
    carryTraces();
    const { logger, parsed } = capture('info');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    runWithTrace(traceparent, () => logger.info('inside'));
    logger.info('outside');
    expect(parsed()[0]).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' });
    expect(parsed()[1]).not.toHaveProperty('trace_id');
  });

  it('hides credentials', () => {
    const { logger, lines } = capture('info');
    logger.info({ password: 'hunter2', headers: { authorization: 'Bearer hunter2' } }, 'called');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('describes errors with their causes and without what drivers hang on them', () => {
    const { logger, parsed, lines } = capture('info');
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', request: { body: 'personal' } });
    logger.error({ err: new AffinityError('UNAVAILABLE', 'store is down', { cause }) }, 'failed');
    expect(parsed()[0]?.['err']).toMatchObject({
      type: 'AffinityError',
      code: 'UNAVAILABLE',
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
    expect(lines.join('')).not.toContain('personal');
  });
});

describe('logReady', () => {
  it('is written whatever the level', () => {
    const { logger, parsed } = capture('error');
    logReady(logger, { grpcPort: 5, metricsPort: 6 });
    logger.info('not shown');
    expect(parsed()).toEqual([
      expect.objectContaining({ msg: 'ready', level: 'info', service: 'ingest', grpcPort: 5, metricsPort: 6 }),
    ]);
  });
});
