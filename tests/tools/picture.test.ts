import { readFileSync } from "node:fs";
import { pictureFile } from "../../tools/commands/picture";
import { draw } from "../../tools/picture/draw";
import { layOut } from "../../tools/picture/layout";
import { AppModel, modelOf, StackModel } from "../../tools/picture/model";
import { RecordedResource, recordDevStack } from "../../tools/picture/record";
import { PlacedSystem } from "../../tools/picture/systemLayout";
import { widthOf, wrap } from "../../tools/picture/text";

interface Rectangle {
    x: number;
    y: number;
    width: number;
    height: number;
}

describe("the picture of the dev stack", () => {
    let resources: RecordedResource[];
    let model: StackModel;
    let svg: string;
    beforeAll(async () => {
        resources = await recordDevStack();
        model = modelOf(resources);
        svg = draw(model);
    });

    it("is the one that is checked in", () => {
        const current = readFileSync(pictureFile, "utf8") === svg;
        expect(current ? "up to date" : "out of date: run `npm run picture`").toBe("up to date");
    });

    it("is the same for the same graph, in whatever order its resources were registered", () => {
        expect(draw(modelOf([...resources].reverse()))).toBe(svg);
    });

    it("shows every system, app, route and database that the program registers, and the router's port", () => {
        const shown = texts(svg);
        const named = (type: string) => resources.filter((each) => each.type === type);
        const routes = named("berth:index:Route").flatMap(({ inputs }) => [
            ...(inputs.routes as { host: string; pathPrefix?: string }[]).map(
                ({ host, pathPrefix = "" }) => host + pathPrefix,
            ),
        ]);
        const databases = named("berth:index:PostgresDatabase").map(({ inputs }) => inputs.database);
        const systems = named("berth:index:System").map(({ name }) => name);
        expect([routes.length, databases.length, systems.length]).toEqual([10, 7, 5]);
        expect(shown).toEqual(expect.arrayContaining([...routes, ...databases, ...systems]));
        expect(shown).toEqual(
            expect.arrayContaining(["127.0.0.1:8000", "127.0.0.1:5432", "127.0.0.1:5433", "127.0.0.1:6379"]),
        );
        expect(namesOf(model)).toEqual(
            named("berth:index:App")
                .map(({ name }) => name)
                .sort(),
        );
        expect(shown).toEqual(expect.arrayContaining(model.systems.flatMap(({ apps }) => apps.map(label))));
    });

    it("joins each app with the databases that its variables name, and with no other", () => {
        const uses = model.systems.flatMap(({ name, apps }) =>
            apps.map((app) => `${name} ${app.name}: ${app.uses.map(lastPart).join(", ")}`),
        );
        expect(uses.sort()).toEqual([
            "audifi api: audifi-db-audifi",
            "connected-repo api: connected-repo-postgres-connected-repo",
            "degixdaw web: ",
            "korczewski auth: korczewski-postgres-auth, korczewski-redis",
            "korczewski backend: korczewski-postgres-l2p, korczewski-redis",
            "korczewski frontend: ",
            "korczewski payment: korczewski-postgres-payment, korczewski-redis",
            "korczewski vault: korczewski-postgres-vault, korczewski-redis",
            "partyquiz web: partyquiz-postgres-partyquiz, partyquiz-redis",
            "partyquiz ws: partyquiz-postgres-partyquiz, partyquiz-redis",
        ]);
    });

    it("has no box over another, and every box inside the picture", () => {
        const { width, height, router, systems } = layOut(model);
        const page = { x: 0, y: 0, width, height };
        expectApart([router, ...systems.map(({ box }) => box)], page);
        for (const system of systems) {
            expectApart([...system.apps.map(({ box }) => box), system.band], system.box);
            expectApart(
                system.servers.map(({ box }) => box),
                system.band,
            );
            for (const { stores, box } of system.servers) {
                expectApart(
                    stores.map((store) => store.box),
                    box,
                );
            }
        }
    });

    it("has room for every text", () => {
        for (const { apps, servers } of layOut(model).systems) {
            for (const { lines, box } of apps) {
                expect(lines.filter((line) => widthOf(line, 12) > box.width - 24)).toEqual([]);
            }
            for (const { store, box } of servers.flatMap(({ stores }) => stores)) {
                expect(widthOf(store.name, 12)).toBeLessThanOrEqual(box.width);
            }
        }
    });

    it("ends each line at the top of the database that it leads to", () => {
        for (const { wires, servers, apps } of layOut(model).systems) {
            const tops = servers.flatMap(({ stores }) => stores.map(({ box }) => box.y));
            const ends = wires.flatMap(({ lines }) => lines.map((points) => points.at(-1)?.y));
            expect(ends).toHaveLength(apps.flatMap(({ app }) => app.uses).length);
            expect(ends.every((y) => y !== undefined && tops.includes(y))).toBe(true);
        }
    });

    it("holds no secret and nothing of this machine", () => {
        expect(svg).not.toMatch(/\*{8}|password|\/(home|root|work|tmp)\//i);
    });
});

describe("a stack of another shape", () => {
    const app = (name: string, uses: string[] = []): AppModel => ({
        name,
        port: "80",
        replicas: 3,
        routes: ["a-very-long-host-name.of-a-very-long-domain.example.org/some-long-path"],
        uses,
    });
    const model: StackModel = {
        router: { image: "traefik:v3.6", address: "0.0.0.0:80" },
        edgeNetwork: "edge",
        systems: [
            {
                name: "one",
                dataNetwork: "one-data",
                apps: ["a", "b", "c", "d", "e", "f", "g"].map((name) => app(name, ["x", "y"])),
                servers: [
                    {
                        kind: "postgres",
                        title: "Postgres 17",
                        published: undefined,
                        stores: [
                            { id: "x", name: "first" },
                            { id: "y", name: "second" },
                        ],
                    },
                ],
            },
            {
                name: "two",
                dataNetwork: "two-data",
                apps: [{ ...app("w"), routes: [], port: undefined }],
                servers: [],
            },
        ],
    };

    it("is drawn without overlaps, too", () => {
        const { width, height, systems } = layOut(model);
        expectApart(
            systems.map(({ box }) => box),
            { x: 0, y: 0, width, height },
        );
        systems.forEach((system: PlacedSystem) => {
            expectApart([...system.apps.map(({ box }) => box), system.band], system.box);
        });
    });

    it("tells workers and replicas", () => {
        expect(texts(draw(model))).toEqual(
            expect.arrayContaining(["3 × :80", "3 × worker", "no route", "no database"]),
        );
    });

    it("escapes what a name may hold", () => {
        const [first] = model.systems;
        expect(draw({ ...model, systems: first ? [{ ...first, name: "<&>" }] : [] })).toContain(
            ">&lt;&amp;&gt;</text>",
        );
    });
});

describe("wrap", () => {
    it("keeps what fits on one line", () => {
        expect(wrap("quiz.example.org/ws", 12, 200)).toEqual(["quiz.example.org/ws"]);
    });

    it("breaks after dots and before slashes, and keeps the domain whole", () => {
        expect(wrap("frontend.korczewski.localhost", 12, 140)).toEqual(["frontend.", "korczewski.localhost"]);
        expect(wrap("quiz.example.org/ws", 12, 110)).toEqual(["quiz.", "example.org/ws"]);
    });
});

function texts(svg: string): string[] {
    return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, words = ""]) => words);
}

function namesOf({ systems }: StackModel): string[] {
    return systems.flatMap(({ name, apps }) => apps.map((app) => `${name}-${app.name}`)).sort();
}

function label({ name }: AppModel): string {
    return name;
}

function lastPart(urn: string): string {
    return urn.split("::").at(-1) ?? "";
}

/** Boxes lie within another one, and none lies over its neighbour. */
function expectApart(boxes: readonly Rectangle[], within: Rectangle): void {
    const inside = ({ x, y, width, height }: Rectangle) =>
        x >= within.x &&
        y >= within.y &&
        x + width <= within.x + within.width + 0.01 &&
        y + height <= within.y + within.height + 0.01;
    const overlap = (a: Rectangle, b: Rectangle) =>
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    expect(boxes.filter((box) => !inside(box))).toEqual([]);
    expect(boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlap(a, b)))).toEqual([]);
}
