import Docker from "dockerode";
import { Authority } from "../certificates";
import { SimulatedCloudflare } from "../cloudflare";
import { Edge as CloudflareEdge } from "../cloudflare/edge";
import { SimulatedFly } from "../fly";
import { Edge as FlyEdge } from "../fly/edge";
import { Ground } from "./addresses";
import { Belongings } from "./belongings";

/** Port at which the tunnels' connectors dial the edge, as outside. */
export const CONNECTORS_PORT = 7844;

/** Cloudflare as a stack's account sees it. */
export interface CloudflareArgs {
    readonly ground: Ground;
    readonly authority: Authority;
    readonly account: string;
    readonly token: string;
    /** Ids of the account's zones, by their names. */
    readonly zones: Readonly<Record<string, string>>;
}

/** Cloudflare with its name servers, which know Fly's names too, and its edge. */
export async function startCloudflare(
    { ground, authority, account, token, zones }: CloudflareArgs,
    belongings: Belongings,
): Promise<SimulatedCloudflare> {
    const own = Object.entries(zones).map(([name, id]) => ({ name, id }));
    const cloudflare = belongings.own(
        await SimulatedCloudflare.start({
            accounts: [{ id: account, token, zones: own }, FLY_NAMES],
            dns: { address: ground.gateway, port: 53 },
            edge: { ipv4: ground.edge },
        }),
    );
    await lead("*.fly.dev", ground.fly, cloudflare);
    belongings.own(
        await CloudflareEdge.start({
            world: cloudflare,
            address: ground.edge,
            authority,
            connectorPort: CONNECTORS_PORT,
            httpPort: 80,
            httpsPort: 443,
        }),
    );
    return cloudflare;
}

/** Whoever looks after Fly's own names: nobody that a stack knows. */
const FLY_NAMES = {
    id: "f".repeat(32),
    token: "names-of-fly",
    zones: [{ name: "fly.dev", id: "e".repeat(32) }],
};

async function lead(name: string, content: string, { url }: SimulatedCloudflare): Promise<void> {
    const [zone] = FLY_NAMES.zones;
    const response = await fetch(`${url}/zones/${zone?.id ?? ""}/dns_records`, {
        method: "POST",
        headers: { authorization: `Bearer ${FLY_NAMES.token}` },
        body: JSON.stringify({ type: "A", name, content }),
    });
    if (!response.ok) {
        throw new Error(`the name ${name} could not be made: ${await response.text()}`);
    }
}

/** Fly as a stack's organization sees it. */
export interface FlyArgs {
    readonly docker: Docker;
    readonly name: string;
    readonly ground: Ground;
    readonly authority: Authority;
    readonly organization: string;
    readonly token: string;
}

/** Fly with its proxy. */
export async function startFly(
    { docker, name, ground, authority, organization, token }: FlyArgs,
    belongings: Belongings,
): Promise<SimulatedFly> {
    const fly = belongings.own(
        await SimulatedFly.start({
            docker,
            name: `${name}-fly`,
            nameServers: [ground.gateway],
            organizations: [{ slug: organization, tokens: [token] }],
        }),
    );
    const { certificate, key } = await authority.issue({ hosts: ["*.fly.dev"] });
    belongings.own(
        await FlyEdge.start(fly.world, {
            certificate: { cert: certificate, key },
            listen: { address: ground.fly, httpPort: 80, httpsPort: 443 },
        }),
    );
    return fly;
}
