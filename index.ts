import { COMPOSED } from "./stacks";
import { stackConfig } from "./stacks/config";
import { readSettings } from "./stacks/settings";

const settings = readSettings(stackConfig());

/** Every system that runs: its apps with their URLs and health checks. */
export const systems = COMPOSED[settings.composition](settings);
