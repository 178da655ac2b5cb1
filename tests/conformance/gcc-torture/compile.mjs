// Builds programs, and keeps the images and the errors by a hash of everything that decides about them.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { IMAGE_CACHE, LIBRARIES, toolchainIdentity } from './toolchain.mjs';

const TIME_LIMIT = 120_000;

/** @returns {string} the line that says most about a failed build, without paths. */
function reason(message) {
  const lines = message.split('\n');
  const line =
    lines.find((text) => /error|undefined|multiple|relocation|will not fit/.test(text)) ?? lines[0];
  return line
    .replace(/\S*\/(?=[^/\s]*)/g, '')
    .replace(/^\S*ld: /, '')
    .trim();
}

function compile(compiler, parameters, folder) {
  return new Promise((resolve) => {
    execFile(
      compiler,
      parameters,
      { cwd: folder, timeout: TIME_LIMIT, env: { ...process.env, LC_ALL: 'C' } },
      (error, _output, messages) => resolve(error === null ? undefined : messages || error.message),
    );
  });
}

export class Compiler {
  #toolchain;
  #identity;
  #serial = 0;

  /** @param toolchain one of ISAS. */
  constructor(toolchain) {
    this.#toolchain = toolchain;
    this.#identity = toolchainIdentity(toolchain);
    mkdirSync(IMAGE_CACHE, { recursive: true });
  }

  /** @returns {Promise<{ image: string } | { error: string }>} path of the image, or why there is none. */
  async build(program, flags) {
    const parameters = [...this.#toolchain.flags, ...flags];
    const hash = createHash('sha256')
      .update([this.#identity, program.name, ...parameters].join('\n'))
      .digest('hex')
      .slice(0, 32);
    const image = join(IMAGE_CACHE, `${hash}.elf`);
    const errorFile = join(IMAGE_CACHE, `${hash}.error`);
    if (existsSync(image)) return { image };
    if (existsSync(errorFile)) return { error: readFileSync(errorFile, 'utf8') };
    const building = join(IMAGE_CACHE, `${process.pid}-${this.#serial++}-${basename(program.name)}`);
    const messages = await compile(
      this.#toolchain.compiler,
      [...parameters, ...program.sources, '-o', building, ...LIBRARIES],
      IMAGE_CACHE,
    );
    if (messages === undefined) {
      renameSync(building, image);
      return { image };
    }
    writeFileSync(errorFile, reason(messages));
    return { error: reason(messages) };
  }
}
