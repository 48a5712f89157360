import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { Problem } from "../../lib/problems";
import { isNotFound } from "../engine/connect";
import { getFile, putFiles } from "../engine/files";
import { withHelper } from "../engine/helper";
import { findOwner } from "../engine/owner";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";
import { Properties } from "../server/properties";

interface Inputs {
    readonly prefix: string;
    readonly image: string;
    readonly user?: string;
    readonly files: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
}

interface Outputs {
    readonly volume: string;
}

const FOLDER = "/run/secrets";

/** By this a volume is known to hold secrets and no data: one that no state knows may go. */
export const SECRET_VOLUME = { "berth.kind": "secrets" } as const;

const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** Files that hold secrets, in a volume of their own: see the class of the same name in the SDK. */
export const secretVolume = defineEngineKind<Inputs, Outputs>({
    token: "berth:index:SecretVolume",
    outputs: ["volume"],

    check(inputs) {
        const types = {
            prefix: "string",
            image: "string",
            user: "string?",
            files: "object",
            labels: "object?",
        } as const;
        return [...checkTypes(inputs, types), ...checkFileNames(inputs)];
    },

    async create({ prefix, image, user, files, labels }, { docker }) {
        const volume = `${prefix}-${randomBytes(4).toString("hex")}`;
        await docker.createVolume({ Name: volume, Labels: { ...labels, ...SECRET_VOLUME } });
        try {
            await fill(docker, volume, { image, user, files, labels });
        } catch (error) {
            // Why it failed is what counts, not that the way back failed, too.
            await removeVolume(docker, volume).catch(() => undefined);
            throw error;
        }
        return { id: volume, outputs: { volume } };
    },

    async read(id, state, { docker }) {
        try {
            await docker.getVolume(id).inspect();
            return state;
        } catch (error) {
            if (isNotFound(error)) {
                return undefined;
            }
            throw error;
        }
    },

    async delete(id, _state, { docker }) {
        await removeVolume(docker, id);
    },
});

function checkFileNames({ files }: Properties): Problem[] {
    if (typeof files !== "object" || files === null) {
        return [];
    }
    return Object.entries(files).flatMap(([name, content]) => {
        const path = `files.${name}`;
        const problems: Problem[] = [];
        if (!FILE_NAME.test(name)) {
            problems.push({ path, message: "is no plain file name: letters, digits, '.', '_' and '-'" });
        }
        if (typeof content !== "string") {
            problems.push({ path, message: `is ${typeof content}, not string` });
        }
        return problems;
    });
}

async function fill(
    docker: Docker,
    volume: string,
    { image, user, files, labels }: Omit<Inputs, "prefix">,
): Promise<void> {
    const mount = { source: volume, target: FOLDER, volume: true } as const;
    await withHelper(docker, { image, mount, labels }, async (helper) => {
        const { Config } = await docker.getContainer(helper).inspect();
        const owner = await findOwner(user ?? Config.User, (path) => getFile(docker, helper, path));
        const secrets = Object.entries(files).map(([name, content]) => ({
            name,
            content,
            mode: 0o400,
            ...owner,
        }));
        await putFiles(docker, helper, FOLDER, secrets);
    });
}

async function removeVolume(docker: Docker, volume: string): Promise<void> {
    try {
        await docker.getVolume(volume).remove();
    } catch (error) {
        if (!isNotFound(error)) {
            throw error;
        }
    }
}
