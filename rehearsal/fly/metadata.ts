import { failure } from "./apiError";
import { Route } from "./routes";
import { liveMachineOf, ok } from "./simulation";
import { Machine } from "./state";

const METADATA = "/apps/:app/machines/:machine/metadata";

/** Metadata of a machine's config: changed without a new version, and without a lease's nonce. */
export const metadataRoutes: readonly Route[] = [
    {
        method: "GET",
        path: METADATA,
        action: "metadata_get",
        handle: (call) => ok(liveMachineOf(call).config.metadata ?? {}),
    },
    {
        method: "POST",
        path: `${METADATA}/:key`,
        action: "metadata_set",
        handle: (call) => {
            const { value } = call.body;
            if (typeof value !== "string") {
                throw failure("invalid_argument", "value must be a string");
            }
            const machine = liveMachineOf(call);
            change(machine, { ...machine.config.metadata, [call.param("key")]: value });
            return { status: 204 };
        },
    },
    {
        method: "DELETE",
        path: `${METADATA}/:key`,
        action: "metadata_delete",
        handle: (call) => {
            const machine = liveMachineOf(call);
            const key = call.param("key");
            const rest = Object.entries(machine.config.metadata ?? {}).filter(([name]) => name !== key);
            change(machine, Object.fromEntries(rest));
            return { status: 204 };
        },
    },
];

function change(machine: Machine, metadata: Record<string, string>): void {
    machine.config = { ...machine.config, metadata };
    machine.updatedAt = new Date().toISOString();
}
