export { createAccess, makeKey, type MachineAccess } from "./access";
export { Disks } from "./disks";
export type { MachineFile } from "./firstBoot";
export { Machine, type MachineArgs } from "./machine";
export type { MachineDisk } from "./machineDisk";
export { addressOn, createMachineNetwork, type MachineNetwork } from "./network";
export { PUBLIC_INTERFACE, unless } from "./networkCard";
export { loadProbeImage, PROBE_IMAGE } from "./probe";
export { machineImage } from "./recipe";
