import { PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-personalize-events';
import { GetRecommendationsCommand } from '@aws-sdk/client-personalize-runtime';
import { arns, startPersonalize, type RunningPersonalize, trackingId, view } from './running-personalize';

const long = (length: number): string => 'x'.repeat(length);
const event = { eventType: 'view', sentAt: 1_700_000_000.123, itemId: 'i' };
const putEvents = { trackingId, sessionId: 's', userId: 'u', eventList: [event] };
const withEvent = (over: object) => ({ ...putEvents, eventList: [{ ...event, ...over }] });
const recommend = { campaignArn: arns.visitor, userId: 'u' };
const rank = { campaignArn: arns.ranking, userId: 'u', inputList: ['i'] };
const items = { datasetArn: arns.items, items: [{ itemId: 'i', properties: '{}' }] };
const users = { datasetArn: arns.users, users: [{ userId: 'u', properties: '{}' }] };

const invalid: [path: string, body: object][] = [
  ['/events', { ...putEvents, trackingId: undefined }],
  ['/events', { ...putEvents, trackingId: '' }],
  ['/events', { ...putEvents, trackingId: long(257) }],
  ['/events', { ...putEvents, trackingId: 'of somebody else' }],
  ['/events', { ...putEvents, sessionId: undefined }],
  ['/events', { ...putEvents, sessionId: long(257) }],
  ['/events', { ...putEvents, userId: '' }],
  ['/events', { ...putEvents, userId: long(257) }],
  ['/events', { ...putEvents, eventList: undefined }],
  ['/events', { ...putEvents, eventList: [] }],
  ['/events', { ...putEvents, eventList: Array(11).fill(event) }],
  ['/events', withEvent({ eventType: undefined })],
  ['/events', withEvent({ eventType: '' })],
  ['/events', withEvent({ eventType: long(257) })],
  ['/events', withEvent({ sentAt: undefined })],
  ['/events', withEvent({ sentAt: 1e300 })],
  ['/events', withEvent({ eventId: '' })],
  ['/events', withEvent({ eventId: long(257) })],
  ['/events', withEvent({ itemId: '' })],
  ['/events', withEvent({ itemId: long(257) })],
  ['/events', withEvent({ recommendationId: '' })],
  ['/events', withEvent({ recommendationId: long(41) })],
  ['/events', withEvent({ impression: [] })],
  ['/events', withEvent({ impression: Array(26).fill('i') })],
  ['/events', withEvent({ impression: [''] })],
  ['/events', withEvent({ impression: Array(25).fill('ü'.repeat(256)) })],
  ['/events', withEvent({ properties: '' })],
  ['/events', withEvent({ properties: 'no json' })],
  ['/events', withEvent({ properties: '[]' })],
  ['/events', withEvent({ properties: JSON.stringify({ a: long(1_024) }) })],
  ...['userId', 'SESSIONID', 'EventType', 'timestamp', 'recommendationid', 'impression'].map(
    (key): [string, object] => ['/events', withEvent({ properties: JSON.stringify({ [key]: 'x' }) })],
  ),
  ['/items', { ...items, datasetArn: undefined }],
  ['/items', { ...items, datasetArn: 'no arn' }],
  ['/items', { ...items, items: [] }],
  ['/items', { ...items, items: Array(11).fill(items.items[0]) }],
  ['/items', { ...items, items: [{}] }],
  ['/items', { ...items, items: [{ itemId: 'i', properties: JSON.stringify({ a: long(32_000) }) }] }],
  ['/users', { ...users, users: [{ userId: long(257) }] }],
  ['/users', { ...users, users: [{ userId: 'u', properties: JSON.stringify({ a: long(24_000) }) }] }],
  ['/recommendations', {}],
  ['/recommendations', { ...recommend, recommenderArn: arns.visitor }],
  ['/recommendations', { ...recommend, campaignArn: `${arns.visitor}${long(256)}` }],
  ['/recommendations', { ...recommend, userId: undefined }],
  ['/recommendations', { ...recommend, userId: long(257) }],
  ['/recommendations', { ...recommend, campaignArn: arns.related }],
  ['/recommendations', { ...recommend, campaignArn: arns.ranking }],
  ['/recommendations', { ...recommend, numResults: -1 }],
  ['/recommendations', { ...recommend, numResults: 501 }],
  ['/recommendations', { ...recommend, numResults: 1.5 }],
  ['/recommendations', { ...recommend, filterArn: 'no arn' }],
  ['/recommendations', { ...recommend, filterValues: { 'not a name': 'x' } }],
  ['/recommendations', { ...recommend, filterValues: { A: long(1_001) } }],
  [
    '/recommendations',
    { ...recommend, context: Object.fromEntries(Array.from({ length: 151 }, (_, i) => [`K${i}`, 'x'])) },
  ],
  ['/recommendations', { ...recommend, promotions: [{ name: 'p' }] }],
  ['/recommendations', { ...recommend, metadataColumns: { ITEMS: ['PRICE'] } }],
  ['/personalize-ranking', { ...rank, campaignArn: undefined }],
  ['/personalize-ranking', { ...rank, campaignArn: arns.visitor }],
  ['/personalize-ranking', { ...rank, userId: undefined }],
  ['/personalize-ranking', { ...rank, inputList: undefined }],
  ['/personalize-ranking', { ...rank, inputList: Array.from({ length: 501 }, (_, i) => `i${i}`) }],
  ['/personalize-ranking', { ...rank, inputList: ['', 'i'] }],
];

const other: [error: string, status: number, path: string, body: string][] = [
  ['SerializationException', 400, '/events', 'no json'],
  ['SerializationException', 400, '/events', '[]'],
  ['SerializationException', 400, '/events', JSON.stringify({ ...putEvents, sessionId: 1 })],
  ['SerializationException', 400, '/events', JSON.stringify({ ...putEvents, eventList: {} })],
  ['SerializationException', 400, '/events', JSON.stringify({ ...putEvents, eventList: ['x'] })],
  ['SerializationException', 400, '/events', JSON.stringify(withEvent({ sentAt: 'yesterday' }))],
  ['SerializationException', 400, '/events', JSON.stringify(withEvent({ properties: { a: 1 } }))],
  ['SerializationException', 400, '/personalize-ranking', JSON.stringify({ ...rank, inputList: [1] })],
  ['ResourceNotFoundException', 404, '/items', JSON.stringify({ ...items, datasetArn: arns.users })],
  [
    'ResourceNotFoundException',
    404,
    '/recommendations',
    JSON.stringify({ ...recommend, campaignArn: `${arns.visitor}-2` }),
  ],
  [
    'ResourceNotFoundException',
    404,
    '/personalize-ranking',
    JSON.stringify({ ...rank, campaignArn: `${arns.ranking}-2` }),
  ],
  ['ResourceNotFoundException', 404, '/recommendations', JSON.stringify({ ...recommend, filterArn: arns.visitor })],
  ['UnknownOperationException', 404, '/action-recommendations', '{}'],
  ['UnknownOperationException', 404, '/actions', '{}'],
  ['UnknownOperationException', 404, '/', '{}'],
  ['RequestEntityTooLargeException', 413, '/events', JSON.stringify({ ...putEvents, padding: long(2 * 1024 * 1024) })],
];

const signed = `AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/personalize/aws4_request, SignedHeaders=host, Signature=${'a'.repeat(64)}`;

describe('what personalize-local refuses', () => {
  let running: RunningPersonalize;

  beforeAll(async () => {
    running = await startPersonalize();
  });

  afterAll(async () => {
    await running.close();
  });

  const post = (path: string, body: string, headers: Record<string, string> = { authorization: signed }) =>
    fetch(running.endpoint + path, { method: 'POST', body, headers });

  async function expectRefusal(response: Response, error: string, status: number): Promise<void> {
    const body = (await response.json()) as { __type: string; message: string };
    expect([response.status, response.headers.get('x-amzn-errortype'), body.__type]).toEqual([status, error, error]);
    expect(body.message).not.toBe('');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
  }

  it.each(invalid.map(([path, body], i) => [i, path, JSON.stringify(body)] as const))(
    'is invalid input %i to %s',
    async (_, path, body) => {
      await expectRefusal(await post(path, body), 'InvalidInputException', 400);
    },
  );

  it.each(other)('is %s (%i) at %s', async (error, status, path, body) => {
    await expectRefusal(await post(path, body), error, status);
  });

  it.each([
    ['MissingAuthenticationTokenException', 403, {}],
    ['IncompleteSignatureException', 400, { authorization: 'Bearer x' }],
    ['IncompleteSignatureException', 400, { authorization: signed.replace(/Signature=.*/, '') }],
    ['InvalidSignatureException', 403, { authorization: signed.replace('/personalize/', '/s3/') }],
  ])('is a request with %s', async (error, status, headers) => {
    await expectRefusal(await post('/events', JSON.stringify(putEvents), headers), error, status);
  });

  it('has learned from none of it, and still takes what is right', async () => {
    expect(await running.metric('affinity_personalize_events_learned')).toBe(0);
    const response = await post('/events', JSON.stringify({ ...putEvents, unheardOf: true }));
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(await running.metric('affinity_personalize_events_learned')).toBe(1);
  });

  it('reaches the AWS clients as the exceptions that they model', async () => {
    const input: PutEventsCommandInput = {
      trackingId,
      sessionId: 's',
      eventList: Array.from({ length: 11 }, () => view('i')),
    };
    await expect(running.events.send(new PutEventsCommand(input))).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('eventList') as string,
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    const command = new GetRecommendationsCommand({ campaignArn: `${arns.visitor}-2`, userId: 'u' });
    await expect(running.runtime.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
