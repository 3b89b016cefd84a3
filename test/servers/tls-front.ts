import { readFileSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { inPackage } from '../support/command.ts';
import type { Cleaner } from '../support/temp.ts';

/** The CA that signed the certificates below, as NODE_EXTRA_CA_CERTS takes it. */
export const CA_FILE: string = inPackage('test/servers/certificates/ca.pem');

/** `server` is one for localhost, `expired` was, `other` is one for storage.example.com. */
export type Certificate = 'server' | 'expired' | 'other';

/** Puts TLS before a server that has none; returns the port. */
export async function tlsFront(
  t: Cleaner,
  port: number,
  certificate: Certificate = 'server',
): Promise<number> {
  const file = (name: string): Buffer =>
    readFileSync(inPackage(`test/servers/certificates/${name}`));
  const key = file(`${certificate}.key`);
  const cert = Buffer.concat([file(`${certificate}.pem`), file('ca.pem')]);
  const server = tls.createServer({ key, cert }, (socket) => {
    const onward = net.connect(port, '127.0.0.1');
    socket.on('error', () => onward.destroy()).pipe(onward);
    onward.on('error', () => socket.destroy()).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
