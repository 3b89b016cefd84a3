import {
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from 'node:net';

/**
 * Milliseconds that one of several addresses of a server has to accept a connection before Node tries the next one,
 * unless it is the last. Node waits for a quarter of a second, and drops the attempt: where every address is farther
 * away than that, only the last one counts, and it may be dead.
 */
const ATTEMPT_MS = 1000;

/**
 * Gives each address of a server more time, in the whole process: Google's libraries and the sign-in of both clouds make
 * connections of their own. A longer time that was set before stays.
 */
export function giveAddressesTime(): void {
  if (getDefaultAutoSelectFamilyAttemptTimeout() >= ATTEMPT_MS) return;
  setDefaultAutoSelectFamilyAttemptTimeout(ATTEMPT_MS);
}
