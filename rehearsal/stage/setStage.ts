import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { SYSTEMS } from "../../systems";
import { SystemDefinition } from "../../systems/system";
import { Environment } from "../../tools/setup";
import { cacheFolder, projectRoot, stateFolder } from "../../tools/setup/paths";
import { machineImage } from "../machine";
import { Belongings } from "./belongings";
import { Browser } from "./browser";
import { CONNECTORS_PORT } from "./clouds";
import { zonesOf } from "./hosts";
import { NAME, prepareImages, StageImages } from "./images";
import { isolate } from "./isolate";
import { mapOf, StackSettings, withoutSecrets } from "./plainSettings";
import { explainPort } from "./ports";
import { checkReach } from "./reach";
import { readStackSettings, StackFile } from "./stackFile";
import { rehearsedSettings, Surroundings } from "./stackSettings";
import { requireSealed } from "./sealed";
import { Stage } from "./stage";
import { labelsOf, makeWorld, World } from "./world";

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

/** Domain of the certificate authority: for the stack's CAA records, which Pebble does not look at. */
const ISSUER = "pebble.letsencrypt.org";

/** Sets the stage. What is made is noted down in `belongings`, whatever happens. */
export async function setStage(args: StageArgs, belongings: Belongings): Promise<Stage> {
    const own = readStackSettings(args.stack);
    const systems = chosenOf(own);
    const stack = `${args.stack}-rehearsal`;
    const lockFile = `.state/${stack}.lock.json`;
    const file = cleanFiles(stack, lockFile, belongings);
    const world = await makeWorld(worldArgs(args, own, systems), belongings).catch(explainPort);
    await checkReach(args.docker, {
        network: world.ground.network,
        image: machineImage(),
        labels: labelsOf(NAME),
    });
    args.signal.throwIfAborted();
    const images = await makeImages(args, own, systems, world, lockFile);
    const { settings, changes } = rehearsedSettings(own, systems, surroundingsOf(world, images, lockFile));
    args.signal.throwIfAborted();
    file.write(settings);
    tellChanges(args, changes);
    const authorities = [world.authority.certificate, await world.pebble.roots()];
    const browser = new Browser({
        nameServer: world.cloudflare.nameServer,
        authorities,
        subnet: world.ground.network.subnet,
    });
    const isolation = isolate({ ...args, stack, world, authorities });
    await requireSealed(isolation);
    return new Stage(stack, systems, world, images, browser, isolation, file);
}

function chosenOf(own: StackSettings): SystemDefinition[] {
    const names = own["berth:systems"];
    return Array.isArray(names) ? SYSTEMS.filter(({ name }) => names.includes(name)) : [...SYSTEMS];
}

/** Files of the stack in the project. Those of a run that was killed go: their salt belongs to another passphrase. */
function cleanFiles(stack: string, lockFile: string, belongings: Belongings): StackFile {
    const file = new StackFile(stack);
    const remove = () => {
        file.remove();
        rmSync(join(projectRoot, lockFile), { force: true });
        rmSync(join(stateFolder, "ssh", stack), { recursive: true, force: true });
    };
    remove();
    belongings.add(remove);
    return file;
}

function worldArgs(
    { docker, folder }: StageArgs,
    own: StackSettings,
    systems: readonly SystemDefinition[],
): Parameters<typeof makeWorld>[0] {
    const { "berth:flyOrganization": organization } = own;
    return {
        ...{ docker, folder, name: NAME },
        cache: join(cacheFolder(), "rehearsal"),
        zones: zonesOf(own, systems),
        flyOrganization: typeof organization === "string" ? organization : "personal",
    };
}

async function makeImages(
    { docker, environment, say }: StageArgs,
    own: StackSettings,
    systems: readonly SystemDefinition[],
    { registry, pebble, ground, authority, fly }: World,
    lockFile: string,
): Promise<StageImages> {
    const images = await prepareImages({
        ...{ docker, world: environment.world, registry, lockFile, say },
        routerTrusts: [pebble.apiCa],
        edge: { address: `${ground.edge}:${CONNECTORS_PORT}`, authority: authority.certificate },
        set: systems.flatMap(({ name }) =>
            Object.values(mapOf(withoutSecrets(own).settings[`${name}:images`])).filter(
                (image) => typeof image === "string",
            ),
        ),
    });
    // Fly has registries of its own; what it runs is this machine's engine's.
    images.here.forEach((image, reference) => fly.publish(reference, image));
    return images;
}

function surroundingsOf(world: World, images: StageImages, imageLock: string): Surroundings {
    return {
        gateway: world.ground.gateway,
        acme: { directory: world.pebble.directory, issuer: ISSUER },
        cloudflare: { accountId: world.cloudflareAccount },
        fly: { url: world.fly.url },
        imageLock,
        imageOf: (set) => images.imageOf(set),
    };
}

function tellChanges({ folder, stack, say }: StageArgs, changes: readonly string[]): void {
    const file = join(folder, "settings.txt");
    writeFileSync(file, changes.map((change) => `${change}\n`).join(""));
    say(`  … ${changes.length} settings are not ${stack}'s own: ${file}`);
}
