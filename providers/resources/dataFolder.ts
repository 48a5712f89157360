import { putFolder } from "../engine/files";
import { withHelper } from "../engine/helper";
import { findOwner } from "../engine/owner";
import { getFile } from "../engine/files";
import { Problem } from "../../lib/problems";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";
import { hasUnknown, Properties } from "../server/properties";

interface Inputs {
    readonly root: string;
    readonly name: string;
    readonly image: string;
    readonly user?: string;
}

interface Outputs {
    readonly path: string;
}

/** Where the helper container sees the root. */
const MOUNTED = "/berth-data";

const FOLDER_NAME = /^[a-z0-9][a-z0-9-]*$/;

/** A folder for data on a disk of the host: see the class of the same name in the SDK. */
export const dataFolder = defineEngineKind<Inputs, Outputs>({
    token: "berth:index:DataFolder",
    outputs: ["path"],
    replaceOn: { root: "the data stays where it lies", name: "the data stays where it lies" },

    check(inputs) {
        const types = { root: "string", name: "string", image: "string", user: "string?" } as const;
        return [...checkTypes(inputs, types), ...checkPlace(inputs)];
    },

    async create(inputs, { docker }) {
        const { root, name, image, user } = inputs;
        // The engine refuses to mount a root that is not there, instead of making one on another disk.
        await withHelper(docker, { image, mount: { source: root, target: MOUNTED } }, async (helper) => {
            const { Config } = await docker.getContainer(helper).inspect();
            const owner = await findOwner(user ?? Config.User, (path) => getFile(docker, helper, path));
            await putFolder(docker, helper, MOUNTED, name, owner);
        });
        return { id: `${root}/${name}`, outputs: { path: `${root}/${name}` } };
    },

    /** Another image or user does not change whose the data is: the program that wrote it still reads it. */
    update: (id) => Promise.resolve({ path: id }),

    // Nothing on delete: data goes only with the disk, or by somebody's own hand.
});

function checkPlace({ root, name }: Properties): Problem[] {
    const problems: Problem[] = [];
    if (typeof root === "string" && !hasUnknown(root) && !root.startsWith("/")) {
        problems.push({ path: "root", message: `"${root}" is not absolute` });
    }
    if (typeof name === "string" && !hasUnknown(name) && !FOLDER_NAME.test(name)) {
        problems.push({
            path: "name",
            message: `"${name}" is no folder's name: lower-case letters, digits and hyphens`,
        });
    }
    return problems;
}
