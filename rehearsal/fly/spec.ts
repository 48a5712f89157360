import { guestSize } from "./catalog";
import { ContainerSpec } from "./runtime";
import { App, Machine, WorldState } from "./state";

/** What a machine's container is made of. */
export function specOf({ apps }: WorldState, machine: Machine): ContainerSpec {
    const { config, app: appName, id, region } = machine;
    const secrets = secretsOf(apps[appName], machine);
    const [process = {}] = config.processes ?? [];
    const init = { ...config.init, ...process };
    const { cpus, memoryMb } = guestSize(config);
    const group = config.metadata?.fly_process_group;
    return {
        machine: id,
        image: machine.engineImage,
        env: {
            ...config.env,
            ...process.env,
            // A secret wins over a variable of the same name.
            ...(process.ignore_app_secrets === true ? {} : secrets),
            ...platformEnv(machine, memoryMb, group),
        },
        ...commandOf(init),
        user: process.user,
        tty: init.tty ?? false,
        memoryMb,
        cpus,
        network: machine.network,
        address: machine.address,
        aliases: [
            `${appName}.internal`,
            `${region}.${appName}.internal`,
            `top1.nearest.of.${appName}.internal`,
            `${id}.vm.${appName}.internal`,
            ...(group === undefined ? [] : [`${group}.process.${appName}.internal`]),
        ],
        mounts: (config.mounts ?? []).flatMap(({ volume, path }) =>
            volume === undefined || path === undefined ? [] : [{ volume, path }],
        ),
        files: (config.files ?? []).map(({ guest_path: path, raw_value, secret_name = "" }) => ({
            path,
            content: Buffer.from(raw_value ?? secrets[secret_name] ?? "", "base64"),
        })),
    };
}

type Init = Pick<ContainerSpec, "entrypoint" | "command">;

/** `exec` goes before all else; what is left out is the image's. */
function commandOf({
    exec,
    entrypoint,
    cmd,
}: {
    exec?: readonly string[];
    entrypoint?: readonly string[];
    cmd?: readonly string[];
}): Init {
    return exec !== undefined && exec.length > 0
        ? { entrypoint: exec, command: [] }
        : { entrypoint, command: cmd };
}

function secretsOf(app: App | undefined, { secretsVersion }: Machine): Record<string, string> {
    const secrets = app?.secrets.versions[secretsVersion] ?? {};
    return Object.fromEntries(Object.entries(secrets).map(([name, { value }]) => [name, value]));
}

/**
 * "The Machine runtime environment" in the documentation. `PRIMARY_REGION` is none of the platform's: flyctl puts it into
 * the config, and so has to do whoever stands in for flyctl.
 */
function platformEnv(machine: Machine, memoryMb: number, group: string | undefined): Record<string, string> {
    const { id, app, region, address, instanceId, config } = machine;
    return {
        FLY_APP_NAME: app,
        FLY_MACHINE_ID: id,
        FLY_ALLOC_ID: id,
        FLY_MACHINE_VERSION: instanceId,
        FLY_REGION: region,
        FLY_PRIVATE_IP: address,
        FLY_IMAGE_REF: config.image ?? "",
        FLY_VM_MEMORY_MB: String(memoryMb),
        ...(group === undefined ? {} : { FLY_PROCESS_GROUP: group }),
    };
}
