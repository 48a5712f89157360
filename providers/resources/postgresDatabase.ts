import { checkIdentifier } from "../../lib/names";
import { isConflict, isNotFound } from "../engine/connect";
import { ensureDatabase, hasDatabase } from "../engine/postgres";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";
import { UNKNOWN } from "../server/properties";

interface Inputs {
    readonly server: string;
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/** The superuser and the databases that every server has: taking one over would shut the server's owner out. */
const RESERVED: readonly string[] = ["postgres", "template0", "template1"];

/** A database and its user: see the class of the same name in the SDK. */
export const postgresDatabase = defineEngineKind<Inputs, object>({
    token: "berth:index:PostgresDatabase",
    outputs: [],
    replaceOn: { database: "the old database stays", user: "the old user stays" },

    check(inputs) {
        const types = { server: "string", database: "string", user: "string", password: "string" } as const;
        const problems = checkTypes(inputs, types);
        for (const path of ["database", "user"]) {
            const value = inputs[path];
            if (typeof value === "string" && value !== UNKNOWN) {
                problems.push(...checkIdentifier(path, value));
                if (RESERVED.includes(value)) {
                    problems.push({ path, message: `"${value}" is the server's own` });
                }
            }
        }
        return problems;
    },

    async create(inputs, { docker }) {
        await ensureDatabase(docker, inputs);
        return { id: inputs.database, outputs: {} };
    },

    async update(_id, inputs, { docker }) {
        await ensureDatabase(docker, inputs);
        return {};
    },

    async read(_id, state, { docker }) {
        try {
            return (await hasDatabase(docker, state.server, state.database)) ? state : undefined;
        } catch (error) {
            if (isNotFound(error)) {
                return undefined;
            }
            if (isConflict(error)) {
                return state;
            }
            throw error;
        }
    },

    // Nothing on delete: whoever forgets a database by mistake must find its rows again.
});
