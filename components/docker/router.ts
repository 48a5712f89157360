import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkPort } from "../../lib/numbers";
import { publicUrl } from "../../lib/urls";
import { Problem, refuse } from "../../lib/problems";
import { API_PORT, HTTP_PORT, routerFlags, ROUTES_FOLDER } from "../../lib/traefik";
import { Ready } from "../../providers/sdk";
import { COMMON, CONTAINER_OPTIONS } from "./container";
import { Engine, labelList, labelsOf } from "./engine";

/** How the router is reached. */
export interface RouterArgs {
    /**
     * Address of the host that it listens on: `127.0.0.1` for this machine only, `0.0.0.0` for everybody. A change
     * replaces the router's container.
     */
    bindAddress: string;
    /** Port of the host for HTTP. A change replaces the router's container. */
    httpPort: number;
    /**
     * How clients reach the router: `https` when TLS ends in front of it, on the usual port.
     * @default "http"
     */
    scheme?: "http" | "https";
    /** How much Traefik itself says. */
    logLevel: "INFO" | "ERROR";
}

const IMAGE = "traefik:v3.6";
const READY_TIMEOUT_SECONDS = 60;

/**
 * Traefik in front of all apps. It reads routes from files in a volume of its own, one file for one app, and never sees
 * Docker's socket, through which every secret could be read. Its API listens inside its own container only.
 */
export class Router extends pulumi.ComponentResource {
    /** Id of the container, known once the router answers. */
    readonly container: pulumi.Output<string>;
    private readonly args: RouterArgs;

    constructor(
        name: string,
        args: RouterArgs,
        placement: { engine: Engine; edgeNetwork: pulumi.Input<string> },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:Router", name, {}, opts);
        refuse(`Router "${name}"`, validateRouter(args));
        this.args = args;
        const labels = labelList(labelsOf({ engine: placement.engine, system: "platform" }, name));
        const image = new docker.RemoteImage(
            `${name}-image`,
            { name: IMAGE, keepLocally: true },
            { parent: this },
        );
        const routes = new docker.Volume(
            `${name}-routes`,
            { name: `${placement.engine.prefix}-${name}-routes`, labels },
            { parent: this },
        );
        const container = new docker.Container(
            name,
            {
                ...COMMON,
                name: `${placement.engine.prefix}-${name}`,
                image: image.imageId,
                command: routerFlags(args.logLevel),
                labels,
                volumes: [{ volumeName: routes.name, containerPath: ROUTES_FOLDER }],
                networksAdvanced: [{ name: placement.edgeNetwork }],
                ports: [
                    { internal: HTTP_PORT, external: args.httpPort, ip: args.bindAddress, protocol: "tcp" },
                ],
                healthcheck: {
                    tests: ["CMD", ...PING],
                    interval: "10s",
                    timeout: "5s",
                    startPeriod: "10s",
                    retries: 3,
                },
                destroyGraceSeconds: 10,
            },
            // Only one container can own the published port.
            pulumi.mergeOptions(CONTAINER_OPTIONS, { parent: this, deleteBeforeReplace: true }),
        );
        const ready = new Ready(
            `${name}-ready`,
            { container: container.id, command: PING, timeoutSeconds: READY_TIMEOUT_SECONDS },
            { parent: this },
        );
        this.container = pulumi.all([container.id, ready.id]).apply(([id]) => id);
        this.registerOutputs({ port: args.httpPort });
    }

    /** URL of a host as clients see it. */
    urlOf(host: string): string {
        return publicUrl(this.args, host);
    }
}

// `timeout` and not wget's own -T, with which Debian's busybox crashes.
const PING = ["timeout", "2", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${API_PORT}/ping`];

/** All that is wrong with a router's arguments. */
export function validateRouter(args: RouterArgs): Problem[] {
    const problems = checkPort("args.httpPort", args.httpPort);
    if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(args.bindAddress)) {
        problems.push({
            path: "args.bindAddress",
            message: `"${args.bindAddress}" is no IPv4 address`,
            fix: "127.0.0.1 for this machine only, 0.0.0.0 for everybody",
        });
    }
    return problems;
}
