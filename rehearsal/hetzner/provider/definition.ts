import { Problem } from "../../../lib/problems";
import { Properties } from "../../../providers/server/properties";
import { ProviderDefinition } from "../../../providers/server/server";
import { HetznerClient } from "./client";
import { firewall } from "./firewall";
import { network, networkSubnet, serverNetwork } from "./network";
import { primaryIp } from "./primaryIp";
import { Services } from "./resource";
import { server } from "./server";
import { placementGroup, sshKey } from "./sshKey";
import { volume, volumeAttachment } from "./volume";

const KINDS = [
    server,
    volume,
    volumeAttachment,
    firewall,
    network,
    networkSubnet,
    serverNetwork,
    primaryIp,
    sshKey,
    placementGroup,
];

/** What the provider finds where it runs, as the real one finds it in the variables of its environment. */
export interface HetznerEnvironment {
    /** Base of the API. Goes before the configuration. @default the configuration has it */
    readonly endpoint?: string;
    /** Secret. As the variable HCLOUD_TOKEN. Goes before the configuration. @default the configuration has it */
    readonly token?: string;
}

/**
 * The provider `hcloud`, as far as our stacks use it, for an API that speaks like Hetzner Cloud's. It knows no address by
 * itself: without an `endpoint`, from whoever serves it or from its configuration, it refuses. It never is in touch with
 * the real cloud by mistake.
 */
export function hetznerDefinition(environment: HetznerEnvironment = {}): ProviderDefinition<Services> {
    return {
        version: "1.41.0",
        kinds: KINDS,
        checkConfig: (config) => checkConfig({ ...config, ...environment }),
        connect: (config) => {
            const given: Properties = { ...config, ...environment };
            const [problem] = checkConfig(given);
            if (problem !== undefined) {
                throw new Error(`${problem.path} ${problem.message}`);
            }
            const [address, token] = [given.endpoint as string, given.token as string];
            return {
                context: (call) => ({ ...call, hetzner: new HetznerClient(address, token, call.signal) }),
                close: () => undefined,
            };
        },
    };
}

function checkConfig(config: Properties): Problem[] {
    return ["endpoint", "token"]
        .filter((name) => typeof config[name] !== "string" || config[name] === "")
        .map((path) => ({ path, message: "is missing" }));
}
