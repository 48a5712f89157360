import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkName } from "../../lib/names";
import { Problem, refuse } from "../../lib/problems";
import { checkConflicts, Claim, Route } from "../../lib/routes";
import { EngineProvider } from "../../providers/sdk";
import {
    App as RunningApp,
    AppArgs,
    Place,
    Platform,
    PostgresArgs,
    PostgresServer,
    Redis as RedisServer,
    RedisArgs,
} from "../platform";
import { App } from "./app";
import { Engine, labelList, labelsOf, Placement } from "./engine";
import { Postgres } from "./postgres";
import { Redis } from "./redis";
import { Router, RouterArgs } from "./router";

/** A Docker engine and what stands in front of it. */
export interface DockerPlatformArgs {
    /**
     * Start of every name on the engine: two stacks on one engine need two prefixes. A change replaces everything, data
     * volumes included.
     */
    prefix: string;
    /** Address of the engine: `unix:///var/run/docker.sock`, `ssh://user@host`. */
    host: pulumi.Input<string>;
    /** Options for the system's `ssh`, used with an `ssh://` address. @default none */
    sshOpts?: string[];
    /** How the router is reached. */
    router: RouterArgs;
    /**
     * Whether data volumes and passwords refuse to be deleted or replaced.
     * @default true
     */
    protectData?: boolean;
}

/** A Docker engine as a platform: one router, one network towards it, and one place for each system. */
export class DockerPlatform extends pulumi.ComponentResource implements Platform {
    readonly engine: Engine;
    private readonly edge: docker.Network;
    private readonly router: Router;
    private readonly claims = new RouteClaims();

    constructor(name: string, args: DockerPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:DockerPlatform", name, {}, opts);
        refuse(`Platform "${name}"`, validatePlatform(args));
        this.engine = this.dial(args);
        this.edge = new docker.Network(
            "edge",
            {
                name: `${args.prefix}-edge`,
                driver: "bridge",
                labels: labelList(labelsOf({ engine: this.engine, system: "platform" }, "edge")),
            },
            { parent: this, provider: this.engine.docker },
        );
        this.router = new Router(
            "router",
            args.router,
            { engine: this.engine, edgeNetwork: this.edge.name },
            { parent: this, providers: [this.engine.docker, this.engine.berth] },
        );
        this.registerOutputs();
    }

    forSystem(system: string): Place {
        return new DockerPlace(
            system,
            {
                engine: this.engine,
                edgeNetwork: this.edge.name,
                router: { container: this.router.container, urlOf: (host) => this.router.urlOf(host) },
            },
            this.claims,
            { parent: this, providers: [this.engine.docker, this.engine.berth] },
        );
    }

    /** Both providers dial alike: the same address, the same options. */
    private dial({ prefix, host, sshOpts, protectData = true }: DockerPlatformArgs): Engine {
        return {
            prefix,
            protectData,
            docker: new docker.Provider("engine", { host, sshOpts }, { parent: this }),
            berth: new EngineProvider("engine", { host, sshOpts }, { parent: this }),
            dockerWith: (name, registry) =>
                new docker.Provider(name, { host, sshOpts, registryAuth: [registry] }, { parent: this }),
        };
    }
}

/** Who has which host and path on the router. */
class RouteClaims {
    private readonly claims: Claim[] = [];

    claim(app: string, routes: readonly Route[]): void {
        const claims = routes.map((route) => ({ ...route, owner: app }));
        // An app's own double is for its own check to tell.
        refuse(
            `App "${app}"`,
            claims.flatMap((claim) => checkConflicts([...this.claims, claim])),
        );
        this.claims.push(...claims);
    }
}

/** One system's place on a Docker engine: its own internal network, and its name in front of every other. */
class DockerPlace extends pulumi.ComponentResource implements Place {
    private readonly placement: Placement;

    constructor(
        private readonly system: string,
        placement: Omit<Placement, "system" | "dataNetwork">,
        private readonly claims: RouteClaims,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:System", system, {}, opts);
        refuse("Platform", checkName("system", system));
        const network = new docker.Network(
            `${system}-data`,
            {
                name: `${placement.engine.prefix}-${system}-data`,
                driver: "bridge",
                internal: true,
                labels: labelList(labelsOf({ engine: placement.engine, system }, "data")),
            },
            { parent: this },
        );
        this.placement = { ...placement, system, dataNetwork: network.name };
        this.registerOutputs();
    }

    app(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions): RunningApp {
        const fullName = this.nameOf(name);
        this.claims.claim(fullName, args.routes ?? []);
        return new App(fullName, args, this.placement, this.optionsOf(opts));
    }

    postgres(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions): PostgresServer {
        return new Postgres(this.nameOf(name), args, this.placement, this.optionsOf(opts));
    }

    redis(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions): RedisServer {
        return new Redis(this.nameOf(name), args, this.placement, this.optionsOf(opts));
    }

    /** URNs hold the types of parents, not their names: without the system's name two systems' `web` would collide. */
    private nameOf(name: string): string {
        refuse(`System "${this.system}"`, checkName("name", name));
        return `${this.system}-${name}`;
    }

    private optionsOf(opts?: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
        return { parent: this, ...opts };
    }
}

/** All that is wrong with a platform's arguments. */
export function validatePlatform({ prefix }: DockerPlatformArgs): Problem[] {
    return checkName("args.prefix", prefix);
}
