import { Problem } from "../../lib/problems";
import { checkGuest, Guest } from "../../lib/fly";
import { hasUnknown } from "../server/properties";

/** What a machine runs, and how. */
export interface MachineConfig {
    readonly image: string;
    readonly env: Readonly<Record<string, string>>;
    readonly command?: readonly string[];
    readonly entrypoint?: readonly string[];
    readonly guest: Guest;
    readonly services: readonly Service[];
    readonly checks: Readonly<Record<string, Check>>;
    readonly files: readonly SecretFile[];
    readonly restart: { readonly policy: string; readonly maxRetries?: number };
    readonly stop: { readonly signal: string; readonly timeoutSeconds: number };
    readonly metadata: Readonly<Record<string, string>>;
}

export interface Service {
    readonly internalPort: number;
    readonly protocol: string;
    readonly ports: readonly Port[];
    readonly autostop: string;
    readonly autostart: boolean;
    readonly minMachinesRunning: number;
    readonly checks: readonly Check[];
    readonly concurrency?: {
        readonly type: string;
        readonly softLimit?: number;
        readonly hardLimit?: number;
    };
}

export interface Port {
    readonly port: number;
    readonly handlers: readonly string[];
    readonly forceHttps: boolean;
}

export interface Check {
    readonly type: string;
    readonly port?: number;
    readonly method?: string;
    readonly path?: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly gracePeriodSeconds: number;
}

export interface Mount {
    readonly volume: string;
    readonly path: string;
}

export interface SecretFile {
    readonly path: string;
    readonly secret: string;
}

/** What is wrong with a config whose fields are right, each for itself. */
export function checkConfig(path: string, config: MachineConfig): Problem[] {
    return [
        ...(hasUnknown(config.guest) ? [] : checkGuest(`${path}.guest`, config.guest)),
        ...Object.entries(config.checks).flatMap(([name, check]) =>
            checkCheck(`${path}.checks.${name}`, check),
        ),
        ...Object.entries(config.checks).flatMap(([name, { port: asked }]) =>
            asked === undefined ? [{ path: `${path}.checks.${name}.port`, message: "is missing" }] : [],
        ),
        ...config.services.flatMap(({ checks }, index) =>
            checks.flatMap((check, each) => checkCheck(`${path}.services[${index}].checks[${each}]`, check)),
        ),
        ...checkComesBack(path, config),
    ];
}

/** Label of the provider's own or of Fly's. */
export function isReserved(label: string): boolean {
    return /^(berth|fly)_/.test(label);
}

/** What the API does not tell as it was given would look changed for ever. */
function checkComesBack(path: string, { command, entrypoint, metadata }: MachineConfig): Problem[] {
    return [
        ...Object.entries({ command, entrypoint }).flatMap(([name, words]) =>
            words?.length === 0
                ? [{ path: `${path}.${name}`, message: "is empty: left out, it is the image's own" }]
                : [],
        ),
        ...Object.keys(metadata)
            .filter(isReserved)
            .map((label) => ({
                path: `${path}.metadata.${label}`,
                message: "is taken: labels that start with berth_ and fly_ are the provider's and Fly's own",
            })),
    ];
}

function checkCheck(path: string, { type, path: asked }: Check): Problem[] {
    return type === "http" && asked === undefined
        ? [{ path: `${path}.path`, message: "is missing: an HTTP check asks a path" }]
        : [];
}
