import { Answer, HttpError, json } from "./http";
import type { KeyValueStore } from "./redis";

/** Keeps the app's keys apart from what else lives in the same Redis. */
const PREFIX = "key:";

/** Sets a key. */
export async function writeKey(store: KeyValueStore, name: string, value: string): Promise<Answer> {
    await store.set(PREFIX + checkName(name), value);
    return json(200, { name, value });
}

/** Reads a key. */
export async function readKey(store: KeyValueStore, name: string): Promise<Answer> {
    const value = await store.get(PREFIX + checkName(name));
    if (value === null) {
        throw new HttpError(404, `no key ${name}`);
    }
    return json(200, { name, value });
}

/** Refuses a name that could not stand in a path as it is. */
export function checkName(name: string): string {
    if (!/^[A-Za-z0-9._-]{1,200}$/.test(name)) {
        throw new HttpError(400, "a key's name is 1 to 200 of A-Z a-z 0-9 . _ -");
    }
    return name;
}
