import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleaner } from '../support/temp.ts';

/**
 * Makes an address of this machine dead, as a firewall does that drops packets: nothing is refused, and nothing answers.
 * A process listens there, is stopped, and its queue is filled. Only for Linux, where 127.0.0.0/8 is this machine.
 */
export async function makeDead(t: Cleaner, host: string, port: number): Promise<void> {
  const script = `require('net').createServer().listen({ host: '${host}', port: ${port}, backlog: 1 }, () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  for (;;) {
    const socket = net.connect(port, host);
    t.teardown(() => socket.destroy());
    socket.on('error', () => {});
    if (!(await Promise.race([once(socket, 'connect').then(() => true), sleep(300, false)])))
      return;
  }
}
