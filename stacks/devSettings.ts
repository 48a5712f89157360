import { checkPort } from "../lib/numbers";
import { publicUrl } from "../lib/urls";
import { ConfigReader, RawConfig } from "./config";
import { CommonSettings } from "./commonSettings";

/** What development needs to know, beside what is common to all compositions. */
export interface DevSettings extends CommonSettings {
    readonly composition: "dev";
    readonly engine: { readonly host: string; readonly sshOpts: readonly string[] };
    readonly router: {
        readonly bindAddress: string;
        readonly httpPort: number;
        readonly scheme: "http" | "https";
    };
}

const DEFAULT_ENGINE = "unix:///var/run/docker.sock";
const SCHEMES = ["http", "https"] as const;

/** Reads what is development's own, and how its router is reached. */
export function readDev(
    config: ConfigReader,
    raw: RawConfig,
): { settings: Pick<DevSettings, "engine" | "router">; urlOf: (host: string) => string } {
    const httpPort = config.integer("berth:httpPort", 80);
    config.problems.push(...checkPort("berth:httpPort", httpPort));
    const router = {
        bindAddress: config.text("berth:bindAddress") ?? "127.0.0.1",
        httpPort,
        scheme: config.oneOf("berth:scheme", SCHEMES, "http") ?? "http",
    };
    const engine = {
        host: config.text("berth:dockerHost") ?? raw.environment.DOCKER_HOST ?? DEFAULT_ENGINE,
        sshOpts: config.texts("berth:sshOpts") ?? [],
    };
    const { scheme } = router;
    // Whoever ends TLS in front of the router does so on the usual port.
    const port = scheme === "https" ? 443 : httpPort;
    return { settings: { engine, router }, urlOf: (host) => publicUrl({ scheme, port }, host) };
}
