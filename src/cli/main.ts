import { Machine } from '../machine/machine.ts';

const m = Machine.fromFile(process.argv[2]!);
m.onConsole((b) => process.stdout.write(Uint8Array.of(b)));
const t = process.cpuUsage();
const r = m.run();
const u = process.cpuUsage(t);
console.error(r, m.statistics(), (m.statistics().instructions / (u.user + u.system)).toFixed(1), 'MIPS');
