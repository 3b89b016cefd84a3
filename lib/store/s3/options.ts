/** Options that only S3 has. */
export interface S3Options {
  /**
   * URL of the server, for S3-compatible stores and emulators. Default: that of AWS for the region. Every
   * `s3://` URL of the run, input or output, is looked for there.
   */
  endpoint?: string;
  /** Region of the bucket. Default: AWS_REGION or AWS_DEFAULT_REGION, the profile's, else `us-east-1`. */
  region?: string;
  /**
   * Puts the bucket into the path of a URL instead of the host name. Default: true with `endpoint`, where the
   * environment names a server on this machine, and for a bucket that cannot be a host name; else false. Few
   * S3-compatible servers have a host name for each bucket.
   */
  pathStyle?: boolean;
  /**
   * Encryption that the server is asked for, on every request that makes an object. Default: that of the bucket. Some
   * buckets refuse requests that do not ask. `aws:kms` takes kms:GenerateDataKey and kms:Decrypt on the key.
   */
  sse?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** Key for `aws:kms` or `aws:kms:dsse`: id, alias or ARN. Default: that of the bucket. Means `sse: 'aws:kms'`. */
  sseKmsKeyId?: string;
  /**
   * ACL of every object that is written. Default: none is named. `bucket-owner-full-control` is what buckets of other
   * accounts demand. It takes s3:PutObjectAcl, and buckets without ACLs refuse the others.
   */
  acl?: 'bucket-owner-full-control' | 'bucket-owner-read' | 'private';
  /**
   * Agrees to pay for every request, reads of inputs and listings included, in buckets where the requester pays. These
   * refuse requests that do not agree. Default false.
   */
  requestPayer?: boolean;
}
