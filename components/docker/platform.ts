import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { EDGE_IPV4, EDGE_IPV6 } from "../../lib/edge";
import { checkName } from "../../lib/names";
import { firstAddress } from "../../lib/networks";
import { InvalidInput, refuse } from "../../lib/problems";
import { Route } from "../../lib/routes";
import { ENTRY_PORTS } from "../../lib/traefik";
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
import { RouteClaims } from "../routeClaims";
import { App } from "./app";
import { dial, tiedTo } from "./dial";
import { Engine, labelList, labelsOf, Placement } from "./engine";
import { Postgres } from "./postgres";
import { Redis } from "./redis";
import { DockerPlatformArgs, validatePlatform } from "./platformArgs";
import { Router } from "./router";
import { tunnelSubnet } from "./routerArgs";
import { TunnelConnector, TunnelConnectorArgs } from "./tunnelConnector";

/** A Docker engine as a platform: one router, one network towards it, and one place for each system. */
export class DockerPlatform extends pulumi.ComponentResource implements Platform {
    /** The engine with the providers that dial it, for resources of one's own. */
    readonly engine: Engine;
    private readonly edge: docker.Network;
    private readonly tunnel: docker.Network | undefined;
    private readonly router: Router;
    private readonly claims = new RouteClaims();

    constructor(
        name: string,
        private readonly args: DockerPlatformArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("berth:index:DockerPlatform", name, {}, args.server ? tiedTo(args.server.server, opts) : opts);
        refuse(`Platform "${name}"`, validatePlatform(args));
        this.engine = dial(this, args);
        this.edge = this.createNetwork("edge", args.server ? IPV6 : {});
        const subnet = tunnelSubnet(args.router);
        this.tunnel =
            subnet === undefined
                ? undefined
                : this.createNetwork("tunnel", { ipamConfigs: [rangeOf(subnet)] });
        this.router = new Router(
            ROUTER,
            args.router,
            {
                engine: this.engine,
                edgeNetwork: this.edge.name,
                edgeIpv6: args.server !== undefined,
                tunnelNetwork: this.tunnel?.name,
            },
            this.childOptions(),
        );
        this.registerOutputs();
    }

    forSystem(system: string): Place {
        return new DockerPlace(
            system,
            { engine: this.engine, edgeNetwork: this.edge.name, router: this.router },
            this.claims,
            this.childOptions(),
        );
    }

    /** Routes of the apps placed so far that are reached through the tunnel. */
    tunnelRoutes(): Route[] {
        const hosts = this.args.router.tunnel?.hosts ?? [];
        return this.claims.all().filter(({ host }) => hosts.includes(host));
    }

    /** Where a tunnel's connector hands requests to. */
    get tunnelService(): string {
        return `http://${ROUTER}:${ENTRY_PORTS.tunnel}`;
    }

    /** Runs a tunnel's connectors. */
    connectTunnel(name: string, args: TunnelConnectorArgs): TunnelConnector {
        if (this.tunnel === undefined) {
            throw new InvalidInput("Platform", [
                { path: "args.router.tunnel", message: "is missing: the router has no way in for a tunnel" },
            ]);
        }
        return new TunnelConnector(
            name,
            args,
            { engine: this.engine, network: this.tunnel.name },
            this.childOptions(),
        );
    }

    private createNetwork(name: string, args: docker.NetworkArgs): docker.Network {
        return new docker.Network(
            name,
            {
                ...args,
                name: `${this.args.prefix}-${name}`,
                driver: "bridge",
                labels: labelList(labelsOf({ engine: this.engine, system: "platform" }, name)),
            },
            { parent: this, provider: this.engine.docker },
        );
    }

    private childOptions(): pulumi.ComponentResourceOptions {
        return { parent: this, providers: [this.engine.docker, this.engine.berth] };
    }
}

const ROUTER = "router";

/** A server's own rules lead what comes over IPv6 to the router. */
const IPV6: docker.NetworkArgs = {
    ipv6: true,
    ipamConfigs: [EDGE_IPV4, EDGE_IPV6].map(({ subnet }) => rangeOf(subnet)),
};

/** With the gateway that Docker would take: it tells of that only once it was started anew, and each refresh would find it. */
function rangeOf(subnet: string): { subnet: string; gateway: string } {
    return { subnet, gateway: firstAddress(subnet) };
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
