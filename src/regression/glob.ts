/**
 * Patterns of paths: `*` and `?` within a name, `**` over folders, `[abc]` and `[!abc]`, `{a,b}`. As in a shell, a
 * name that begins with a dot is matched only by a pattern that says so.
 */

const SPECIAL = /[\\^$.|+()[\]{}]/g;
/** A name does not begin with a dot. */
const VISIBLE = '(?!\\.)';

/** Whether a path stands for all that it matches. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** The patterns without braces that a pattern stands for. */
export function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (match === null) return [pattern];
  const [, before, choices, after] = match;
  return choices!.split(',').flatMap((choice) => expandBraces(before! + choice + after!));
}

/** @param pattern without braces, with `/` between names on every host. */
export function globToRegExp(pattern: string): RegExp {
  const names = pattern.split('/');
  const parts = names.map((name, index) => {
    const isLast = index === names.length - 1;
    if (name === '**') return isLast ? `${VISIBLE}.*` : `(?:${VISIBLE}[^/]+/)*`;
    return namePattern(name) + (isLast ? '' : '/');
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}

function namePattern(name: string): string {
  let result = /^[*?[]/.test(name) ? VISIBLE : '';
  for (let index = 0; index < name.length; index++) {
    const character = name[index]!;
    const set = /^\[(!?)([^\]]+)\]/.exec(name.slice(index));
    if (set !== null) {
      result += `[${set[1] === '!' ? '^/' : ''}${set[2]!.replace(/[\\^[]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else if (character === '*') result += '[^/]*';
    else if (character === '?') result += '[^/]';
    else result += character.replace(SPECIAL, '\\$&');
  }
  return result;
}

/** The folder in which all that a pattern matches lies: the names before the first that is no plain one. */
export function fixedFolder(pattern: string): string {
  const names = pattern.split('/');
  return names
    .slice(
      0,
      names.findIndex((name, index) => isPattern(name) || index === names.length - 1),
    )
    .join('/');
}
