import { loadSettings } from '../../../config';
import { openRecordingFiles, RecordingFileError } from '../../../store';

/** Stores a recording where the settings of this process say, reads it back, and prints the outcome. */
async function main(): Promise<object> {
  const files = openRecordingFiles(loadSettings(process.env, ['recordings']).recordings);
  const key = 'acme/2026/07/20/1/s.mp4';
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from('audio');
  }
  try {
    await files.probe();
    await files.save(key, body(), { maxBytes: 100 });
    return { read: Buffer.concat(await (await files.open(key)).toArray()).toString() };
  } catch (error) {
    return { problem: error instanceof RecordingFileError ? error.message : String(error) };
  }
}

void main().then((answer) => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  process.exit();
});
