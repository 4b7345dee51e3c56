import { fileURLToPath } from 'node:url';

/** Where a lake lies. */
export type LakeDestination =
  { readonly kind: 's3'; readonly bucket: string } | { readonly kind: 'folder'; readonly folder: string };

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const bucketPattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/;

/** Reads `s3://bucket` or `file:///folder`; undefined when it is neither. */
export function parseDestination(text: string): LakeDestination | undefined {
  const bucket = bucketPattern.exec(text)?.[1];
  if (bucket !== undefined) return { kind: 's3', bucket };
  if (!text.startsWith('file:///') || !URL.canParse(text)) return undefined;
  return { kind: 'folder', folder: fileURLToPath(text) };
}
