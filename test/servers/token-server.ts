import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Cleaner, tempFolder } from '../support/temp.ts';

/** None of these may stand in anything that is printed. */
export const SECRETS: readonly string[] = ['subject-never-to-be-seen', 'token-never-to-be-seen'];

/** Google's token service, as workload identity federation asks it; each answer has a new token. */
export class TokenServer {
  /** A credentials file that names it. */
  readonly keyFile: string;
  /** Tokens given so far. */
  readonly given: string[] = [];
  /** Seconds that a token is said to be good for; what is under five minutes is renewed at once. */
  lifetime = 3600;
  /** Called with each new token. */
  onToken: (token: string) => void = () => {};
  /** What is answered instead, if anything. */
  refusal: { status: number; body: object } | undefined;

  private constructor(folder: string, port: number) {
    const subject = join(folder, 'subject');
    this.keyFile = join(folder, 'credentials.json');
    writeFileSync(subject, SECRETS[0] ?? '');
    writeFileSync(
      this.keyFile,
      JSON.stringify({
        type: 'external_account',
        audience:
          '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `http://127.0.0.1:${port}/v1/token`,
        credential_source: { file: subject },
      }),
    );
  }

  static async start(t: Cleaner): Promise<TokenServer> {
    const http = createServer((request, response) => {
      request.resume();
      const { status, body } = server.#answer();
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      http.closeAllConnections();
      http.close();
    });
    const server = new TokenServer(tempFolder(t), (http.address() as AddressInfo).port);
    return server;
  }

  #answer(): { status: number; body: object } {
    if (this.refusal !== undefined) return this.refusal;
    const token = `ya29.${SECRETS[1]}-${this.given.length}`;
    this.given.push(token);
    this.onToken(token);
    const issued = 'urn:ietf:params:oauth:token-type:access_token';
    return {
      status: 200,
      body: {
        access_token: token,
        issued_token_type: issued,
        token_type: 'Bearer',
        expires_in: this.lifetime,
      },
    };
  }
}
