/** Options that only S3 has. */
export interface S3Options {
  /**
   * URL of the server, for S3-compatible stores and emulators. Default: that of AWS for the region. Every
   * `s3://` URL of the run, input or output, is looked for there.
   */
  endpoint?: string;
  /** Region of the bucket. Default: as in the environment or profile, else `us-east-1`. */
  region?: string;
  /**
   * Puts the bucket into the path of a URL instead of the host name. Default: true with `endpoint`, else
   * false. Few S3-compatible servers have a host name for each bucket.
   */
  pathStyle?: boolean;
}
