import { whenOrphaned } from "./server/orphan";
import { serve } from "./server/serve";
import { ProviderDefinition } from "./server/server";

/**
 * Started by the engine, with the engine's own address; the first line of the output is the port. Ends with the engine,
 * in the midst of whatever it does: every step of it is one that the next run can make again.
 */
export async function main<Services>(
    definition: ProviderDefinition<Services>,
    engineAddress?: string,
): Promise<void> {
    if (engineAddress !== undefined) {
        whenOrphaned(() => process.exit(1));
    }
    const { port } = await serve(definition, engineAddress);
    process.stdout.write(`${port}\n`);
}
