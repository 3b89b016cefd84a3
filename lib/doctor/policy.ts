/** What to grant for an import, ready to be used. */
export interface Policy {
  /** The policy as data: a policy document for S3, a custom role and its condition for Google Cloud. */
  json: object;
  /** The policy as text to paste: the document, or commands that create it. */
  text: string;
  /** What a person should know before granting it. */
  notes: string[];
}
