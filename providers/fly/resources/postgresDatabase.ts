import {
    checkDatabase,
    DatabaseAndOwner,
    ensureDatabase,
    hasDatabase,
    ownerOf,
    PSQL,
    RunSql,
} from "../../postgres";
import { refuse } from "../../../lib/problems";
import { ResourceSchema } from "../../schema/fields";
import { WireMachine } from "../client/types";
import { LABELS } from "../release/plan";
import { idOf, partsOf } from "../ids";
import { defineFlyKind, FlyContext } from "../services";

interface Inputs extends DatabaseAndOwner {
    readonly app: string;
}

export const postgresDatabaseSchema: ResourceSchema = {
    token: "fly:index:PostgresDatabase",
    description:
        "A database on a PostgreSQL server in an app, with a user who owns it and whom no other database of this kind lets in. Made when it does not exist, adopted when it does. Destroying the resource forgets it and drops nothing. The server may be another stack's.",
    importId: "my-db/orders",
    inputs: {
        app: {
            type: "string",
            description: "Name of the app that the server is: one machine, with PostgreSQL's own tools.",
            replaces: "the database stays where it is",
        },
        database: { type: "string", description: "Its name.", replaces: "the old database stays" },
        user: { type: "string", description: "Its owner.", replaces: "the old user stays" },
        password: {
            type: "string",
            description: "The owner's password. A change is set on the server at once.",
            secret: true,
        },
    },
    outputs: {},
};

/** A database on a server in an app: see its schema. */
export const postgresDatabase = defineFlyKind<Inputs, object>(postgresDatabaseSchema, {
    check: (inputs) => checkDatabase({ ...inputs }),

    async create(inputs, context) {
        await ensureDatabase(sqlOn(inputs.app, context), inputs);
        return { id: idOf(inputs.app, inputs.database), outputs: {} };
    },

    async update(_id, inputs, context) {
        await ensureDatabase(sqlOn(inputs.app, context), inputs);
        return {};
    },

    async read(_id, state, context) {
        const server = await serverOf(state.app, context);
        if (server === undefined) {
            return undefined;
        }
        if (server.state !== "started") {
            context.status(`its server is ${server.state}, and can't be asked`);
            return state;
        }
        return (await hasDatabase(sqlOn(state.app, context), state.database)) ? state : undefined;
    },

    async import(id, context) {
        const { app, part: database } = partsOf(id, postgresDatabaseSchema.importId);
        refuse("Import", checkDatabase({ database }));
        if ((await serverOf(app, context)) === undefined) {
            return undefined;
        }
        const user = await ownerOf(sqlOn(app, context), database);
        return user === undefined ? undefined : { app, database, user, password: NOBODY_KNOWS };
    },

    // Nothing on delete: whoever forgets a database by mistake must find its rows again.
});

/** A server keeps no password: the next update sets the program's own. */
const NOBODY_KNOWS = "(set outside of this program)";

/** Seconds that a statement may take to come back: a lock is waited for up to 60 of them. */
const EXEC_SECONDS = 90;

/** Runs SQL on the server's machine. It goes in as the command's input, which no list of processes shows. */
function sqlOn(app: string, context: FlyContext): RunSql {
    return async (sql) => {
        const server = await serverOf(app, context);
        if (server === undefined) {
            throw new Error(
                `the app "${app}" has no machine: it is the server of another stack, which has to be up first`,
            );
        }
        const command = { cmd: PSQL, stdin: sql, timeout: EXEC_SECONDS };
        const answer = await context.fly.machines.exec({ app, id: server.id }, command, context.signal);
        const output = `${answer.stdout ?? ""}${answer.stderr ?? ""}`;
        return { exitCode: answer.exit_code ?? 0, output };
    };
}

/** The one machine of the server. */
async function serverOf(app: string, { fly, signal }: FlyContext): Promise<WireMachine | undefined> {
    const machines = (await fly.machines.list(app, signal)).filter(
        ({ config }) => config?.metadata?.[LABELS.release] === undefined,
    );
    if (machines.length > 1) {
        throw new Error(
            `the app "${app}" has ${machines.length} machines: which of them is the server can't be told`,
        );
    }
    return machines[0];
}
