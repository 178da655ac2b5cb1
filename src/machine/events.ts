/**
 * What a machine publishes of what happens in it. Each kind has any number of listeners, who hear in the order in which
 * they came; a kind that nobody listens to costs nothing.
 */
import type { Bus } from '../bus/bus.ts';
import type { GuestError } from '../bus/device.ts';
import type { Core, CoreObserver } from '../cpu/core.ts';
import type { ConsoleListener, StimulusListener } from './machine-options.ts';
import type { Wires } from './wires.ts';

/** An access of the core to a device's window. @param value unsigned, of `width` bytes. */
export type DeviceAccessListener = (
  device: string,
  offset: number,
  width: 1 | 2 | 4,
  value: number,
  isWrite: boolean,
) => void;

/** An edge of an interrupt line, at the current cycle. @param line its wire's name: `uart0`, `clint.timer`. */
export type LineListener = (line: string, level: boolean) => void;

/** Ends what was begun with the listener. */
export type Unsubscribe = () => void;

class Listeners<L> {
  #all: readonly L[] = [];

  get all(): readonly L[] {
    return this.#all;
  }

  add(listener: L): Unsubscribe {
    this.#all = [...this.#all, listener];
    return () => {
      this.#all = this.#all.filter((other) => other !== listener);
    };
  }
}

export class MachineEvents {
  readonly console = new Listeners<ConsoleListener>();
  readonly stimulus = new Listeners<StimulusListener>();
  readonly guestErrors = new Listeners<(error: GuestError) => void>();
  /** The core has been reset, and its cycles begin with 0 again. */
  readonly resets = new Listeners<() => void>();
  readonly #observers = new Listeners<CoreObserver>();
  readonly #accesses = new Listeners<DeviceAccessListener>();
  readonly #edges = new Listeners<LineListener>();
  #core: Core | undefined = undefined;
  #bus: Bus | undefined = undefined;
  #wires: Wires | undefined = undefined;
  #listensToWires = false;

  /** Where the events come from. */
  connect(core: Core, bus: Bus, wires: Wires): void {
    this.#core = core;
    this.#bus = bus;
    this.#wires = wires;
  }

  /** Instructions and traps; slows the run down. */
  observe(observer: CoreObserver): Unsubscribe {
    const end = this.#observers.add(observer);
    this.#core?.observe(together(this.#observers.all));
    return () => {
      end();
      this.#core?.observe(together(this.#observers.all));
    };
  }

  onDeviceAccess(listener: DeviceAccessListener): Unsubscribe {
    const end = this.#accesses.add(listener);
    this.#hearBus();
    return () => {
      end();
      this.#hearBus();
    };
  }

  /** Names of the lines that `onLine` tells of. */
  get lines(): string[] {
    return (this.#wires?.all() ?? []).map(({ name }) => name);
  }

  onLine(listener: LineListener): Unsubscribe {
    if (!this.#listensToWires) {
      this.#listensToWires = true;
      for (const { name, line } of this.#wires?.all() ?? []) {
        line.listen((level) => {
          for (const each of this.#edges.all) each(name, level);
        });
      }
    }
    return this.#edges.add(listener);
  }

  #hearBus(): void {
    const bus = this.#bus!;
    const listeners = this.#accesses.all;
    bus.observer =
      listeners.length === 0
        ? undefined
        : {
            deviceAccess: (device, start, address, width, value, isWrite) => {
              for (const listener of listeners) listener(device.name, address - start, width, value, isWrite);
            },
          };
  }
}

/** Several observers as one. */
function together(observers: readonly CoreObserver[]): CoreObserver | undefined {
  if (observers.length < 2) return observers[0];
  return {
    instruction: (...facts) => {
      for (const observer of observers) observer.instruction(...facts);
    },
    retired: (...facts) => {
      for (const observer of observers) observer.retired?.(...facts);
    },
    trap: (...facts) => {
      for (const observer of observers) observer.trap(...facts);
    },
    trapReturned: (...facts) => {
      for (const observer of observers) observer.trapReturned?.(...facts);
    },
  };
}
