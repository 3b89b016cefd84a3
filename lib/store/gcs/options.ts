/** Options that only Google Cloud Storage has. */
export interface GcsOptions {
  /**
   * URL of the server, for emulators. Default: STORAGE_EMULATOR_HOST from the environment, else Google's own.
   * A server outside googleapis.com is sent no credentials unless `keyFile` is given.
   */
  endpoint?: string;
  /**
   * Path of a Google Cloud key file in JSON, such as that of a service account. Default: application default
   * credentials, which come from GOOGLE_APPLICATION_CREDENTIALS, gcloud or the machine.
   */
  keyFile?: string;
}
