import net, { type AddressInfo, type Socket } from 'node:net';

/** What happens to one connection; sizes are bytes since it began. */
export interface Rule {
  /** Reset at once. */
  refuse?: boolean;
  /** Reset (RST) or closed (FIN) after so many bytes of requests. */
  resetAfterUp?: number;
  closeAfterUp?: number;
  /** Reset after so many bytes of replies. */
  resetAfterDown?: number;
  /** Neither read nor answered any more after so many bytes of requests, but kept open. */
  stallAfterUp?: number;
  /** The same for replies. */
  stallAfterDown?: number;
  /** Answered by the proxy after so many bytes of requests, in the middle of a body, and closed. */
  answerAfterUp?: { bytes: number; status: number };
  /** Bytes a second of requests. */
  upRate?: number;
}

/** What happens to the n-th connection, counted from 0, where so many before had their fault. */
export type RuleOf = (connection: number, faults: number) => Rule;

/** A TCP proxy between a store's client and its server that does to connections what networks do. */
export class FaultProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;
  /** Connections to which something was done. */
  faults = 0;

  private constructor(target: number, ruleOf: RuleOf) {
    this.#server = net.createServer((client) => {
      this.#forward(client, target, ruleOf(this.connections++, this.faults));
    });
  }

  static async start(target: number, ruleOf: RuleOf): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, ruleOf);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(client: Socket, target: number, rule: Rule): void {
    this.#keep(client);
    if (rule.refuse) {
      this.faults++;
      client.resetAndDestroy();
      return;
    }
    const server = this.#keep(net.connect(target, '127.0.0.1'));
    const start = Date.now();
    let up = 0;
    let down = 0;
    let done = false;
    const end = (how: () => void): void => {
      if (done) return;
      done = true;
      this.faults++;
      server.destroy();
      how();
    };
    const passed = (count: number, bound: number | undefined): boolean =>
      bound !== undefined && count > bound;
    client.on('data', (data) => {
      up += data.length;
      if (done) return;
      if (passed(up, rule.resetAfterUp)) return end(() => client.resetAndDestroy());
      if (passed(up, rule.closeAfterUp)) return end(() => client.destroy());
      if (passed(up, rule.stallAfterUp)) return end(() => client.pause());
      const answer = rule.answerAfterUp;
      if (answer !== undefined && passed(up, answer.bytes)) {
        const head = `HTTP/1.1 ${answer.status} Early\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
        return end(() => client.write(head, () => client.destroy()));
      }
      if (!server.write(data)) pauseUntilDrained(client, server);
      const early =
        rule.upRate === undefined ? 0 : (up / rule.upRate) * 1000 - (Date.now() - start);
      if (early > 1) {
        client.pause();
        setTimeout(() => client.resume(), early);
      }
    });
    server.on('data', (data) => {
      down += data.length;
      if (done) return;
      if (passed(down, rule.resetAfterDown)) return end(() => client.resetAndDestroy());
      if (passed(down, rule.stallAfterDown)) return end(() => {});
      if (!client.write(data)) pauseUntilDrained(server, client);
    });
    client.on('end', () => server.end());
    server.on('end', () => !done && client.end());
    client.on('close', () => server.destroy());
    server.on('close', () => !done && client.destroy());
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause();
  to.once('drain', () => from.resume());
}
