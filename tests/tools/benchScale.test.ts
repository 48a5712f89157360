import { ScaleResult } from "../../tools/bench/scale";
import { placeApps } from "../../tools/bench/scaled";
import { scaleFigures, scaleTable, scaleVerdicts } from "../../tools/bench/scaleReport";
import { PARTS_KEY, twinOf } from "../../tools/bench/twin";
import { Graph, Node, record } from "../support/graph";

const HOST = "unix:///engine.sock";
/** One system is full, the next one has two. */
const APPS = 12;
const COMPONENTS = ["App", "DockerPlatform", "Router", "System"].map((name) => `berth:index:${name}`);

const program = () => {
    placeApps(APPS, HOST);
};

describe("the generated stack", () => {
    let scaled: Graph;
    beforeAll(async () => {
        scaled = await record(program);
    });
    const count = (type: string) => scaled.nodes.filter((node) => node.type === type).length;

    it("has for each app an image, a container, the wait for it and a route", () => {
        const router = 1;
        expect(count("berth:index:App")).toBe(APPS);
        expect(count("docker:index/remoteImage:RemoteImage")).toBe(APPS + router);
        expect(count("docker:index/container:Container")).toBe(APPS + router);
        expect(count("berth:index:Ready")).toBe(APPS);
        expect(count("berth:index:Takeover")).toBe(router);
        expect(count("berth:index:Route")).toBe(APPS);
    });

    it("spreads its apps over systems", () => {
        expect(count("berth:index:System")).toBe(2);
        const parents = scaled.nodes
            .filter(({ type }) => type === "berth:index:App")
            .map(({ parent }) => parent);
        expect(parents.filter((parent) => parent === "system-1")).toHaveLength(10);
        expect(parents.filter((parent) => parent === "system-2")).toHaveLength(2);
    });
});

describe("the bare twin", () => {
    it("registers the same leaves: inputs, options, providers and dependencies, without any component", async () => {
        const twin = await twinOf(program);
        jest.doMock("../../tools/bench/registrations.json", () => twin.registrations, { virtual: true });
        const scaled = await record(program);
        const bare = await record(() => jest.requireActual<object>("../../tools/bench/bare.cjs"));

        expect(bare.nodes.every(({ parent }) => parent === "")).toBe(true);
        const leaves = scaled.nodes.filter(({ type }) => !COMPONENTS.includes(type));
        expect(bare.nodes.map(withoutParent).sort(byName)).toEqual(leaves.map(withoutParent).sort(byName));
        expect(twin.registrations).toHaveLength(leaves.length);
        expect(twin.components).toBe(scaled.nodes.length - leaves.length);
    });

    it("takes from other resources what came from them", async () => {
        const { registrations } = await twinOf(program);
        const one = (name: string) => registrations.find((each) => each.name === name);
        expect(one("system-1-app-1-1")?.inputs.image).toEqual({
            [PARTS_KEY]: [
                {
                    type: "docker:index/remoteImage:RemoteImage",
                    name: "system-1-app-1-image",
                    field: "imageId",
                },
            ],
        });
        expect(one("system-1-app-1-1-ready")?.inputs.url).toEqual({
            [PARTS_KEY]: [
                "http://",
                { type: "docker:index/container:Container", name: "system-1-app-1-1", field: "name" },
                ":3000/health",
            ],
        });
        expect(one("system-1-app-1-route")?.dependsOn).toContainEqual({
            type: "berth:index:Ready",
            name: "system-1-app-1-1-ready",
        });
    });
});

/** The label that names a container's resource names its stack and project as well: the twin's own are others. */
const STACK_AND_PROJECT = /urn:pulumi:[^:]+::[^:]+::/g;
const withoutParent = ({ type, name, inputs, options }: Node) => ({
    type,
    name,
    inputs: JSON.parse(JSON.stringify(inputs).replaceAll(STACK_AND_PROJECT, "")) as unknown,
    options,
});
const keyOf = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;
const byName = (a: { type: string; name: string }, b: { type: string; name: string }) =>
    keyOf(a) < keyOf(b) ? -1 : 1;

describe("the report", () => {
    const row = (apps: number, previewMs: number, bareMs: number) => ({
        apps,
        resources: apps * 4,
        previewMs,
        bareMs,
    });
    const result: ScaleResult = {
        emptyMs: 1000.4,
        rows: [row(10, 1800, 1500), row(50, 3000.4, 2500.6), row(500, 27_000.4, 20_000)],
    };

    it("writes whole milliseconds and nothing else", () => {
        expect(scaleFigures(result)).toEqual({
            emptyMs: 1000,
            rows: [
                { apps: 10, resources: 40, previewMs: 1800, bareMs: 1500 },
                { apps: 50, resources: 200, previewMs: 3000, bareMs: 2501 },
                { apps: 500, resources: 2000, previewMs: 27000, bareMs: 20000 },
            ],
        });
    });

    it("says which bounds hold and which are broken", () => {
        expect(scaleVerdicts(result)).toEqual([
            "✓ a resource at 500 apps costs what one at 50 does × 1.30 (at most 1.3)",
            "✓ components at 10 apps cost what bare resources do × 1.20 (at most 1.25)",
            "✓ components at 50 apps cost what bare resources do × 1.20 (at most 1.25)",
            "✗ BOUND BROKEN: components at 500 apps cost what bare resources do × 1.35 (at most 1.25)",
        ]);
        const slower = { ...result, rows: [row(50, 3000, 3000), row(200, 13_000, 13_000)] };
        expect(scaleVerdicts(slower)).toEqual([
            "✗ BOUND BROKEN: a resource at 200 apps costs what one at 50 does × 1.50 (at most 1.3)",
            "✓ components at 50 apps cost what bare resources do × 1.00 (at most 1.25)",
            "✓ components at 200 apps cost what bare resources do × 1.00 (at most 1.25)",
        ]);
    });

    it("compares nothing with 50 apps where these were not measured", () => {
        expect(scaleVerdicts({ emptyMs: 1, rows: [row(10, 9, 9)] })).toHaveLength(1);
    });

    it("shows each size with what a resource costs in it", () => {
        const [headings, , ten, fifty] = scaleTable(result).split("\n");
        const cells = (line = "") => line.split(/ {2,}/);
        expect(cells(headings)).toEqual([
            "apps",
            "resources",
            "preview",
            "bare",
            "preview / bare",
            "a resource",
            "a resource, bare",
            "a further one",
        ]);
        expect(cells(ten)).toEqual(["10", "40", "1800 ms", "1500 ms", "1.20", "19.99 ms", "12.49 ms"]);
        expect(cells(fifty)).toEqual([
            "50",
            "200",
            "3000 ms",
            "2501 ms",
            "1.20",
            "10.00 ms",
            "7.50 ms",
            "7.50 ms",
        ]);
    });
});
