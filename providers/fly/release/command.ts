import { createHash } from "node:crypto";
import { Target } from "../client/machines";
import { WireMachine } from "../client/types";
import { FlyContext } from "../services";
import { toWire } from "../wireConfig";
import { waitForExit } from "./health";
import { launch, Launched } from "./launch";
import { Leases } from "./leases";
import { LABELS, labelOf, PLATFORM_VERSION, PROCESS_GROUP, Wanted } from "./plan";

/** flyctl's own label for machines of a release command: `fly status` shows them as such. */
export const COMMAND_GROUP = "fly_app_release_command";

/** A command that has to succeed before a new version serves. */
export interface ReleaseCommand {
    readonly command: readonly string[];
    readonly timeoutSeconds: number;
}

/**
 * Runs a command to its end on a machine of its own, with the new image, the environment and the secrets. One that an
 * interrupted run of the same release left behind is waited for instead: a migration runs once.
 */
export async function runReleaseCommand(
    wanted: Wanted,
    { command, timeoutSeconds }: ReleaseCommand,
    machines: readonly WireMachine[],
    leases: Leases,
    context: FlyContext,
): Promise<void> {
    const { fly, signal, status } = context;
    const key = keyOf(wanted, command);
    const earlier = machines.filter((each) => each.config?.metadata?.[LABELS.release] !== undefined);
    const same = earlier.find((each) => each.config?.metadata?.[LABELS.release] === key);
    await Promise.all(
        earlier
            .filter((each) => each !== same)
            .map(async (each) =>
                end(
                    await leases.take({ app: wanted.app, id: each.id }, { own: true }),
                    each,
                    leases,
                    context,
                ),
            ),
    );
    status(`running ${command.join(" ")}`);
    const machine =
        same === undefined
            ? await start(wanted, command, key, context)
            : {
                  ...(await leases.take({ app: wanted.app, id: same.id }, { own: true })),
                  version: same.instance_id,
              };
    leases.hold(machine);
    try {
        const { exit_code: code = 0 } = await waitForExit({ ...machine, timeoutSeconds }, context);
        if (code !== 0) {
            throw new Error(
                `the release command \`${command.join(" ")}\` exited with code ${code}: nothing was released, the version before goes on serving\n` +
                    `Its output: fly logs -a ${wanted.app} -i ${machine.id} --no-tail`,
            );
        }
    } finally {
        await fly.machines.destroy(machine, signal.aborted ? AbortSignal.timeout(CLEAN_UP_MS) : signal);
        leases.drop(machine);
    }
}

const CLEAN_UP_MS = 30_000;

function start(
    { app, group, config, regions, secretsVersion }: Wanted,
    command: readonly string[],
    key: string,
    context: FlyContext,
): Promise<Launched> {
    const wire = toWire(config, {
        [LABELS.group]: group,
        [LABELS.release]: key,
        [PROCESS_GROUP]: COMMAND_GROUP,
        [PLATFORM_VERSION]: "v2",
    });
    return launch(
        {
            app,
            region: Object.keys(regions)[0] ?? "",
            config: {
                ...wire,
                init: { ...wire.init, cmd: command },
                env: { ...wire.env, RELEASE_COMMAND: "1" },
                services: [],
                checks: {},
                restart: { policy: "no" },
            },
            secretsVersion,
        },
        context,
    );
}

/** The same for the same command of the same version. */
function keyOf({ config, secretsVersion }: Wanted, command: readonly string[]): string {
    const text = JSON.stringify([config.image, config.env, labelOf(secretsVersion), command]);
    return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Ends a command of another release in its own time. */
async function end(
    target: Target,
    machine: WireMachine,
    leases: Leases,
    { fly, signal }: FlyContext,
): Promise<void> {
    if (machine.state === "started") {
        await fly.machines.stop(target, { signal: "SIGTERM", timeout: "10s" }, signal);
    }
    await fly.machines.destroy(target, signal);
    leases.drop(target);
}
