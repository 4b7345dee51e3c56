import type { IncomingMessage } from 'node:http';
import { AwsError } from '../errors';

/** Most bytes of a body: more than the largest valid request has. */
const maxBodyBytes = 2 * 1024 * 1024;

/** The whole body. @throws AwsError RequestEntityTooLargeException beyond 2 MiB */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed on return: the refusal must still reach the client.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) {
      throw new AwsError('RequestEntityTooLargeException', `a request must have at most ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
