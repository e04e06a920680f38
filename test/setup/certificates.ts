import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key as PEM, for `tls.createServer`. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test's own, which only those trust who are given `cert`. */
export interface Authority {
  readonly cert: string;
  /** A certificate for these host names; `*.` stands for one label. */
  issue(...names: readonly string[]): Certificate;
}

// DER, as far as a certificate needs it (RFC 5280): Node makes keys and signatures, but no certificates.
const tagged = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const text = (content: string) => tagged(0x0c, Buffer.from(content));
const bits = (content: Buffer) => tagged(0x03, Buffer.from([0]), content);
const yes = tagged(0x01, Buffer.from([0xff]));
const time = (date: Date) =>
  tagged(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
const extension = (id: string, value: Buffer, critical = false) =>
  sequence(oid(id), ...(critical ? [yes] : []), tagged(0x04, value));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = (name: string) => sequence(tagged(0x31, sequence(oid('550403'), text(name))));
const dayMs = 86_400_000;

function certify(
  subject: string,
  key: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  own: readonly Buffer[],
) {
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(new Date(Date.now() - dayMs)), time(new Date(Date.now() + 30 * dayMs))),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...own)),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuerKey)));
  const lines = der.toString('base64').replace(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines.trim()}\n-----END CERTIFICATE-----\n`;
}

const basicConstraints = '551d13';
const subjectAltName = '551d11';

export function createAuthority(): Authority {
  const name = 'cxone-sync tests';
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const root = pair();
  const isAuthority = extension(basicConstraints, sequence(yes), true);
  return {
    cert: certify(name, root.publicKey, name, root.privateKey, [isAuthority]),
    issue(...names) {
      const { publicKey, privateKey } = pair();
      const hosts = names.map((host) => tagged(0x82, Buffer.from(host)));
      const [first = 'unnamed'] = names;
      return {
        cert: certify(first, publicKey, name, root.privateKey, [
          extension(subjectAltName, sequence(...hosts)),
        ]),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}
