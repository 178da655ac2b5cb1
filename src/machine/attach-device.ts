/**
 * Builds a device and wires it to virtual time. A device needs its event queue to be built, and the queue needs
 * the device to deliver events: the knot is tied here, once.
 */
import type { Clock } from '../bus/clock.ts';
import type { Device, DeviceContext, GuestError } from '../bus/device.ts';
import { assert } from '../errors.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';

export interface DeviceSurroundings {
  clock: Clock;
  scheduler: Scheduler;
  guestError(error: GuestError): void;
}

/** @param name the device's name, under which its events and guest errors appear. */
export function attachDevice<D extends Device>(
  surroundings: DeviceSurroundings,
  name: string,
  build: (context: DeviceContext) => D,
): D {
  let device: D | undefined;
  const events = surroundings.scheduler.attach(name, (kind) => device!.onEvent(kind));
  const guestError = (category: string, message: string): void => {
    surroundings.guestError({ source: name, category, message });
  };
  device = build({ clock: surroundings.clock, events, guestError });
  assert(device.name === name, `device ${device.name} attached as ${name}`);
  return device;
}
