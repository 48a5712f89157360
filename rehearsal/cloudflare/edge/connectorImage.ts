import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { isNotFound } from "../../../providers/engine/connect";
import { hashFiles, hashText } from "../../../tools/setup/cachedStep";
import { ContextEntry, packContext } from "../../../tools/setup/context";
import { follow } from "../../../tools/setup/images";
import { ensureMade } from "../../../tools/setup/onDemand";
import type { World } from "../../../tools/setup/world";
import { CONNECTOR_FOLDER, connectorProgramStep } from "./connectorProgram";

/** A connector's image that knows a rehearsal's edge. */
export interface ConnectorImageArgs {
    /** Whether the official image can be pulled. */
    readonly world: World;
    /** The official image, by the reference that the stack has for it. Only pulled online. */
    readonly from: string;
    /** `address:port` that connectors dial. */
    readonly address: string;
    /** Certificate of the edge's authority, as PEM. */
    readonly authority: string;
    /** Name and tag of the image; one that has the name loses it. @default berth-rehearsal/connector:latest */
    readonly to?: string;
    /** Ends downloads. @default nothing does */
    readonly signal?: AbortSignal;
}

const DEFAULT_NAME = "berth-rehearsal/connector:latest";

/**
 * Makes the image on an engine and gives its name. It is cloudflared's own, and beside it nothing but where the edge is
 * and whom to trust there: whoever runs it says no word of a rehearsal. Where the official image can't be had, the same
 * program stands in a small one made here.
 */
export async function buildConnectorImage(docker: Docker, args: ConnectorImageArgs): Promise<string> {
    const { world, from, address, authority, to = DEFAULT_NAME } = args;
    const signal = args.signal ?? new AbortController().signal;
    const base = world === "online" ? await pulled(docker, from) : await madeHere(docker, signal);
    const folder = mkdtempSync(join(tmpdir(), "berth-connector-"));
    try {
        const file = join(folder, "authority.pem");
        writeFileSync(file, authority);
        await build(docker, to, { BASE: base, EDGE: address }, [
            { from: join(CONNECTOR_FOLDER, "Dockerfile"), to: "Dockerfile", mode: 0o644 },
            { from: file, to: "authority.pem", mode: 0o644 },
        ]);
    } finally {
        rmSync(folder, { recursive: true });
    }
    return to;
}

async function pulled(docker: Docker, from: string): Promise<string> {
    try {
        await docker.getImage(from).inspect();
    } catch (error) {
        if (!isNotFound(error)) {
            throw error;
        }
        await follow(docker, await docker.pull(from), `pulling ${from}`);
    }
    return from;
}

/** Built once for each version of the program; later rehearsals find it by its name. */
async function madeHere(docker: Docker, signal: AbortSignal): Promise<string> {
    const [program = ""] = await ensureMade(connectorProgramStep(signal));
    const hash = hashText(hashFiles(CONNECTOR_FOLDER, ["Dockerfile.base", "requirements.txt"]));
    const name = `berth-airgap/cloudflared:${hash.slice(0, 16)}`;
    const found = await docker.listImages({ filters: { reference: [name] } });
    if (found.length === 0) {
        await build(docker, name, {}, [
            { from: join(CONNECTOR_FOLDER, "Dockerfile.base"), to: "Dockerfile", mode: 0o644 },
            { from: program, to: "cloudflared", mode: 0o755 },
        ]);
    }
    return name;
}

async function build(
    docker: Docker,
    name: string,
    buildargs: Record<string, string>,
    files: ContextEntry[],
): Promise<void> {
    const options = { t: name, buildargs, networkmode: "none", forcerm: true };
    await follow(docker, await docker.buildImage(packContext(files), options), `making the image ${name}`);
}
