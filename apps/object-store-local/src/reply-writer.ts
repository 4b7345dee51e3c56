import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Reply } from './call';
import type { S3Error } from './errors';
import { writeXml } from './xml';

/** Sends an answer; resolves when it is handed to the network. Rejects when a body could not be read or sent to the end. */
export async function writeReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers = {}, body } = reply;
  response.writeHead(
    status,
    typeof body === 'string' ? { ...headers, 'content-length': Buffer.byteLength(body) } : headers,
  );
  if (body === undefined || typeof body === 'string') response.end(body);
  else await pipeline(body, response);
}

/** The answer that refuses a request: S3's XML, or nothing for HEAD, where HTTP allows no body. */
export function errorReply(error: S3Error, request: { method: string; path: string; requestId: string }): Reply {
  if (request.method === 'HEAD') return { status: error.status };
  const body = writeXml('Error', [
    ['Code', error.code],
    ['Message', error.message],
    ['Resource', request.path],
    ['RequestId', request.requestId],
  ]);
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
}
