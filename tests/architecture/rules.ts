/**
 * The rules of the architecture, as a checker: which file may import which, and what no file below the command
 * line may use. Sources are parsed with TypeScript's own parser, so that neither comments nor strings mislead it.
 * ARCHITECTURE.md explains the rules; imports.test.ts applies them to src/.
 *
 * Test files (*.test.ts) are no subject of the rules: a test exists to bring together what the product keeps
 * apart, for example a device with a scheduler, or a core with a clock that reads real time.
 */
import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the project's root, with `/`: `src/cpu/core.ts`. */
  path: string;
  text: string;
}

interface Import {
  /** A path like SourceFile.path, or the name of a package. */
  target: string;
  line: number;
  /** Whether it vanishes when types are removed. Type-only imports are subject to the same rules. */
  typeOnly: boolean;
}

const LARGEST_LINES = 700;

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** @returns whether `path` is `folder` or lies within it. */
function within(path: string, ...folders: string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

// --- Parsing ----------------------------------------------------------------------------------------------------

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

function parse(file: SourceFile): ts.SourceFile {
  let source = parsed.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
    parsed.set(file, source);
  }
  return source;
}

function lineOf(node: ts.Node): number {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** What a node imports: declarations, re-exports, `import()` and `typeof import()`. */
function importedBy(node: ts.Node): { module: ts.Node; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const names = clause?.namedBindings;
    const onlyTypes =
      names !== undefined && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly);
    const typeOnly = clause?.isTypeOnly === true || (clause?.name === undefined && onlyTypes);
    return { module: node.moduleSpecifier, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { module: node.moduleSpecifier, typeOnly: node.isTypeOnly };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { module: node.arguments[0] ?? node, typeOnly: false };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { module: node.argument.literal, typeOnly: true };
  return undefined;
}

export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  walk(parse(file), (node) => {
    const found = importedBy(node);
    if (found === undefined) return;
    const { module, typeOnly } = found;
    const name = ts.isStringLiteralLike(module) ? module.text.replace(/\?.*$/, '') : '(computed)';
    const target = name.startsWith('.') ? posix.join(posix.dirname(file.path), name) : name;
    imports.push({ target, line: lineOf(node), typeOnly });
  });
  return imports;
}

// --- Rules about imports ----------------------------------------------------------------------------------------

/** What knows about a running guest from outside: it sees the machine through debug/target.ts and events only. */
const OBSERVERS = [
  'src/kernel/ownership',
  'src/kernel/awareness',
  'src/kernel/metrics',
  'src/debug/gdb',
  'src/debug/repl',
];
const BOARDS = 'src/machine/boards';

interface ImportRule {
  reason: string;
  /** The files that it is about. */
  from: (path: string) => boolean;
  /** What they must not import. */
  forbidden: (target: string, from: string, typeOnly: boolean) => boolean;
}

/** The folder of a device's family, such as src/devices/uart, or undefined for what devices share. */
function deviceFolder(path: string): string | undefined {
  return /^src\/devices\/[^/]+(?=\/)/.exec(path)?.[0];
}

