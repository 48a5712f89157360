import { Problem } from "./problems";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Longest name a part may have: with prefix, role and suffix it still fits a DNS label of 63 characters. */
export const MAX_NAME_LENGTH = 32;

/**
 * Names of systems, apps and databases become host names on the Docker networks, names of files, and parts of URNs:
 * so they are kept to what all of these take.
 */
export function checkName(path: string, name: string): Problem[] {
    if (NAME.test(name) && name.length <= MAX_NAME_LENGTH) {
        return [];
    }
    return [
        {
            path,
            message: `"${name}" is no name: lower-case letters, digits and single hyphens, starting with a letter, at most ${MAX_NAME_LENGTH} characters`,
        },
    ];
}

/** Identifier of a database or a role: what PostgreSQL takes without quoting, and what needs no escaping in a URL. */
export function checkIdentifier(path: string, name: string): Problem[] {
    if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
        return [];
    }
    return [
        {
            path,
            message: `"${name}" is no database identifier: lower-case letters, digits and underscores, starting with a letter, at most 63 characters`,
        },
    ];
}
