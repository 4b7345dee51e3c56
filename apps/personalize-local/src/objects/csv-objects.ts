import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse';
import type { Readable } from 'node:stream';

/** One record of a CSV file, its fields by column. */
export type CsvRecord = Readonly<Record<string, string>>;

/** Where CSV files lie: one object, or everything below a folder. Throws Error whose message a person can act on. */
export interface CsvObjects {
  records(location: string): AsyncIterable<CsvRecord>;
}

/** A location such as `s3://bucket/folder/file.csv`; undefined when it is none. */
export function parseLocation(location: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(location) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** CSV files of an S3-compatible object store, streaming. */
export class S3CsvObjects implements CsvObjects {
  constructor(private readonly client: S3Client) {}

  /** See CsvObjects. */
  async *records(location: string): AsyncIterable<CsvRecord> {
    const place = parseLocation(location);
    if (place === undefined) throw new Error(`${location} is no location such as s3://bucket/folder`);
    let found = false;
    for await (const key of this.keys(place)) {
      found = true;
      yield* this.recordsOf(place.bucket, key);
    }
    if (!found) throw new Error(`there is no CSV file at ${location}`);
  }

  private async *keys({ bucket, key }: { readonly bucket: string; readonly key: string }): AsyncIterable<string> {
    if (key.endsWith('.csv')) {
      yield key;
      return;
    }
    let token: string | undefined;
    const Prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key = '' } of page.Contents ?? []) if (Key.endsWith('.csv')) yield Key;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  private async *recordsOf(bucket: string, key: string): AsyncIterable<CsvRecord> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body === undefined) throw new Error(`s3://${bucket}/${key} is empty`);
    const source = Body as Readable;
    const records = source.pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
    source.on('error', (error) => records.destroy(error));
    for await (const record of records) yield record as CsvRecord;
  }
}
