import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { SYSTEMS } from "../../systems";
import { SystemDefinition } from "../../systems/system";
import { Environment } from "../../tools/setup";
import { cacheFolder, projectRoot, stateFolder } from "../../tools/setup/paths";
import { Belongings } from "./belongings";
import { Browser } from "./browser";
import { CONNECTORS_PORT } from "./clouds";
import { NAME, prepareImages, StageImages } from "./images";
import { Isolation, Said } from "./isolation";
import { makePulumiHome } from "./pulumiHome";
import { readStackSettings, StackFile } from "./stackFile";
import { rehearsedSettings, StackSettings, zonesOf } from "./stackSettings";
import { makeWorld, World } from "./world";

/** What a stage is set with. */
export interface StageArgs {
    readonly docker: Docker;
    readonly environment: Environment;
    /** The stack that is rehearsed. */
    readonly stack: string;
    /** Folder for what goes with the rehearsal; it exists and is empty. */
    readonly folder: string;
    readonly say: (text: string) => void;
    /** Ends the commands that run when it is aborted. */
    readonly signal: AbortSignal;
}

/** A stack and the world around it, ready for its first `up`. */
export class Stage {
    private constructor(
        /** Name of the rehearsed stack. */
        readonly stack: string,
        readonly systems: readonly SystemDefinition[],
        readonly world: World,
        readonly images: StageImages,
        readonly isolation: Isolation,
        readonly browser: Browser,
        /** How its settings differ from those of the stack that is rehearsed, a line each. */
        readonly changes: readonly string[],
        readonly changesFile: string,
        /** File with the certificates of the authorities of this world. */
        readonly authoritiesFile: string,
        private readonly file: StackFile,
    ) {}

    /** Sets the stage. What is made is noted down in `belongings`, whatever happens. */
    static async set(args: StageArgs, belongings: Belongings): Promise<Stage> {
        const { docker, environment, folder, say } = args;
        const own = readStackSettings(args.stack);
        const systems = chosen(own);
        const world = await makeWorld(
            {
                ...{ docker, name: NAME, folder, zones: zonesOf(own, systems) },
                cache: join(cacheFolder(), "rehearsal"),
                flyOrganization: textOf(own["berth:flyOrganization"]) ?? "personal",
            },
            belongings,
        );
        const stack = `${args.stack}-rehearsal`;
        const lockFile = `.state/${stack}.lock.json`;
        belongings.add(() => rmSync(join(projectRoot, lockFile), { force: true }));
        const images = await prepareImages({
            ...{ docker, world: environment.world, registry: world.registry, lockFile, say },
            routerTrusts: [world.pebble.apiCa],
            edge: {
                address: `${world.ground.edge}:${CONNECTORS_PORT}`,
                authority: world.authority.certificate,
            },
            set: imagesSet(own, systems),
        });
        images.here.forEach((image, reference) => world.fly.publish(reference, image));
        const { settings, changes } = rehearsedSettings(own, systems, {
            gateway: world.ground.gateway,
            acme: { directory: world.pebble.directory, issuer: "pebble.letsencrypt.org" },
            cloudflare: { accountId: world.cloudflareAccount },
            fly: { url: world.fly.url },
            imageLock: lockFile,
            imageOf: (set) => images.imageOf(set),
        });
        const file = new StackFile(stack);
        const removeFiles = () => {
            file.remove();
            rmSync(join(stateFolder, "ssh", stack), { recursive: true, force: true });
        };
        // What a run that was killed has left: its salt belongs to another passphrase.
        removeFiles();
        belongings.add(removeFiles);
        file.write(settings);
        const changesFile = join(folder, "settings.txt");
        writeFileSync(changesFile, changes.map((change) => `${change}\n`).join(""));
        const authorities = [world.authority.certificate, await world.pebble.roots()];
        return new Stage(
            ...([stack, systems, world, images] as const),
            isolationOf(args, world, authorities),
            new Browser(world.cloudflare.nameServer, authorities),
            ...([changes, changesFile, join(folder, AUTHORITIES)] as const),
            file,
        );
    }

    /** Runs one of the project's own commands on the stack, as its documentation names it. */
    command(log: string, command: string, ...args: string[]): Promise<Said> {
        return this.isolation.command(log, command, "-s", this.stack, ...args);
    }

    /** Runs a plain Pulumi command on the stack. */
    pulumi(log: string, ...args: string[]): Promise<Said> {
        return this.isolation.pulumi(log, ...args, "--stack", this.stack, "--non-interactive");
    }

    get settings(): StackSettings {
        return this.file.read();
    }

    configure(settings: StackSettings): void {
        this.file.write(settings);
    }

    /** Runs a command on the server, as whoever looks after it would: by SSH, with the stack's own key. */
    async onServer(command: string): Promise<string> {
        const { stdout } = await execa(
            "ssh",
            ["-F", `.state/ssh/${this.stack}/config`, "-o", "ConnectTimeout=5", "host", command],
            { cwd: projectRoot, stdin: "ignore" },
        );
        return stdout;
    }
}

const AUTHORITIES = "authorities.pem";

function chosen(own: StackSettings): SystemDefinition[] {
    const names = own["berth:systems"];
    return Array.isArray(names) ? SYSTEMS.filter(({ name }) => names.includes(name)) : [...SYSTEMS];
}

function imagesSet(own: StackSettings, systems: readonly SystemDefinition[]): string[] {
    return systems.flatMap(({ name }) =>
        Object.values((own[`${name}:images`] ?? {}) as Readonly<Record<string, string>>),
    );
}

function isolationOf(
    { environment, folder, stack, signal }: StageArgs,
    { ground, tokens, debugProviders }: World,
    authorities: readonly string[],
): Isolation {
    const at = (name: string) => join(folder, name);
    const home = at("pulumi");
    makePulumiHome(home, environment.variables.PULUMI_HOME ?? join(process.env.HOME ?? "", ".pulumi"));
    mkdirSync(at("home"), { recursive: true });
    mkdirSync(at("state"), { recursive: true });
    writeFileSync(at("passphrase"), randomBytes(32).toString("base64url"), { mode: 0o600 });
    writeFileSync(at(AUTHORITIES), authorities.join("\n"));
    return new Isolation({
        folder,
        signal,
        nameServer: ground.gateway,
        variables: {
            HOME: at("home"),
            BERTH_CACHE: cacheFolder(),
            BERTH_WORLD: environment.world,
            BERTH_PULUMI_HOME: home,
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${at("state")}`,
            PULUMI_CONFIG_PASSPHRASE_FILE: at("passphrase"),
            PULUMI_DEBUG_PROVIDERS: debugProviders,
            // What the program is told of its clouds; the providers themselves were told by whoever serves them.
            HCLOUD_TOKEN: tokens.hetzner,
            CLOUDFLARE_API_TOKEN: tokens.cloudflare,
            FLY_API_TOKEN: tokens.fly,
            NODE_EXTRA_CA_CERTS: at(AUTHORITIES),
            BERTH_STACK: `${stack}-rehearsal`,
        },
    });
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}
