/**
 * What is left of the encoding space: each word that is no instruction falls into exactly one of these and is
 * UNDEFINED (UsageFault, UNDEFINSTR). The tables are those of ARMv7-M Architecture Reference Manual,
 * DDI 0403E.e, A5.2 and A5.3.
 */
import { undefinedRow } from './row.ts';

// biome-ignore format: a table
export const undefinedRows = () => [
  undefinedRow('miscellaneous 16-bit instructions',                   '1011 .... ........', 'A5.2.5'),
  undefinedRow('load and store multiple: neither IA nor DB',          '11101 00 .. 0 .. .... ................', 'A5.3.5'),
  undefinedRow('load and store dual or exclusive, table branch',      '11101 00 .. 1 .. .... ................', 'A5.3.6'),
  undefinedRow('data processing (shifted register)',                  '11101 01 ..... .... ................', 'A5.3.11'),
  undefinedRow('data processing (modified immediate)',                '11110 . 0 ..... .... 0 ...............', 'A5.3.1'),
  undefinedRow('data processing (plain binary immediate)',            '11110 . 1 ..... .... 0 ...............', 'A5.3.3'),
  undefinedRow('branches and miscellaneous control',                  '11110 ........... 1 ...............', 'A5.3.4'),
  undefinedRow('store single data item',                              '11111 000 ... 0 .... ................', 'A5.3.10'),
  undefinedRow('element and structure loads and stores',              '11111 001 ... 0 .... ................', 'A5.3'),
  undefinedRow('load byte, memory hints',                             '11111 00 .. 00 1 .... ................', 'A5.3.9'),
  undefinedRow('load halfword, memory hints',                         '11111 00 .. 01 1 .... ................', 'A5.3.8'),
  undefinedRow('load word',                                           '11111 00 .. 10 1 .... ................', 'A5.3.7'),
  undefinedRow('load doubleword',                                     '11111 00 .. 11 1 .... ................', 'A5.3'),
  undefinedRow('data processing (register)',                          '11111 010 .... .... ................', 'A5.3.12'),
  undefinedRow('multiply, multiply accumulate, absolute difference',  '11111 0110 ... .... ................', 'A5.3.16'),
  undefinedRow('long multiply, long multiply accumulate, and divide', '11111 0111 ... .... ................', 'A5.3.17'),
  undefinedRow('coprocessor, 00000x',                                 '111 . 11 00000 . .... ................', 'A5.3.18'),
  undefinedRow('coprocessor, 11xxxx',                                 '111 . 11 11 .... .... ................', 'A5.3.18'),
];
