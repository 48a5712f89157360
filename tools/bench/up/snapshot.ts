import { Readable } from "node:stream";
import Docker from "dockerode";
import { pack } from "tar-stream";
import { Inspected, InspectedNetwork, StackOnEngine } from "./composeFile";

/** Image of the containers that copy files: any that has a shell. */
const HELPER = "node:20-slim";
const TARGET = "/to";
const INIT_FOLDER = "/docker-entrypoint-initdb.d";

/** A database that the stack makes when its server runs. */
export interface Database {
    /** Id of the server's container. */
    readonly server: string;
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/**
 * Takes a running stack down in the form that a compose file needs. What it keeps in volumes of files (secrets, the router's
 * configuration and its routes) is copied into volumes that stay for the whole bench, as a team has such files on its disk;
 * databases become scripts that a Postgres image runs when it starts empty.
 */
export async function takeSnapshot(
    docker: Docker,
    stack: Readonly<Record<string, string>>,
    databases: readonly Database[],
    labels: Readonly<Record<string, string>>,
): Promise<Omit<StackOnEngine, "labels">> {
    const filters = { label: Object.entries(stack).map(([name, value]) => `${name}=${value}`) };
    const found = await docker.listContainers({ filters });
    const inspected = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
    const containers = inspected as unknown as (Inspected & { Id: string })[];
    const networks = (await docker.listNetworks({ filters })) as unknown as InspectedNetwork[];
    const images = new Map<string, string>();
    for (const { Config } of containers) {
        const { RepoTags } = await docker.getImage(Config.Image).inspect();
        images.set(Config.Image, RepoTags[0] ?? Config.Image);
    }
    const files = new Map<string, string>();
    for (const name of volumesOfFiles(containers)) {
        const copy = `${name}-copy`;
        await docker.createVolume({ Name: copy, Labels: { ...labels } });
        await copyFiles(docker, name, copy, labels);
        files.set(name, copy);
    }
    const mounts = [];
    for (const server of containers.filter(({ Id }) => databases.some((each) => each.server === Id))) {
        const volume = `${server.Name.slice(1)}-init`;
        const own = databases.filter((each) => each.server === server.Id);
        await docker.createVolume({ Name: volume, Labels: { ...labels } });
        await writeFile(docker, volume, { name: "databases.sql", content: initScript(own) }, labels);
        mounts.push({ container: server.Name, volume, target: INIT_FOLDER });
    }
    return { containers, networks, images, files, mounts };
}

/** All volumes but those of the data itself. */
function volumesOfFiles(containers: readonly Inspected[]): Set<string> {
    const volumes = containers.flatMap(({ Mounts }) =>
        Mounts.filter(({ Type }) => Type === "volume").map(({ Name = "" }) => Name),
    );
    return new Set(volumes.filter((name) => !name.endsWith("-data")));
}

/** What a Postgres image runs before it takes its first client. Names are plain identifiers, passwords letters and digits. */
export function initScript(databases: readonly Omit<Database, "server">[]): string {
    return databases
        .map(
            ({ database, user, password }) =>
                `CREATE ROLE "${user}" LOGIN PASSWORD '${password.replaceAll("'", "''")}';\n` +
                `CREATE DATABASE "${database}" OWNER "${user}";\n`,
        )
        .join("");
}

async function copyFiles(
    docker: Docker,
    from: string,
    to: string,
    labels: Readonly<Record<string, string>>,
): Promise<void> {
    const helper = await docker.createContainer({
        Image: HELPER,
        Entrypoint: ["cp", "-a", "/from/.", TARGET],
        User: "0",
        Labels: { ...labels },
        HostConfig: { Binds: [`${from}:/from:ro`, `${to}:${TARGET}`], NetworkMode: "none" },
    });
    try {
        await helper.start();
        const { StatusCode: code } = (await helper.wait()) as { StatusCode: number };
        if (code !== 0) {
            throw new Error(`the files of the volume ${from} could not be copied (${code})`);
        }
    } finally {
        await helper.remove({ force: true });
    }
}

async function writeFile(
    docker: Docker,
    volume: string,
    { name, content }: { name: string; content: string },
    labels: Readonly<Record<string, string>>,
): Promise<void> {
    const helper = await docker.createContainer({
        Image: HELPER,
        Labels: { ...labels },
        HostConfig: { Binds: [`${volume}:${TARGET}`] },
    });
    try {
        const archive = pack();
        archive.entry({ name, mode: 0o444 }, content);
        archive.finalize();
        await helper.putArchive(Readable.from(archive), { path: TARGET });
    } finally {
        await helper.remove({ force: true });
    }
}
