import https from 'node:https';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { agentsFor } from './agents.ts';
import { ConnectionError } from './connection-error.ts';

/** A server, by name or address. */
export interface TlsServer {
  host: string;
  port: number;
}

/** Codes of Node for a certificate that does not do. */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;
const NO_TLS = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/;
const WAIT_MS = 5000;

/**
 * Explains a failure of TLS, which Node reports without the server's name and certificates: they are asked for by one
 * more connection. Resolves with undefined for any other failure.
 */
export async function explainTls(
  error: unknown,
  server: TlsServer,
): Promise<ConnectionError | undefined> {
  const { code = '', message = '' } = error as Partial<NodeJS.ErrnoException>;
  const name = server.port === 443 ? server.host : `${server.host}:${server.port}`;
  if (NO_TLS.test(code) && (code !== 'EPROTO' || /wrong version number/i.test(message))) {
    return new ConnectionError(
      code,
      `${name} does not speak TLS`,
      'write http:// in the URL of the endpoint, or name another port',
    );
  }
  if (!CERTIFICATE.test(code)) return undefined;
  const chain = await chainOf(server);
  return certificateError(code, name, chain);
}

function certificateError(
  code: string,
  name: string,
  chain: readonly DetailedPeerCertificate[],
): ConnectionError {
  const [own] = chain;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names =
      own?.subjectaltname ?? (own === undefined ? 'another name' : commonName(own.subject));
    return new ConnectionError(
      code,
      `the certificate of ${name} is not for this name, but for ${names}`,
      'check the endpoint; a proxy that reads TLS, or a wrong DNS entry, can be the cause too',
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const wrong = chain.find(({ valid_from, valid_to }) => {
      return Date.parse(valid_to) < Date.now() || Date.parse(valid_from) > Date.now();
    });
    const span =
      wrong &&
      `: that of ${commonName(wrong.subject)} is valid from ${wrong.valid_from} to ${wrong.valid_to}`;
    return new ConnectionError(
      code,
      `a certificate of ${name} is ${code === 'CERT_HAS_EXPIRED' ? 'no longer' : 'not yet'} valid${span ?? ''}`,
      "have it renewed, or set this machine's clock",
    );
  }
  const links = chain.map(
    ({ subject, issuer }) => `${commonName(subject)}, issued by ${commonName(issuer)}`,
  );
  const shown = links.length === 0 ? '' : `: ${links.join('; ')}`;
  return new ConnectionError(
    code,
    `the certificate of ${name} is not trusted, because Node knows no CA of its chain${shown}`,
    "if the server or a proxy is your company's, give Node its CA: NODE_EXTRA_CA_CERTS=FILE, with certificates in PEM",
  );
}

/** Resolves with the certificates that a server sends, its own first; with none if it does not answer again. */
function chainOf({ host, port }: TlsServer): Promise<DetailedPeerCertificate[]> {
  const { httpsAgent } = agentsFor({
    keepAlive: false,
    maxSockets: 1,
    connectTimeout: WAIT_MS,
  });
  const agent = httpsAgent instanceof https.Agent ? httpsAgent : false;
  return new Promise((resolve) => {
    // It brings no secret: the server is not the one that was meant.
    const request = https.request({ host, port, agent, method: 'HEAD', rejectUnauthorized: false });
    const end = (chain: DetailedPeerCertificate[]): void => {
      clearTimeout(timer);
      resolve(chain);
      request.destroy();
    };
    const timer = setTimeout(end, WAIT_MS, []);
    request.on('error', () => end([]));
    request.on('socket', (socket) => {
      const look = (): void => end(walk((socket as TLSSocket).getPeerCertificate(true)));
      if ((socket as TLSSocket).getPeerCertificate(true)?.subject === undefined)
        socket.once('secureConnect', look);
      else look();
    });
    request.end();
  });
}

function walk(first: DetailedPeerCertificate | null): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (
    let at = first;
    at?.subject !== undefined && !chain.includes(at);
    at = at.issuerCertificate
  ) {
    chain.push(at);
  }
  return chain;
}

function commonName(name: DetailedPeerCertificate['subject']): string {
  return JSON.stringify(name.CN ?? name.O ?? name.OU ?? 'no name');
}
