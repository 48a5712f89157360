export { Pebble, type PebbleArgs } from "./pebble";
