import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An S3 server as they were before flexible checksums: it refuses what it does not know. */
export interface OldS3Server {
  readonly port: number;
  readonly objects: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

/** Objects, multipart uploads and nothing else; each body is held against the hash that its signature covers. */
export async function startOldS3Server(): Promise<OldS3Server> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const server = createServer((request, response) => {
    const answer = (status: number, body = '', headers: Record<string, string> = {}) =>
      response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
    const refuse = (status: number, code: string) => answer(status, `<Error><Code>${code}</Code></Error>`);
    void bodyOf(request).then((body) => {
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '', 'http://s3');
      const key = url.pathname.replace(/^\/[^/]+\//, '');
      const unknown = Object.keys(headers).filter((name) =>
        /^x-amz-(checksum|sdk-checksum|trailer)/.test(name),
      );
      if (unknown.length > 0 || String(body).includes('<Checksum')) return refuse(501, 'NotImplemented');
      const hash = createHash('sha256').update(body).digest('hex');
      if (headers['x-amz-content-sha256'] !== hash) return refuse(400, 'XAmzContentSHA256Mismatch');
      const etag = { ETag: `"${createHash('md5').update(body).digest('hex')}"` };
      const id = url.searchParams.get('uploadId');
      if (method === 'POST' && url.searchParams.has('uploads')) {
        const made = `upload-${uploads.size + 1}`;
        uploads.set(made, new Map());
        return answer(
          200,
          `<InitiateMultipartUploadResult><UploadId>${made}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      if (method === 'PUT' && id !== null) {
        uploads.get(id)?.set(Number(url.searchParams.get('partNumber')), body);
        return answer(200, '', etag);
      }
      if (method === 'POST' && id !== null) {
        const parts = [...(uploads.get(id) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part);
        objects.set(key, Buffer.concat(parts));
        return answer(200, '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
      }
      if (method === 'PUT') {
        objects.set(key, body);
        return answer(200, '', etag);
      }
      if (method === 'DELETE') {
        objects.delete(key);
        return answer(204);
      }
      const found = objects.get(key);
      if (found === undefined) return method === 'HEAD' ? answer(404) : refuse(404, 'NoSuchKey');
      response.writeHead(200, { 'Content-Length': found.length });
      return response.end(method === 'HEAD' ? undefined : found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, objects, close: () => closed(server) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat((await request.toArray()) as Buffer[]);
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
