/** Numeric ids of a user, as files are owned by them. */
export interface Owner {
    readonly uid: number;
    readonly gid: number;
}

/**
 * Resolves a container's user as the engine does: `uid`, `uid:gid`, `name` or `name:group`, with names looked up in the
 * image's own files. Nothing at all is root.
 */
export async function findOwner(
    user: string,
    readFile: (path: string) => Promise<string | undefined>,
): Promise<Owner> {
    const [name = "", group = ""] = user.split(":");
    if (name === "") {
        return { uid: 0, gid: 0 };
    }
    const entry = lookUp(await readFile("/etc/passwd"), name);
    const uid = isNumber(name) ? Number(name) : field(entry, 2);
    if (uid === undefined) {
        throw new Error(`the image has no user "${name}": give its number instead`);
    }
    if (group === "") {
        return { uid, gid: field(entry, 3) ?? 0 };
    }
    const gid = isNumber(group) ? Number(group) : field(lookUp(await readFile("/etc/group"), group), 2);
    if (gid === undefined) {
        throw new Error(`the image has no group "${group}": give its number instead`);
    }
    return { uid, gid };
}

/** A line of /etc/passwd or /etc/group, by name or by number. */
function lookUp(table: string | undefined, key: string): string[] | undefined {
    return table
        ?.split("\n")
        .map((line) => line.split(":"))
        .find((fields) => fields[0] === key || fields[2] === key);
}

function field(entry: string[] | undefined, index: number): number | undefined {
    const value = entry?.[index];
    return value === undefined ? undefined : Number(value);
}

function isNumber(text: string): boolean {
    return /^\d+$/.test(text);
}
