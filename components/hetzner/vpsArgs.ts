import * as pulumi from "@pulumi/pulumi";
import { checkAuthorizedKeys, SWAP_MB } from "../../lib/cloudInit";
import { checkCidr, checkNamedCidr } from "../../lib/networks";
import { checkName } from "../../lib/names";
import { checkNumber } from "../../lib/numbers";
import { checkOneOf, Problem } from "../../lib/problems";
import {
    isOffered,
    Location,
    LOCATIONS,
    SERVER_IMAGES,
    SERVER_TYPES,
    ServerImage,
    ServerType,
    VOLUME_SIZE_GB,
} from "./choices";
import type { HetznerNetwork } from "./network";

/** A server at Hetzner Cloud, ready for containers. */
export interface HetznerVpsArgs {
    /** Name of the server and of all that belongs to it, unique in the Hetzner project. */
    name: string;
    /** Size of the server: `cx23`. A change restarts the server; its disk stays as it is. */
    serverType: ServerType;
    /** Where it stands. A change replaces server, addresses and volume: with `protect` it is refused. */
    location: Location;
    /** System that it is made from. A change replaces the server: with `protect` it is refused. @default "debian-12" */
    image?: ServerImage;
    /**
     * Addresses that may use SSH, as CIDR. The whole world is refused.
     * @default none: whoever logs in comes through a tunnel
     */
    sshFrom?: string[];
    /**
     * Networks of containers on the server, as CIDR, that may use SSH as often as they like: those of a tunnel's connectors.
     * @default none
     */
    sshFromContainers?: string[];
    /** Whether the router faces the internet: lets in HTTP and HTTPS. */
    web: boolean;
    /**
     * Size of the data volume in GB, at least 10. It can grow (`sudo resize2fs` on the server makes the file system grow
     * with it), never shrink.
     */
    volumeSizeGb: number;
    /** Swap file in MB; 0 for none. @default 2048 */
    swapMb?: number;
    /** Whether containers live on while Docker itself is restarted. Swarm forbids it. @default true */
    liveRestore?: boolean;
    /** Public keys of people who may log in, beside the stack itself. @default none */
    authorizedKeys?: string[];
    /** Key that the stack logs in with. @default made, and kept in the state */
    clientKey?: KeyArgs;
    /** The server's own key. @default made, and kept in the state */
    hostKey?: KeyArgs;
    /** Private network that the server joins. @default one of its own */
    network?: HetznerNetwork;
    /**
     * Whether server, volume and addresses refuse to be deleted or replaced, by Pulumi and by Hetzner itself, and the keys by
     * Pulumi. The server is told to end in order before it is deleted only without it: Hetzner's provider tells it so before
     * it is refused, and would leave it off.
     * @default true
     */
    protect?: boolean;
    /** Labels of everything at Hetzner. @default none */
    labels?: Record<string, string>;
}

/** A pair of keys for SSH. */
export interface KeyArgs {
    /** Private key in OpenSSH's format. Kept secret. */
    privateKey: pulumi.Input<string>;
    /** Public key, `ssh-ed25519 …`. */
    publicKey: pulumi.Input<string>;
}

/** All that is wrong with a server's arguments. */
export function validateHetznerVps(args: HetznerVpsArgs): Problem[] {
    const { serverType, location, image, sshFrom = [], volumeSizeGb, swapMb } = args;
    return [
        ...checkName("args.name", args.name),
        ...checkOneOf("args.serverType", serverType, SERVER_TYPES),
        ...checkOneOf("args.location", location, Object.keys(LOCATIONS)),
        ...checkOffer(args),
        ...(image === undefined ? [] : checkOneOf("args.image", image, SERVER_IMAGES)),
        ...sshFrom.flatMap((cidr, index) => checkNamedCidr(`args.sshFrom[${index}]`, cidr)),
        ...(args.sshFromContainers ?? []).flatMap((cidr, index) =>
            checkCidr(`args.sshFromContainers[${index}]`, cidr),
        ),
        ...checkNumber("args.volumeSizeGb", volumeSizeGb, VOLUME_SIZE_GB),
        ...checkNumber("args.swapMb", swapMb, SWAP_MB),
        ...checkAuthorizedKeys("args.authorizedKeys", args.authorizedKeys ?? []),
    ];
}

function checkOffer({ serverType, location }: HetznerVpsArgs): Problem[] {
    const known = SERVER_TYPES.includes(serverType) && location in LOCATIONS;
    return !known || isOffered(serverType, location)
        ? []
        : [
              {
                  path: "args.serverType",
                  message: `"${serverType}" is not offered at ${location}: its series stands in Europe only`,
                  fix: "fsn1, nbg1 or hel1; or a type of the series cpx or ccx",
              },
          ];
}
