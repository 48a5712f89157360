export { MACHINE_IMAGE, MachineHost, type MachineHostArgs } from "./machineHost";
export type { Leftovers } from "./leftovers";
