export type { EdgeMachine, EdgeService, EdgeWorld } from "./edgeWorld";
export type { Fault } from "./faults";
export type { SimulatedRequest } from "./server";
export { SimulatedFly, type SimulatedFlyArgs } from "./simulatedFly";
