import { buildSample } from "../samples/app/build";
import { Environment, setUp, SetUpOptions } from "./setup";

/** Brings in place all that a program of this project needs to run: the set-up, and the sample app's bundle. */
export async function prepare(options: SetUpOptions = {}): Promise<Environment> {
    const environment = await setUp(options);
    await buildSample();
    return environment;
}
