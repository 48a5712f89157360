import { check, eventually, Scene } from "./scene";

/** A database on the server. */
interface Database {
    readonly container: string;
    readonly name: string;
}

const TABLE = "berth_rehearsal";

/** What databases may take, after the apps answer, until they do: a health check need not ask them. */
const UP_SECONDS = 60;

/** Rows that an act leaves in every database, to be found by the later ones. */
export async function writeRows(scene: Scene, word: string): Promise<number> {
    const all = await databases(scene);
    check(all.length > 0, "there is no database to write to");
    for (const database of all) {
        await sql(
            scene,
            database,
            `create table if not exists ${TABLE} (word text); insert into ${TABLE} values ('${word}')`,
        );
    }
    return all.length;
}

/** Reads the rows of every database; throws where one of the words is missing. Gives how many databases there are. */
export async function checkRows(scene: Scene, ...words: string[]): Promise<number> {
    const all = await eventually(UP_SECONDS, () => readRows(scene));
    check(all.length > 0, "there is no database");
    for (const { container, name, found } of all) {
        const missing = words.filter((word) => !found.includes(word));
        check(missing.length === 0, `${container} ${name} has lost ${missing.join(", ")}`);
    }
    return all.length;
}

/** Every database with the words in it. */
async function readRows(scene: Scene): Promise<(Database & { readonly found: readonly string[] })[]> {
    const read = [];
    for (const database of await databases(scene)) {
        const words = await sql(scene, database, `select word from ${TABLE} order by word`);
        read.push({ ...database, found: words.trim().split("\n") });
    }
    return read;
}

/** Every database of the stack's own servers for data: all that were made beside the three that each server has. */
async function databases({ stage }: Scene): Promise<Database[]> {
    // Also those that Docker has not started again yet: what is not asked would pass for whole.
    const list = "docker ps --all --filter label=berth.stack --format '{{.Names}}' | grep -- '-postgres'";
    const containers = (await stage.onServer(list)).trim().split("\n");
    const found = await Promise.all(
        containers.map(async (container) => {
            const query = "select datname from pg_database where not datistemplate and datname <> 'postgres'";
            const names = await stage.onServer(psql({ container, name: "postgres" }, query));
            return names
                .trim()
                .split("\n")
                .map((name) => ({ container, name }));
        }),
    );
    return found.flat();
}

function sql({ stage }: Scene, database: Database, statement: string): Promise<string> {
    return stage.onServer(psql(database, statement));
}

function psql({ container, name }: Database, statement: string): string {
    return `docker exec ${container} psql -U postgres -h /var/run/postgresql -d ${name} -tAc "${statement}"`;
}
