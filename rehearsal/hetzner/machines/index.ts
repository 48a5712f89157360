export { MachineHost, type MachineHostArgs } from "./machineHost";
export type { Leftovers } from "./leftovers";
