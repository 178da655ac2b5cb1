/**
 * Workflow commands of GitHub Actions, which become marks in the files of a change: `::error file=…,line=…::text`.
 * The mark is at the source line of the first difference where that is known, otherwise at the job's line in the
 * configuration.
 */
import { isGood, type Judgement } from './compare.ts';
import { findings, verdictText } from './text.ts';

/** A file as the repository calls it. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/** Where annotations can be. */
export interface AnnotationPlaces {
  /** The configuration. */
  readonly config: string;
  /** Whether the repository has such a file. @returns its path there, or undefined. */
  source(path: string): string | undefined;
}

const DATA: Readonly<Record<string, string>> = { '%': '%25', '\r': '%0D', '\n': '%0A' };
const PROPERTY: Readonly<Record<string, string>> = { ...DATA, ':': '%3A', ',': '%2C' };

const data = (text: string) => text.replace(/[%\r\n]/g, (character) => DATA[character]!);
const property = (text: string) => text.replace(/[%\r\n:,]/g, (character) => PROPERTY[character]!);

/** A line for each case that is not as it should be, each ended by a line feed. */
export function annotationsText(judgements: readonly Judgement[], places: AnnotationPlaces): string {
  return judgements
    .filter((judgement) => !isGood(judgement))
    .map((judgement) => {
      const { file, line } = placeOf(judgement, places);
      const title = property(`${judgement.name}: ${verdictText(judgement)}`);
      const text = data(findings(judgement).join('\n'));
      return `::error file=${property(file)},line=${line},title=${title}::${text}\n`;
    })
    .join('');
}

function placeOf({ explanation, line }: Judgement, places: AnnotationPlaces): SourcePlace {
  const { now } = explanation?.divergence ?? {};
  const [, path, number] = /^(.+):(\d+)(?::\d+)?$/.exec(now?.line ?? '') ?? [];
  const file = path === undefined ? undefined : places.source(path);
  return file === undefined ? { file: places.config, line: line ?? 1 } : { file, line: Number(number) };
}
