import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../../lib/problems";
import { fly } from "../../providers/sdk";
import { App as RunningApp, AppArgs, HealthCheckArgs } from "../platform";
import { FLY_DOMAIN, secretOf, validateFlyApp } from "./appArgs";
import { guestOf } from "./guest";
import { Placement } from "./placement";

const DEFAULT_READY_TIMEOUT_SECONDS = 120;
const DEFAULT_STOP_GRACE_SECONDS = 10;

/** Until a check of a new machine counts, in seconds. A release waits for the first good one, so it is short. */
const GRACE_SECONDS = 5;

/** Machines that stay up where nobody asks: the first request after a pause finds one that runs. */
const MIN_RUNNING = 1;

/** Addresses that a public app answers on. */
export interface PublicAddresses {
    /** Shared with other apps of Fly's users; Fly tells them apart by the host. */
    readonly ipv4: pulumi.Output<string>;
    readonly ipv6: pulumi.Output<string>;
    /** Hosts of one's own that have to lead there. */
    readonly hosts: string[];
}

/**
 * An app on Fly, whose machines are replaced by releases: when one fails, the old machines go on serving and the new ones
 * are gone. A change of its image, command, environment, secrets or size is a release: its release command runs on a
 * machine of its own, new machines start beside the old ones and have to get healthy, take over together, and only then the
 * old ones finish and stop.
 *
 * Limits are the size of a machine. Fly has no counterpart for `build`, `registry`, `volumes`, `user`, path prefixes and
 * checks by a command, which are refused; it keeps no `readOnlyRoot`, `requestsPerMinute`, `without` and
 * `health.retries`. A check counts 5 seconds after the start, unless the app says otherwise: a release waits for the first
 * good one.
 */
export class FlyApp extends pulumi.ComponentResource implements RunningApp {
    readonly urls: pulumi.Output<string[]>;
    readonly internalUrl: pulumi.Output<string> | undefined;
    readonly containers: pulumi.Output<string[]>;
    readonly commands: Readonly<Record<string, string>>;
    /** Where its hosts have to lead; undefined for an app without routes. */
    readonly addresses: PublicAddresses | undefined;
    /** Its name at Fly. */
    readonly appName: string;
    private readonly app: fly.App;

    constructor(
        private readonly name: string,
        private readonly args: AppArgs,
        private readonly placement: Placement,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:FlyApp", name, {}, opts);
        this.appName = placement.appName(name);
        refuse(`App "${name}"`, validateFlyApp(args, this.appName));
        this.tellWhatIsLeftOut();

        this.app = this.createApp();
        const secrets = this.createSecrets();
        const certificates = this.createCertificates();
        this.addresses = this.createAddresses();
        const machines = this.createMachines(secrets);

        const serving = pulumi.all([machines.machineIds, certificates.map(({ id }) => id)]);
        this.containers = machines.machineIds;
        this.urls = serving.apply(() => (args.routes ?? []).map(({ host }) => `https://${host}`));
        this.internalUrl =
            args.port === undefined
                ? undefined
                : serving.apply(() => `http://${this.appName}.internal:${args.port ?? ""}`);
        this.commands = commandsOf(this.appName);
        this.registerOutputs({ urls: this.urls, containers: this.containers });
    }

    private createApp(): fly.App {
        return new fly.App(
            this.name,
            { name: this.appName, organization: this.placement.organization },
            { parent: this },
        );
    }

    private createSecrets(): fly.Secrets | undefined {
        const { secrets = {}, secretFiles = {} } = this.args;
        const values: Record<string, pulumi.Input<string>> = { ...secrets };
        for (const [file, content] of Object.entries(secretFiles)) {
            values[secretOf(file)] = base64(content);
        }
        return Object.keys(values).length === 0
            ? undefined
            : new fly.Secrets(`${this.name}-secrets`, { app: this.app.name, values }, { parent: this });
    }

