/** How the command line emphasises: colour on a terminal, nothing elsewhere. chalk is imported only where there is colour. */

type Paint = (text: string) => string;

export interface Style {
  heading: Paint;
  name: Paint;
  good: Paint;
  bad: Paint;
  faint: Paint;
}

const unchanged: Paint = (text) => text;

export const PLAIN: Style = {
  heading: unchanged,
  name: unchanged,
  good: unchanged,
  bad: unchanged,
  faint: unchanged,
};

/**
 * The style for a stream: plain when it is no terminal, when NO_COLOR (https://no-color.org) is set to
 * anything, and on a dumb terminal.
 */
export async function styleFor(
  stream: { isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Style> {
  if (!stream.isTTY || environment.NO_COLOR || environment.TERM === 'dumb') return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { heading: chalk.bold, name: chalk.cyan, good: chalk.green, bad: chalk.red, faint: chalk.dim };
}
