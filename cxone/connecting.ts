import type http from 'node:http';
import type { Socket } from 'node:net';

type Connect = (this: unknown, ...parameters: unknown[]) => Socket;

/**
 * An agent whose new connections must be ready within a time; others fail with ETIMEDOUT.
 * @param ready the event that says so: `connect`, or `secureConnect` where TLS is included
 */
export function limitConnecting<Agent extends http.Agent>(agent: Agent, ready: string, ms: number): Agent {
  const target = agent as unknown as { createConnection: Connect };
  const connect = target.createConnection;
  target.createConnection = function connectInTime(...parameters) {
    const socket = connect.apply(this, parameters);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
    }, ms);
    const done = () => clearTimeout(timer);
    socket.once(ready, done).once('close', done);
    return socket;
  };
  return agent;
}
