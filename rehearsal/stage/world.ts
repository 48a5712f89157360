import { randomBytes } from "node:crypto";
import { join } from "node:path";
import Docker from "dockerode";
import { serve } from "../../providers/server/serve";
import { Pebble } from "../acme";
import { Authority, createAuthority } from "../certificates";
import { SimulatedCloudflare } from "../cloudflare";
import { cloudflareDefinition } from "../cloudflare/provider/definition";
import { SimulatedFly } from "../fly";
import { hetznerDefinition, SimulatedHetzner } from "../hetzner";
import { MachineHost } from "../hetzner/machines";
import { mirrorDropIn, RehearsalRegistry } from "../registry";
import { Ground, makeGround } from "./addresses";
import { Belongings } from "./belongings";
import { startCloudflare, startFly } from "./clouds";

/** What the world around a rehearsed stack is made with. */
export interface WorldArgs {
    readonly docker: Docker;
    /** Beginning of the names of all that is made on the engine. */
    readonly name: string;
    /** Folder for what goes with the rehearsal. */
    readonly folder: string;
    /** Folder for what the next one can use again: layers of images. */
    readonly cache: string;
    /** The zones that the stack's hosts lie in, by their names: their ids. */
    readonly zones: Readonly<Record<string, string>>;
    /** Slug of the stack's organization at Fly. */
    readonly flyOrganization: string;
}

/** Everything around a rehearsed stack: three clouds, a certificate authority and a registry, on one bridge. */
export interface World {
    readonly ground: Ground;
    /** Tokens of the clouds: good for this rehearsal, and for nothing outside. */
    readonly tokens: Readonly<Record<"hetzner" | "cloudflare" | "fly", string>>;
    /** Signs what is public in this world and not of Let's Encrypt: the edges' certificates. */
    readonly authority: Authority;
    readonly host: MachineHost;
    readonly hetzner: SimulatedHetzner;
    readonly cloudflare: SimulatedCloudflare;
    readonly cloudflareAccount: string;
    readonly fly: SimulatedFly;
    readonly pebble: Pebble;
    readonly registry: RehearsalRegistry;
    /** Attaches the engine to the clouds' providers: PULUMI_DEBUG_PROVIDERS. */
    readonly debugProviders: string;
}

/** Makes it; all that is made is noted down, so that a world that fails half-way can be ended. */
export async function makeWorld(args: WorldArgs, belongings: Belongings): Promise<World> {
    const { docker, name, folder } = args;
    const tokens = { hetzner: newToken(), cloudflare: newToken(), fly: newToken() };
    const cloudflareAccount = randomBytes(16).toString("hex");
    const authority = await createAuthority("Rehearsal");
    const leftovers = { labels: labelsOf(name), folder };
    belongings.add(() => MachineHost.removeLeftovers(docker, leftovers));
    const ground = await makeGround(docker, name, leftovers.labels);
    const cloudflare = await startCloudflare(
        { ground, authority, account: cloudflareAccount, token: tokens.cloudflare, zones: args.zones },
        belongings,
    );
    const fly = await startFly(
        { docker, name, ground, authority, organization: args.flyOrganization, token: tokens.fly },
        belongings,
    );
    const dns = cloudflare.nameServer;
    const pebble = belongings.own(
        await Pebble.start({ address: ground.gateway, dns, folder: join(folder, "acme") }),
    );
    const registry = belongings.own(
        await RehearsalRegistry.start({ address: ground.gateway, folder: join(args.cache, "registry") }),
    );
    const host = new MachineHost(docker, {
        name,
        network: ground.network,
        ...leftovers,
        files: [mirrorDropIn(registry.url)],
        dns: [ground.gateway],
    });
    const hetzner = belongings.own(
        await SimulatedHetzner.start({ host, ipv4: (number) => ground.server(number) }),
    );
    const clouds = { hetzner, cloudflare };
    const debugProviders = await serveProviders(clouds, tokens, belongings);
    return {
        ...{ ground, tokens, authority, host, cloudflareAccount, fly, pebble, registry, debugProviders },
        ...clouds,
    };
}

/** What everything of a rehearsal on the engine is known by. */
export function labelsOf(name: string): Readonly<Record<string, string>> {
    return { "berth.rehearsal": name };
}

/** Each cloud has one process' worth of provider: what a run cancels, the next attaches to again. */
async function serveProviders(
    { hetzner, cloudflare }: Pick<World, "hetzner" | "cloudflare">,
    tokens: World["tokens"],
    belongings: Belongings,
): Promise<string> {
    const hcloud = belongings.own(
        await serve(hetznerDefinition({ endpoint: hetzner.endpoint, token: tokens.hetzner })),
    );
    const names = belongings.own(
        await serve(cloudflareDefinition({ baseUrl: cloudflare.url, apiToken: tokens.cloudflare })),
    );
    return `hcloud:${hcloud.port},cloudflare:${names.port}`;
}

function newToken(): string {
    return `rehearsal-${randomBytes(24).toString("hex")}`;
}
