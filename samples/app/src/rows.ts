import { Answer, json } from "./http";
import type { Database } from "./postgres";

interface Row {
    readonly id: number;
    readonly value: string;
}

/** How many rows a list holds at most: the newest ones. */
const LIST_LIMIT = 1000;

/** Writes a row, for good. */
export async function addRow(database: Database, value: string): Promise<Answer> {
    const [row] = await database.query<Row>("insert into rows (value) values ($1) returning id, value", [
        value,
    ]);
    return json(201, row);
}

/** The newest rows, oldest of them first. */
export async function listRows(database: Database): Promise<Answer> {
    const rows = await database.query<Row>("select id, value from rows order by id desc limit $1", [
        LIST_LIMIT,
    ]);
    return json(200, rows.reverse());
}
