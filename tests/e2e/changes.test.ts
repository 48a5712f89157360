import Docker from "dockerode";
import execa from "execa";
import { ROUTES_FOLDER } from "../../lib/traefik";
import {
    APP,
    APP_CHANGES,
    Change,
    COLOURED,
    COLOURED_FOLDER,
    POSTGRES_CHANGES,
    REDIS_CHANGES,
} from "../support/changes";
import { exec } from "../support/containers";
import type { Placed } from "../support/programs/apps";
import { PlacedStack } from "../support/project";
import { succeeds } from "../support/stack";

const ROUTER = { listen: { address: "127.0.0.1", httpPort: 18030 }, logLevel: "ERROR" as const };

type Row = Change<object>;

/** The rows of a table that can be seen, by the name of their property. */
function rowsOf(changes: Readonly<Record<string, Row | string>>): [string, Row][] {
    return Object.entries(changes).filter((row): row is [string, Row] => typeof row[1] !== "string");
}

const ROWS = {
    app: rowsOf(APP_CHANGES),
    postgres: rowsOf(POSTGRES_CHANGES),
    redis: rowsOf(REDIS_CHANGES),
};

const docker = new Docker();
let stack: PlacedStack;
/** What was seen of each row's part before the change and after it, by the part's name on the engine. */
let before: Map<string, unknown>;
let after: Map<string, unknown>;

jest.setTimeout(10 * 60_000);

// A part for each row: all changes together are one update.
beforeAll(async () => {
    await execa("docker", [
        "build",
        "--quiet",
        "--tag",
        COLOURED,
        "--build-arg",
        "COLOUR=red",
        COLOURED_FOLDER,
    ]);
    stack = await PlacedStack.make("e2e-changes");
    await succeeds(stack.up(placed((row) => row.before)));
    before = await seen();
    await succeeds(stack.up(placed((row) => ({ ...row.before, ...row.after }))));
    after = await seen();
});

afterAll(async () => {
    await stack.remove();
    await execa("docker", ["rmi", COLOURED], { reject: false });
});

/** Properties are written as parts of systems are: `secretFiles` is the app `secret-files`. */
function partOf(property: string): string {
    return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function placed(args: (row: Row) => object): Placed {
    const parts = (rows: readonly [string, Row][], common: object, prefix = "") =>
        Object.fromEntries(
            rows.map(([property, row]) => [prefix + partOf(property), { ...common, ...args(row) } as never]),
        );
    return {
        router: ROUTER,
        apps: parts(ROWS.app, APP),
        postgres: parts(ROWS.postgres, { version: 16 }, "postgres-"),
        redis: parts(ROWS.redis, {}, "redis-"),
    };
}

async function seen(): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>();
    for (const [prefix, rows] of [
        ["", ROWS.app],
        ["postgres-", ROWS.postgres],
        ["redis-", ROWS.redis],
    ] as const) {
        for (const [property, row] of rows) {
            const name = `shop-${prefix}${partOf(property)}`;
            found.set(name, row.seen(await inspect(name), await routeOf(name)));
        }
    }
    return found;
}

async function inspect(part: string): Promise<Docker.ContainerInspectInfo> {
    const filters = { label: [stack.label, `berth.part=${part}`] };
    const [container] = await docker.listContainers({ filters });
    return await docker.getContainer(container?.Id ?? part).inspect();
}

async function routeOf(app: string): Promise<string> {
    const { Id } = await inspect("router");
    return (await exec(docker.getContainer(Id), ["cat", `${ROUTES_FOLDER}/${app}.yml`])).output;
}

function names(prefix: string, rows: readonly [string, Row][]): [string, unknown][] {
    return rows.map(([property, { expected }]) => [`shop-${prefix}${partOf(property)}`, expected]);
}

describe("a change of one property is no silent one", () => {
    it.each([...names("", ROWS.app), ...names("postgres-", ROWS.postgres), ...names("redis-", ROWS.redis)])(
        "%s",
        (name, expected) => {
            expect(before.get(name)).not.toEqual(expected);
            expect(after.get(name)).toEqual(expected);
        },
    );

    it("and is made once: the next update and a refresh change nothing", async () => {
        const again = placed((row) => ({ ...row.before, ...row.after }));
        expect(await succeeds(stack.up(again, "--refresh"))).toMatch(/^Resources:\n +\d+ unchanged$/m);
    });
});
