import { isConflict, isNotFound } from "../engine/connect";
import { sqlIn } from "../engine/postgres";
import { checkDatabase, ensureDatabase, hasDatabase } from "../postgres";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";

interface Inputs {
    readonly server: string;
    readonly database: string;
    readonly user: string;
    readonly password: string;
}

/** A database and its user: see the class of the same name in the SDK. */
export const postgresDatabase = defineEngineKind<Inputs, object>({
    token: "berth:index:PostgresDatabase",
    outputs: [],
    replaceOn: { database: "the old database stays", user: "the old user stays" },

    check(inputs) {
        const types = { server: "string", database: "string", user: "string", password: "string" } as const;
        return [...checkTypes(inputs, types), ...checkDatabase(inputs)];
    },

    async create(inputs, { docker }) {
        await ensureDatabase(sqlIn(docker, inputs.server), inputs);
        return { id: inputs.database, outputs: {} };
    },

    async update(_id, inputs, { docker }) {
        await ensureDatabase(sqlIn(docker, inputs.server), inputs);
        return {};
    },

    async read(_id, state, { docker }) {
        try {
            return (await hasDatabase(sqlIn(docker, state.server), state.database)) ? state : undefined;
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