const IMPORT_RULES: readonly ImportRule[] = [
  {
    reason:
      'a core knows neither devices nor machine, debugger or command line, and of the kernel only memory',
    from: (path) => within(path, 'src/cpu'),
    forbidden: (target) =>
      within(target, 'src/devices', 'src/machine', 'src/debug', 'src/cli') ||
      (within(target, 'src/kernel') && !within(target, 'src/kernel/memory')),
  },
  {
    reason: 'the two instruction sets share nothing but src/cpu/*.ts and src/cpu/timing',
    from: (path) => within(path, 'src/cpu'),
    forbidden: (target, from) =>
      (within(from, 'src/cpu/riscv') && within(target, 'src/cpu/armv7m')) ||
      (within(from, 'src/cpu/armv7m') && within(target, 'src/cpu/riscv')),
  },
  {
    reason: 'a device knows neither cores nor machine: it has wires, a clock and its registers',
    from: (path) => within(path, 'src/devices'),
    forbidden: (target) => within(target, 'src/cpu', 'src/machine', 'src/debug', 'src/cli'),
  },
  {
    reason: 'a device knows no other device; what several need lies in src/devices itself',
    from: (path) => within(path, 'src/devices'),
    forbidden: (target, from) => {
      const folder = deviceFolder(target);
      return folder !== undefined && folder !== deviceFolder(from);
    },
  },
  {
    reason: 'a board is data: it imports types, and values of other boards',
    from: (path) => within(path, BOARDS),
    forbidden: (target, _, typeOnly) => !typeOnly && !within(target, BOARDS),
  },
  {
    reason: 'it reaches the machine through src/debug/target.ts and published events only',
    from: (path) => within(path, ...OBSERVERS),
    forbidden: (target) =>
      within(target, 'src/machine', 'src/cpu', 'src/bus', 'src/devices', 'src/scheduler', 'src/cli') &&
      !/\/events\.ts$/.test(target),
  },
  {
    reason: 'chalk and commander belong to src/cli and src/debug/repl',
    from: (path) => !within(path, 'src/cli', 'src/debug/repl'),
    forbidden: (target) => within(target, 'chalk', 'commander'),
  },
  {
    reason: 'below src/cli nothing knows the process or real time',
    from: (path) => !within(path, 'src/cli'),
    forbidden: (target) =>
      within(
        target.replace(/^node:/, ''),
        ...['process', 'timers', 'perf_hooks', 'child_process', 'worker_threads', 'cluster', 'os', 'crypto'],
      ),
  },
  {
    reason: 'below src/cli nothing knows the command line',
    from: (path) => !within(path, 'src/cli'),
    forbidden: (target) => within(target, 'src/cli'),
  },
  {
    reason: 'an import that is computed cannot be checked',
    from: () => true,
    forbidden: (target) => target === '(computed)',
  },
];

function importViolations(file: SourceFile): string[] {
  return importsOf(file).flatMap(({ target, line, typeOnly }) =>
    IMPORT_RULES.filter(
      ({ from, forbidden }) => from(file.path) && forbidden(target, file.path, typeOnly),
    ).map(({ reason }) => `${file.path}:${line} imports ${target}: ${reason}`),
  );
}

// --- Device next to device --------------------------------------------------------------------------------------

/** Whether a file implements a device: a class that says so, in a folder of src/devices. */
function implementsDevice(file: SourceFile): boolean {
  let found = false;
  walk(parse(file), (node) => {
    if (!ts.isClassDeclaration(node)) return;
    const names = (node.heritageClauses ?? []).flatMap(({ types }) =>
      types.map(({ expression }) => expression.getText()),
    );
    found ||= names.includes('Device') || names.includes('RegisterDevice');
  });
  return found && deviceFolder(file.path) !== undefined;
}

/** Devices of one folder (two kinds of UART, say) share helpers, but do not know each other either. */
function deviceViolations(files: readonly SourceFile[]): string[] {
  const devices = new Set(files.filter(implementsDevice).map(({ path }) => path));
  return files
    .filter(({ path }) => devices.has(path))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => devices.has(target))
        .map(
          ({ target, line }) => `${file.path}:${line} imports ${target}: two devices meet only through wires`,
        ),
    );
}

// --- Rules about contents ---------------------------------------------------------------------------------------

