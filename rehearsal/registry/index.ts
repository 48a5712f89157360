export { mirrorDropIn } from "./dropIn";
export { RehearsalRegistry, type Push, type RehearsalRegistryArgs } from "./registry";
