export { Edge, type EdgeOptions, type EdgeWorld } from "./edge";
