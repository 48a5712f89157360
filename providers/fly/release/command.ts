import { createHash } from "node:crypto";
import { WireMachine } from "../client/types";
import { FlyContext } from "../services";
import { toWire } from "../wireConfig";
import { waitForExit } from "./health";
import { launch, Launched } from "./launch";
import { allOf, remove } from "./machines";
import { LABELS, labelOf, PLATFORM_VERSION, PROCESS_GROUP, Wanted } from "./plan";
import { ReleaseCommand, Run } from "./rollout";

/** flyctl's own label for machines of a release command: `fly status` shows them as such. */
const COMMAND_GROUP = "fly_app_release_command";

/**
 * Runs a command to its end on a machine of its own, with the new image, the environment and the secrets. One that an
 * interrupted run of the same release left behind is waited for instead: a migration runs once.
 */
export async function runReleaseCommand(
    run: Run,
    { command, timeoutSeconds }: ReleaseCommand,
    earlier: readonly WireMachine[],
): Promise<void> {
    const { wanted, leases, context } = run;
    const { fly, signal, status } = context;
    const key = keyOf(wanted, command);
    const same = earlier.find((each) => each.config?.metadata?.[LABELS.release] === key);
    await allOf(earlier.filter((each) => each !== same).map((each) => end(run, each)));
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
        const exit = await waitForExit({ ...machine, timeoutSeconds }, context);
        if (exit.exit_code !== 0 || exit.oom_killed === true) {
            const memory = exit.oom_killed === true ? ", out of memory" : "";
            throw new Error(
                `the release command \`${command.join(" ")}\` exited with code ${exit.exit_code ?? "unknown"}${memory}: nothing was released, the version before goes on serving\n` +
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
async function end(run: Run, { id, state }: WireMachine): Promise<void> {
    const { wanted, leases, context } = run;
    const target = await leases.take({ app: wanted.app, id }, { own: true });
    if (state === "started") {
        await context.fly.machines.stop(target, { signal: "SIGTERM", timeout: "10s" }, context.signal);
    }
    await remove(run, target);
}
