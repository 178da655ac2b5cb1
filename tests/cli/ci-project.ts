/** Folders in which `bluesim ci` has something to do, for tests. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bluesim, type CommandOptions, firmware, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
let projects = 0;

/** A folder of its own, with images and a configuration. */
export class Project {
  readonly folder: string;

  constructor(config: string, images: Record<string, string> = {}) {
    this.folder = join(folder, `project-${projects++}`);
    mkdirSync(this.folder);
    for (const [name, source] of Object.entries(images)) copyFileSync(source, this.path(name));
    this.write('bluesim.toml', config);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Edits a file; what is to be replaced has to be there. */
  edit(name: string, before: string, after: string): void {
    const text = this.read(name);
    expect(text).toContain(before);
    this.write(name, text.replace(before, after));
  }

  run(words: readonly string[], options: CommandOptions = {}) {
    const env = { GITHUB_ACTIONS: '', GITHUB_WORKSPACE: this.folder, ...options.env };
    return bluesim(words, { ...options, cwd: this.folder, env });
  }

  ci(...words: string[]) {
    return this.run(['ci', ...words]);
  }

  async baselined(): Promise<this> {
    expect(await this.ci('--update')).toMatchObject({ code: 0 });
    return this;
  }
}

export const HELLO = '[job.hello]\nimage = "hello.elf"\n';
export const hello = (more = '') => new Project(HELLO + more, { 'hello.elf': firmware('hello') });
