import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { checkNumber } from "../../lib/numbers";
import { checkOneOf, Problem, refuse } from "../../lib/problems";
import { Location, LOCATIONS } from "./choices";

/** A private network for servers. */
export interface HetznerNetworkArgs {
    /** Name at Hetzner, unique in its project. */
    name: string;
    /** Location of its servers: it decides the network's zone. A change replaces the subnet. */
    location: Location;
    /**
     * How many servers share the network. Several get a placement group, which keeps them off each other's machines.
     * @default 1
     */
    servers?: number;
    /** Labels of everything in it. @default none */
    labels?: Record<string, string>;
}

/** Private addresses (RFC 1918); Docker takes its own networks from other ranges. */
const RANGE = "10.70.0.0/16";
const SUBNET = "10.70.1.0/24";

/** A private network with one subnet, and a placement group where several servers share it. */
export class HetznerNetwork extends pulumi.ComponentResource {
    /** Id of the subnet that servers join. */
    readonly subnet: pulumi.Output<string>;
    /** Id of the placement group, where there is one. */
    readonly placementGroup: pulumi.Output<number> | undefined;

    constructor(name: string, args: HetznerNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("berth:index:HetznerNetwork", name, {}, opts);
        refuse(`HetznerNetwork "${name}"`, validateHetznerNetwork(args));
        const { labels, servers = 1, location } = args;
        const network = new hcloud.Network(
            name,
            { name: args.name, ipRange: RANGE, labels },
            { parent: this },
        );
        this.subnet = new hcloud.NetworkSubnet(
            `${name}-subnet`,
            {
                networkId: network.id.apply(Number),
                type: "cloud",
                networkZone: LOCATIONS[location],
                ipRange: SUBNET,
            },
            // Two of the same range would overlap.
            { parent: this, deleteBeforeReplace: true },
        ).id;
        this.placementGroup =
            servers > 1
                ? new hcloud.PlacementGroup(
                      `${name}-spread`,
                      { name: args.name, type: "spread", labels },
                      { parent: this },
                  ).id.apply(Number)
                : undefined;
        this.registerOutputs({ subnet: this.subnet });
    }
}

/** A spread placement group holds ten servers at the most. Source: Hetzner Cloud's documentation. */
const MAX_SERVERS = 10;

/** All that is wrong with a network's arguments. */
function validateHetznerNetwork({ location, servers }: HetznerNetworkArgs): Problem[] {
    return [
        ...checkOneOf("args.location", location, Object.keys(LOCATIONS)),
        ...checkNumber("args.servers", servers, { min: 1, max: MAX_SERVERS }),
    ];
}
