// Reads what GCC's tests say about themselves: the `{ dg-… }` directives in comments of a source, and the flags
// in a driver (`NAME.x`, Tcl). GCC internals manual, "Directives used within DejaGnu tests".

/** Properties of the targets here that the tests ask for. A test that asks for another one is skipped by name. */
const PROPERTIES = new Map([
  ...(
    'alloca c99_runtime double64plus fileio fpic indirect_jumps int32 int32plus label_values longlong64 ' +
    'return_address signal stdint_types trampolines untyped_assembly unwrapped'
  )
    .split(' ')
    .map((name) => [name, true]),
  ...'dfp freestanding ia32 int128 mmap newlib_nano_io vxworks_kernel'
    .split(' ')
    .map((name) => [name, false]),
]);

/** Splits a Tcl list. @returns {{ text: string, list: boolean }[]} words; `list` for those in braces. */
function words(text) {
  const found = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at])) {
      at++;
    } else if (text[at] === '{') {
      const end = closing(text, at);
      found.push({ text: text.slice(at + 1, end), list: true });
      at = end + 1;
    } else {
      const [whole, quoted] = /^"((?:[^"\\]|\\.)*)"|^[^\s{]+/s.exec(text.slice(at)) ?? [text.slice(at)];
      found.push({ text: quoted ?? whole, list: false });
      at += whole.length;
    }
  }
  return found;
}

/** @returns {number} where the brace that opens at `start` closes. */
function closing(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}

/** @returns {ReturnType<typeof words>[]} the words of each directive of a source, in order. */
function directives(source) {
  const starts = [...source.matchAll(/\{\s*dg-/g)].map(({ index }) => index);
  return starts.map((start) => words(source.slice(start + 1, closing(source, start))));
}

function hasProperty(name) {
  const value = PROPERTIES.get(name);
  if (value === undefined) throw new Error(`asks for ${name}, which is not known here`);
  return value;
}

function isTarget(pattern, target) {
  const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(target);
}

/**
 * A selector: `! S`, `S && S`, `S || S` (braces around any of them), one property, or a list of targets.
 * @param {ReturnType<typeof words>} parts
 */
function selects(parts, target) {
  const operator = parts.findIndex(({ text, list }) => !list && (text === '&&' || text === '||'));
  if (operator > 0) {
    const [left, right] = [parts.slice(0, operator), parts.slice(operator + 1)].map((half) =>
      selects(half, target),
    );
    return parts[operator].text === '&&' ? left && right : left || right;
  }
  if (parts[0]?.text === '!') return !selects(parts.slice(1), target);
  return parts.some(({ text, list }) => {
    if (list) return selects(words(text), target);
    return text.includes('-') ? isTarget(text, target) : hasProperty(text);
  });
}

const flagsOf = ({ text }) => words(text.replaceAll('"', '')).map((word) => word.text);

/** `{ dg-options FLAGS [{ target SELECTOR… }] }` */
function conditionalFlags([, flags, condition], target) {
  if (condition === undefined) return flagsOf(flags);
  const [, ...selector] = words(condition.text);
  return selects(selector, target) ? flagsOf(flags) : [];
}

/** `{ dg-skip-if REASON SELECTOR [INCLUDED [EXCLUDED]] }`: with flags that include one and exclude the other. */
function isSkipped([, , selector, included, excluded], flags, target) {
  const matches = (list) =>
    words(list.text).some(({ text }) => text === '*' || (text !== '' && flags.includes(text)));
  if (!selects(words(selector.text), target)) return false;
  if (included !== undefined && !matches(included)) return false;
  return excluded === undefined || !matches(excluded);
}

/**
 * @param {string} source
 * @param {string[]} flags that the program is compiled with anyway, level included.
 * @param {string} target such as 'arm-none-eabi'.
 * @returns {{ flags: string[], skip?: string }} flags of its own, or why it does not apply here. What concerns
 *   warnings, expected failures and stack size has no meaning here: the rule is that what passes on QEMU passes.
 */
export function readDirectives(source, flags, target) {
  const own = [];
  for (const directive of directives(source)) {
    const [{ text: name }, first] = directive;
    try {
      if (name === 'dg-options' || name === 'dg-additional-options')
        own.push(...conditionalFlags(directive, target));
      if (name === 'dg-require-effective-target' && !hasProperty(first.text))
        return { flags: own, skip: `needs ${first.text}` };
      if (name === 'dg-skip-if' && isSkipped(directive, flags, target))
        return { flags: own, skip: first.text || 'is for other targets' };
    } catch (error) {
      return { flags: own, skip: error.message };
    }
  }
  return { flags: own };
}

/**
 * @param {string} driver text of a `NAME.x`.
 * @returns {string[]} the flags that it adds. Its conditions, in braces, are all about other targets.
 */
export function readDriver(driver) {
  let text = driver.replace(/^\s*#.*$/gm, '');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\{[^{}]*\}/g, '');
  }
  const lines = [...text.matchAll(/^(?:set|lappend) additional_flags (.*)$/gm)];
  return lines.flatMap(([, flags]) => words(flags).map((word) => word.text));
}