/** Names that bring in the process, real time or chance. */
const OUTSIDE_WORLD = new Set([
  ...['process', 'Date', 'performance', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate'],
]);

/** Whether an identifier stands for a variable, as against a property, a member or a label that is called so. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) {
    const owner = parent.expression;
    return parent.expression === node || (ts.isIdentifier(owner) && owner.text === 'globalThis');
  }
  if (ts.isQualifiedName(parent)) return parent.left === node;
  const named = parent as { name?: ts.Node; propertyName?: ts.Node };
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isClassElement(parent) ||
    ts.isTypeElement(parent) ||
    ts.isEnumMember(parent);
  return !(isMember && named.name === node) && !(ts.isBindingElement(parent) && named.propertyName === node);
}

function isRandom(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return node.expression.getText() === 'Math' && node.name.text === 'random';
  if (ts.isElementAccessExpression(node)) return node.expression.getText() === 'Math';
  return ts.isVariableDeclaration(node) && node.initializer?.getText() === 'Math';
}

function outsideWorldViolations(file: SourceFile): string[] {
  if (within(file.path, 'src/cli')) return [];
  const found: string[] = [];
  const say = (node: ts.Node, what: string) =>
    found.push(
      `${file.path}:${lineOf(node)} uses ${what}: below src/cli nothing knows the process, real time or chance`,
    );
  walk(parse(file), (node) => {
    if (ts.isIdentifier(node) && OUTSIDE_WORLD.has(node.text) && isReference(node)) say(node, node.text);
    else if (isRandom(node)) say(node, 'Math.random, or a member of Math that is not named in place');
  });
  return found;
}

function isData(statement: ts.Statement): boolean {
  const isConstant =
    ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
  return (
    isConstant ||
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement)
  );
}

function boardViolations(file: SourceFile): string[] {
  if (!within(file.path, BOARDS)) return [];
  const found: string[] = [];
  const source = parse(file);
  const say = (node: ts.Node, what: string) =>
    found.push(`${file.path}:${lineOf(node)} has ${what}: a board is data, without logic`);
  for (const statement of source.statements)
    if (!isData(statement)) say(statement, 'a statement that is no constant');
  walk(source, (node) => {
    if (ts.isFunctionLike(node) && !ts.isTypeNode(node)) say(node, 'a function');
    else if (ts.isCallExpression(node) || ts.isNewExpression(node)) say(node, 'a call');
  });
  return found;
}

/** One switch that must be one function: its size is held where it counts, in bytecode (tests/performance). */
const RUN_LOOP = /^src\/cpu\/[^/]+\/execute\.ts$/;

function sizeViolations(file: SourceFile): string[] {
  if (RUN_LOOP.test(file.path)) return [];
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  return lines > LARGEST_LINES
    ? [`${file.path} has ${lines} lines: more than ${LARGEST_LINES} are several rooms in one`]
    : [];
}

/** @returns what breaks a rule, a line each. Test files are passed over. */
export function violations(files: readonly SourceFile[]): string[] {
  const subjects = files.filter(({ path }) => !isTest(path));
  return [
    ...subjects.flatMap((file) => [
      ...importViolations(file),
      ...outsideWorldViolations(file),
      ...boardViolations(file),
      ...sizeViolations(file),
    ]),
    ...deviceViolations(subjects),
  ];
}

// --- Cycles -----------------------------------------------------------------------------------------------------

/** The room of a file: its folder in src. The allocator counts by itself, because cores and bus stand on it. */
function room(path: string): string {
  if (within(path, 'src/kernel/memory')) return 'kernel/memory';
  return path.split('/').slice(1, -1)[0] ?? path.replace(/^src\//, '');
}

/** @returns room → the rooms that it imports, itself left out. */
function roomGraph(files: readonly SourceFile[]): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of files.filter(({ path }) => !isTest(path)))
    for (const { target } of importsOf(file)) {
      const [from, to] = [room(file.path), room(target)];
      if (!target.startsWith('src/') || from === to) continue;
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  return graph;
}

function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const to of graph.get(next) ?? [])
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
  return seen;
}

/** @returns the groups of rooms that import each other, directly or by way of others: `debug, machine`. */
export function cycles(files: readonly SourceFile[]): string[] {
  const graph = roomGraph(files);
  const reach = new Map([...graph.keys()].map((name) => [name, reachable(graph, name)]));
  const groups = [...graph.keys()]
    .filter((name) => reach.get(name)!.has(name))
    .map((name) =>
      [...reach.get(name)!]
        .filter((other) => reach.get(other)?.has(name))
        .sort()
        .join(', '),
    );
  return [...new Set(groups)].sort();
}
