import fs from "node:fs";
import path from "node:path";
import { Recorded } from "../../tools/state";
import { Update } from "../../tools/updates";

/** As the real CLI has told of a stack that was tried out for this, newest first. */
export const HISTORY = readFixture("history.json");
/** The same of one whose image is encrypted in its file. */
export const ENCRYPTED = readFixture("historyEncrypted.json");

/** The app of those histories. */
export const at = { system: "connected-repo", app: "api" };

/** Its images, by number. */
export const imageOf = (version: number): string => `ghcr.io/team/api:${version}`;

function readFixture(name: string): Update[] {
    const file = path.join(__dirname, "..", "tools", "fixtures", name);
    return JSON.parse(fs.readFileSync(file, "utf8")) as Update[];
}

/** Updates, oldest first: `1` came up with the first image, `3!` failed with the third. */
export function updates(...marks: string[]): Update[] {
    const [sample] = HISTORY;
    return marks.map((mark, index) => ({
        ...sample,
        kind: "update",
        result: mark.endsWith("!") ? "failed" : "succeeded",
        startTime: new Date(index * 60_000).toISOString(),
        config: {
            "connected-repo:images": {
                objectValue: { api: imageOf(Number.parseInt(mark, 10)) },
                secret: false,
            },
        },
    }));
}

/** A resource as it stands in the state. */
export function job(irreversible: unknown, name = "connected-repo-api-release"): Recorded {
    const type = "berth:index:Job";
    const outputs = { name: `berth-dev-${name}`, irreversible };
    return { type, urn: `urn:pulumi:dev::berth::berth:index:App$${type}::${name}`, outputs };
}
