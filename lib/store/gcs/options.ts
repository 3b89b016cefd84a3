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
  /**
   * Project that is billed for every request, reads of inputs and listings included. Default: none is named, and the
   * bucket's own is billed. Buckets where the requester pays refuse requests that name none.
   */
  userProject?: string;
  /**
   * Key of Cloud KMS with which every object is encrypted:
   * `projects/P/locations/L/keyRings/R/cryptoKeys/K`. Default: that of the bucket, else a key of Google.
   */
  kmsKey?: string;
}
