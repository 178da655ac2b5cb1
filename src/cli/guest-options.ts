/** Options of every command that runs an image: the machine, its console, and what ends the run. */
import { type Command, Option } from 'commander';

/** An option that may be given several times. */
export const repeated = (value: string, before: string[] | undefined) => [...(before ?? []), value];

export function addGuestOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .option('--board <name>', 'the board; default: what the image asks for (`bluesim boards`)')
    .option('--ram <size>', 'size of RAM: 64M, 0x4000000')
    .option('--load-address <address>', 'where a raw binary goes; it starts there')
    .option(
      '--cpu <name>',
      'processor of an ARM board: cortex-m3, cortex-m4 (no FPU); default: what the image asks for',
    )
    .option('--extensions <list>', 'more of the RISC-V ISA: Zba,Zbb,Zbs')
    .option('--model <name>', "timing model: unit, hazard3 or cortex-m3; default: the board's")
    .option('--wait-states <list>', 'cycles that accesses to a memory wait: flash=2,sram=1')
    .option('--no-semihosting', 'semihosting calls are breakpoints')
    .option('--semihosting-root <dir>', 'the directory whose files the guest may use')
    .optionsGroup('Console:')
    .option('--uart-in <[name=]file>', 'input of a UART; default: the console (repeatable)', repeated)
    .option('--uart-out <[name=]file>', 'output of a UART, in place of stdout (repeatable)', repeated)
    .option(
      '--itm <[port=]file>',
      "stimulus port of an ARM board's ITM to a file, or to `console` (repeatable)",
      repeated,
    )
    .option('--paced-uart', 'UARTs take their time to send: the baud rate')
    .addOption(new Option('--pace', 'virtual time follows real time; default on a terminal'))
    .addOption(new Option('--no-pace', 'as fast as possible, also on a terminal'))
    .option('--record <file>', 'note all input with its cycles')
    .option('--replay <file>', 'the input of a recording, at the same cycles')
    .optionsGroup('End:')
    .option('--max-cycles <n>', 'end after so many cycles with exit code 124: 1e9, 10M, 0x1000')
    .option('--max-instructions <n>', 'the same for instructions')
    .option('--until <regex>', 'end with 0 when the console matches')
    .option('--fail-on <regex>', 'end with 1 when the console matches')
    .option('--strict', 'a guest error (a write to a read-only register, …) ends the run with a report');
}
