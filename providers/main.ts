import { serve } from "./server/serve";
import { ProviderDefinition } from "./server/server";

/** Started by the engine, with the engine's own address; the first line of the output is the port. */
export async function main<Services>(
    definition: ProviderDefinition<Services>,
    engineAddress?: string,
): Promise<void> {
    const { port } = await serve(definition, engineAddress);
    process.stdout.write(`${port}\n`);
}
