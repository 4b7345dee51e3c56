import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checksum } from './checksum';
import { type DataFolder } from './data-folder';
import { type StagedFile, replaceFile } from './durable-file';
import { S3Error, fileErrorCode } from './errors';
import { type ObjectKey } from './object-key';

/** How an upload was begun. */
export interface UploadRecord {
  readonly key: string;
  /** Headers the finished object will carry. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A part that has been stored. */
export interface PartRecord {
  /** 1 to 10,000. */
  readonly number: number;
  /** MD5 of the part, lower-case hex. */
  readonly etag: string;
  readonly size: number;
  readonly storedAtMs: number;
  readonly checksum?: Checksum | undefined;
  /** Its file within the upload's folder. */
  readonly file: string;
}

/** Names one upload. */
export interface UploadAddress {
  readonly key: ObjectKey;
  readonly uploadId: string;
}

/**
 * Unfinished multipart uploads. Each is a folder: `upload.json`, and for each part its bytes and a small `<n>.json`, which is
 * what makes the part exist; so sending a part again replaces it as a whole.
 */
export class MultipartUploads {
  constructor(private readonly folder: DataFolder) {}

  /** Begins an upload and returns its id. */
  async create(key: ObjectKey, headers: Readonly<Record<string, string>>): Promise<string> {
    const uploadId = randomBytes(16).toString('hex');
    const path = this.path({ key, uploadId });
    await mkdir(path, { recursive: true });
    const record: UploadRecord = { key: key.key, headers };
    await replaceFile(join(path, 'upload.json'), JSON.stringify(record), this.folder.staging());
    return uploadId;
  }

  /** How the upload was begun. Throws `NoSuchUpload`. */
  async require(address: UploadAddress): Promise<UploadRecord> {
    const known = /^[0-9a-f]{32}$/.test(address.uploadId);
    const record = known ? await readJson<UploadRecord>(join(this.path(address), 'upload.json')) : undefined;
    if (record?.key === address.key.key) return record;
    throw new S3Error('NoSuchUpload', 'The upload does not exist: it was completed or aborted, or never begun.');
  }

  /** Makes a staged file a part, in place of an earlier one of the same number. Throws `NoSuchUpload`. */
  async storePart(
    address: UploadAddress,
    staged: StagedFile,
    part: { number: number; checksum?: Checksum | undefined },
  ): Promise<PartRecord> {
    await this.require(address);
    const folder = this.path(address);
    const file = `${part.number}-${randomBytes(8).toString('hex')}.part`;
    const replaced = await readJson<PartRecord>(join(folder, `${part.number}.json`));
    await rename(staged.path, join(folder, file));
    const record: PartRecord = { ...part, etag: staged.md5, size: staged.size, storedAtMs: Date.now(), file };
    await replaceFile(join(folder, `${part.number}.json`), JSON.stringify(record), this.folder.staging());
    if (replaced) await rm(join(folder, replaced.file), { force: true });
    return record;
  }

  /** The stored parts by number. Throws `NoSuchUpload`. */
  async parts(address: UploadAddress): Promise<PartRecord[]> {
    await this.require(address);
    const folder = this.path(address);
    const names = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name));
    const parts = await Promise.all(names.map((name) => readJson<PartRecord>(join(folder, name))));
    return parts.filter((part) => part !== undefined).sort((left, right) => left.number - right.number);
  }

  /** The file of a part's bytes. */
  partPath(address: UploadAddress, part: PartRecord): string {
    return join(this.path(address), part.file);
  }

  /** Forgets an upload and its parts. */
  async remove(address: UploadAddress): Promise<void> {
    await rm(this.path(address), { recursive: true, force: true });
  }

  private path({ key, uploadId }: UploadAddress): string {
    return join(this.folder.uploads(key.bucket), uploadId);
  }
}

/** The ETag of an object made of parts: the MD5 of their MD5s, and their number, as S3 forms it. */
export function multipartEtag(parts: readonly Pick<PartRecord, 'etag'>[]): string {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
