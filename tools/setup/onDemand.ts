import path from "node:path";
import { FileStep, isCurrent, makeStep } from "./cachedStep";
import { withLock } from "./lock";
import { cacheFolder } from "./paths";

/** A step's files, made where set-up has not done so: for what only tests and benches need. */
export async function ensureMade(step: FileStep): Promise<readonly string[]> {
    if (!(await isCurrent(step))) {
        await withLock(path.join(cacheFolder(), "lock"), async () => {
            if (!(await isCurrent(step))) {
                await makeStep(step, () => undefined);
            }
        });
    }
    return step.outputs;
}
