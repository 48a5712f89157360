export { Edge, type EdgeOptions } from "./edge";
export type { Certificate } from "./listeners";
export type { Served } from "./load";
