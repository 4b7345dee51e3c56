import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { boundPort, drain, listen } from '../http/listening';
import { type Component } from '../lifecycle/component';
import { type Health } from '../lifecycle/health';
import { type Metrics } from './metrics';

/** What an operations server needs. */
export interface OperationsServerOptions {
  readonly host: string;
  /** 0 asks for a free port; the ready line then tells which. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly health: Health;
}

/**
 * Serves `/metrics` (Prometheus text), `/healthz` (200 while the process answers) and `/readyz` (200 when ready, else
 * 503; the body names the components with a problem) over plain HTTP. Other paths are 404, other methods 405.
 */
export function createOperationsServer(options: OperationsServerOptions): Component & { readonly port: number } {
  const server = createServer((request, response) => void answer(options, request, response));
  return {
    name: 'operations-server',
    get port() {
      return boundPort(server);
    },
    start: () => listen(server, options),
    // A scraper's connection must not hold up the stop.
    stop: () => drain(server, 0),
    readyFields: () => ({ metricsPort: boundPort(server) }),
  };
}

async function answer(
  { metrics, health }: OperationsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'GET only\n');
    return;
  }
  switch (request.url?.split('?', 1)[0]) {
    case '/metrics':
      response.setHeader('content-type', metrics.registry.contentType);
      {
        send(response, 200, await metrics.render());
        return;
      }
    case '/healthz': {
      send(response, 200, 'alive\n');
      return;
    }
    case '/readyz':
      response.setHeader('content-type', 'application/json');
      {
        send(response, health.ready ? 200 : 503, readinessText(health));
        return;
      }
    default: {
      send(response, 404, 'not found\n');
      return;
    }
  }
}

function readinessText(health: Health): string {
  return `${JSON.stringify({ ready: health.ready, problems: health.currentProblems })}\n`;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}