    /** Fly gives every app a name of its own, certificate included; other hosts are asked for. */
    private createCertificates(): fly.Certificate[] {
        return this.ownHosts().map(
            (host) =>
                new fly.Certificate(
                    `${this.name}-${host}`,
                    { app: this.app.name, hostname: host },
                    { parent: this },
                ),
        );
    }

    private createAddresses(): PublicAddresses | undefined {
        if ((this.args.routes ?? []).length === 0) {
            return undefined;
        }
        const address = (role: string, type: string) =>
            new fly.IpAddress(`${this.name}-${role}`, { app: this.app.name, type }, { parent: this }).address;
        return { ipv4: address("ipv4", "shared_v4"), ipv6: address("ipv6", "v6"), hosts: this.ownHosts() };
    }

    private createMachines(secrets: fly.Secrets | undefined): fly.MachineGroup {
        const { args, placement } = this;
        return new fly.MachineGroup(
            `${this.name}-machines`,
            {
                app: this.app.name,
                config: {
                    image: args.image ?? "",
                    command: args.command,
                    // flyctl sets it, and Fly's proxy goes by it.
                    env: { PRIMARY_REGION: placement.region, ...args.env },
                    guest: guestOf(args.limits),
                    services: serviceOf(args),
                    files: Object.keys(args.secretFiles ?? {}).map((file) => ({
                        path: `/run/secrets/${file}`,
                        secret: secretOf(file),
                    })),
                    stop: { timeoutSeconds: args.stopGraceSeconds ?? DEFAULT_STOP_GRACE_SECONDS },
                },
                regions: { [placement.region]: args.replicas ?? 1 },
                secretsVersion: secrets?.secretsVersion,
                releaseCommand: args.release,
                releaseCommandTimeoutSeconds: args.releaseTimeoutSeconds,
                healthyTimeoutSeconds: args.readyTimeoutSeconds ?? DEFAULT_READY_TIMEOUT_SECONDS,
                settleSeconds: placement.settleSeconds,
                drainSeconds: args.drainSeconds ?? placement.drainSeconds,
            },
            { parent: this },
        );
    }

    private ownHosts(): string[] {
        return (this.args.routes ?? [])
            .map(({ host }) => host)
            .filter((host) => host !== this.appName + FLY_DOMAIN);
    }

    private tellWhatIsLeftOut(): void {
        if (this.args.requestsPerMinute !== undefined) {
            void pulumi.log.warn(
                `requestsPerMinute is not kept on Fly, whose proxy has no such limit: the app's own counts in each machine for itself.`,
                this,
            );
        }
    }
}

/** Commands of flyctl for whoever looks after an app. */
function commandsOf(app: string): Record<string, string> {
    return {
        status: `fly status -a ${app}`,
        logs: `fly logs -a ${app}`,
        shell: `fly ssh console -a ${app}`,
    };
}

function serviceOf({ port, health, routes = [] }: AppArgs): fly.ServiceArgs[] {
    return port === undefined
        ? []
        : [
              {
                  internalPort: port,
                  ports:
                      routes.length === 0
                          ? []
                          : [
                                { port: 80, handlers: ["http"], forceHttps: true },
                                { port: 443, handlers: ["tls", "http"] },
                            ],
                  autostop: routes.length === 0 ? "off" : "stop",
                  autostart: true,
                  minMachinesRunning: MIN_RUNNING,
                  checks: [checkOf(health)],
              },
          ];
}

function checkOf(health: HealthCheckArgs | undefined): fly.CheckArgs {
    const { path, intervalSeconds = 30, timeoutSeconds = 10, startPeriodSeconds } = health ?? {};
    return {
        ...(path === undefined ? { type: "tcp" } : { type: "http", method: "GET", path }),
        intervalSeconds,
        timeoutSeconds,
        gracePeriodSeconds: startPeriodSeconds ?? GRACE_SECONDS,
    };
}

function base64(content: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.secret(content).apply((text) => Buffer.from(text).toString("base64"));
}
