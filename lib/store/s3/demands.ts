import type { S3Client } from '@aws-sdk/client-s3';
import { ImportError } from '../../errors.ts';
import type { S3Options } from './options.ts';

/** The options for what the owner of a bucket may demand of each request. */
export type S3Demands = Pick<S3Options, 'sse' | 'sseKmsKeyId' | 'acl' | 'requestPayer'>;

/** The options that a request can take. */
interface Takes {
  /** Encryption and ACL belong to the object; S3 refuses them on requests that make none, such as UploadPart. */
  object?: true;
  payer?: true;
}

/**
 * Every command that this program sends, with what it can take. The SDK's types say which; for AbortMultipartUpload and
 * the others see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
 */
const COMMANDS: Readonly<Record<string, Takes>> = {
  PutObjectCommand: { object: true, payer: true },
  CopyObjectCommand: { object: true, payer: true },
  CreateMultipartUploadCommand: { object: true, payer: true },
  UploadPartCommand: { payer: true },
  UploadPartCopyCommand: { payer: true },
  CompleteMultipartUploadCommand: { payer: true },
  AbortMultipartUploadCommand: { payer: true },
  GetObjectCommand: { payer: true },
  HeadObjectCommand: { payer: true },
  ListObjectsV2Command: { payer: true },
  DeleteObjectCommand: { payer: true },
  GetBucketLocationCommand: {},
};

/**
 * Lets a client add to each request what the bucket demands. `demands` is called for each request anew.
 *
 * @throws ImportError E_USAGE
 */
export function addDemands(client: S3Client, demands: () => S3Demands): void {
  const { sse, sseKmsKeyId } = demands();
  if (sse === 'AES256' && sseKmsKeyId !== undefined) {
    throw new ImportError(
      'E_USAGE',
      'sseKmsKeyId (--sse-kms-key-id): expected sse (--sse) aws:kms or aws:kms:dsse with it, got AES256, which has no keys',
    );
  }
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        next({ ...args, input: { ...args.input, ...fieldsFor(commandName, demands()) } }),
    { step: 'initialize', name: 'hackleImportDemands' },
  );
}

function fieldsFor(command: string, { sse, sseKmsKeyId, acl, requestPayer }: S3Demands): object {
  const takes = COMMANDS[command];
  if (takes === undefined) throw new Error(`it is not known what ${command} takes`);
  // A key alone means encryption by KMS, which S3 takes only with both headers.
  const encryption = sse ?? (sseKmsKeyId === undefined ? undefined : 'aws:kms');
  return {
    ...(takes.object && {
      ...(encryption !== undefined && { ServerSideEncryption: encryption }),
      ...(sseKmsKeyId !== undefined && { SSEKMSKeyId: sseKmsKeyId }),
      ...(acl !== undefined && { ACL: acl }),
    }),
    ...(takes.payer && requestPayer && { RequestPayer: 'requester' }),
  };
}
