import { AppName } from "../release/stackFile";
import { SetupError } from "../setup/errors";
import { Recorded } from "../state";
import { nameOf } from "./app";
import { Irreversible } from "./target";

const JOB = "berth:index:Job";

/**
 * What migrations of an app have declared irreversible, as the resource that ran them keeps it in the state. Empty, too,
 * for an app without a release command of its own, and on Fly, where its output is not read.
 */
export function irreversibleOf(resources: readonly Recorded[], at: AppName): Irreversible[] {
    return resources
        .filter(({ type, urn }) => type === JOB && urn.split("::").at(-1) === `${nameOf(at)}-release`)
        .flatMap(({ urn, outputs }) => {
            const { irreversible = [] } = (outputs ?? {}) as { irreversible?: unknown };
            if (!Array.isArray(irreversible) || !irreversible.every(isEntry)) {
                // A guess could let data be harmed.
                throw new SetupError(
                    `The state does not say in a readable way which migrations of ${nameOf(at)} are irreversible (${urn}).`,
                    "Look at its output `irreversible` in `npx pulumi stack export`.",
                );
            }
            return irreversible;
        });
}

function isEntry(value: unknown): value is Irreversible {
    const { image, reason } = (value ?? {}) as { image?: unknown; reason?: unknown };
    return typeof image === "string" && typeof reason === "string";
}
