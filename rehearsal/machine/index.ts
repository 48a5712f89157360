export { createAccess, makeKey, type MachineAccess } from "./access";
export { Machine, type MachineArgs, type MachineVolume } from "./machine";
export { addressOn, createMachineNetwork, type MachineNetwork } from "./network";
export { loadProbeImage, PROBE_IMAGE } from "./probe";
export { machineImage } from "./recipe";
