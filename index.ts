import { composed } from "./stacks";
import { stackConfig } from "./stacks/config";
import { readSettings } from "./stacks/settings";
import { spareStackTraces } from "./stacks/stackTraces";

spareStackTraces();

// What the stack tells when it is up: see StackOutputs. A part that a stack does not have is left out, not undefined.
export = composed(readSettings(stackConfig()));
